//! A time-stamp authority of our own, by `openssl ts`: a root, and an authority below it, in a folder that is gone with it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The kind of key that root and authority have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Rsa,
    /// P-256.
    Elliptic,
    /// P-384.
    Large,
}

/// Files of one authority.
pub struct Authority {
    dir: TempDir,
}

/// Extensions of a certificate for time-stamps, in openssl's words.
pub const GOOD: &str = "keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n";

/// The policy it stamps under when asked for none; it also knows [`OTHER_POLICY`].
pub const POLICY: &str = "1.2.3.4.1";
pub const OTHER_POLICY: &str = "1.2.3.4.2";

impl Authority {
    /// Makes keys and certificates.
    ///
    /// # Panics
    /// Without `openssl`.
    #[must_use]
    pub fn new(key: Key) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let made = Self { dir };
        made.write("root.cnf", "[req]\ndistinguished_name = dn\n[dn]\n");
        made.write("authority.ext", GOOD);
        made.write("serial", "01\n");
        for digits in [0, 6] {
            made.write(&format!("precise-{digits}.cnf"), &made.config(digits));
        }
        let key: &[&str] = match key {
            Key::Rsa => &["rsa:2048"],
            Key::Elliptic => &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
            Key::Large => &["ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
        };
        let request = ["req", "-config", "root.cnf", "-sha256", "-nodes", "-newkey"];
        let root = "-x509 -days 3650 -subj /O=Fjordby/CN=Rod -keyout root.key -out root.pem \
            -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign";
        made.run(&[&request, key, &words(root)].concat());
        let authority = "-subj /O=Fjordby/CN=Tidsstempler -keyout authority.key -out authority.csr";
        made.run(&[&request, key, &words(authority)].concat());
        let issue = "x509 -req -sha256 -in authority.csr -CA root.pem -CAkey root.key -days 3650 -extfile authority.ext \
            -set_serial 4660 -out authority.pem";
        made.run(&words(issue));
        made
    }

    fn config(&self, digits: u8) -> String {
        let folder = self.dir.path().display();
        format!(
            "[tsa]\nserial = {folder}/serial\nsigner_digest = sha256\ndefault_policy = {POLICY}\n\
             other_policies = {OTHER_POLICY}\ndigests = sha256\naccuracy = secs:1, millisecs:500\n\
             ess_cert_id_alg = sha256\nclock_precision_digits = {digits}\n"
        )
    }

    /// Its answer to a query.
    ///
    /// # Panics
    /// If openssl gives none.
    #[must_use]
    pub fn answer(&self, query: &[u8]) -> Vec<u8> {
        self.answer_with(query, "precise-0.cnf")
    }

    /// The same with fractions of a second in its time.
    ///
    /// # Panics
    /// As [`Authority::answer`].
    #[must_use]
    pub fn answer_precisely(&self, query: &[u8]) -> Vec<u8> {
        self.answer_with(query, "precise-6.cnf")
    }

    fn answer_with(&self, query: &[u8], config: &str) -> Vec<u8> {
        std::fs::write(self.dir.path().join("query"), query).expect("a file");
        let reply = format!(
            "ts -reply -config {config} -section tsa -queryfile query -signer authority.pem -inkey authority.key -out answer"
        );
        self.run(&words(&reply));
        std::fs::read(self.dir.path().join("answer")).expect("an answer")
    }

    /// An answer that openssl's authority would not give: signed with a certificate that has these extensions and is valid
    /// for so many days, issued by the root, or by a certificate of the root's that may not issue any.
    ///
    /// # Panics
    /// As [`Authority::answer`].
    #[must_use]
    pub fn forged(&self, query: &[u8], extensions: &str, days: i32, by_no_issuer: bool) -> Vec<u8> {
        self.write("forged.ext", extensions);
        self.write("leaf.ext", "basicConstraints=CA:FALSE\n");
        let leaf = "x509 -req -sha256 -in authority.csr -CA root.pem -CAkey root.key -days 9 -extfile leaf.ext \
            -subj /CN=Blad -set_serial 22 -out leaf.pem";
        self.run(&words(leaf));
        let (issuer, key) = if by_no_issuer {
            ("leaf", "authority")
        } else {
            ("root", "root")
        };
        let issue = format!(
            "x509 -req -sha256 -in authority.csr -CA {issuer}.pem -CAkey {key}.key -days {days} \
             -extfile forged.ext -set_serial 23 -out forged.pem"
        );
        self.run(&words(&issue));
        // After the certificates: a second that passes between must not make them younger than the stamp.
        let answer = self.answer(query);
        // Status first, in five bytes, behind tag and length of three.
        let head = usize::from(answer[1] & 0x7f) + 2;
        let status = 2 + usize::from(answer[head + 1]);
        std::fs::write(self.dir.path().join("token"), &answer[head + status..]).expect("a file");
        self.run(&words("cms -verify -noverify -inform DER -in token -out content"));
        let sign = "cms -sign -binary -nodetach -md sha256 -cades -econtent_type id-smime-ct-TSTInfo -in content \
            -signer forged.pem -inkey authority.key -certfile leaf.pem -outform DER -out forged";
        self.run(&words(sign));
        let token = std::fs::read(self.dir.path().join("forged")).expect("a token");
        crate::stamp::answer_with(&token)
    }

    /// The root's certificate, as PEM.
    ///
    /// # Panics
    /// If it is gone.
    #[must_use]
    pub fn root(&self) -> Vec<u8> {
        std::fs::read(self.root_file()).expect("the root")
    }

    /// Where the root's certificate lies.
    #[must_use]
    pub fn root_file(&self) -> PathBuf {
        self.dir.path().join("root.pem")
    }

    /// Whether `openssl ts -verify` takes this answer for this data, trusting this root.
    ///
    /// # Panics
    /// Without `openssl`.
    #[must_use]
    pub fn openssl_takes(&self, data: &Path, answer: &Path) -> bool {
        let verify = ["ts", "-verify", "-CAfile", "root.pem", "-data"];
        let mut command = self.command(&verify);
        command.arg(data).arg("-in").arg(answer);
        command.status().expect("openssl").success()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.dir.path().join(name), text).expect("a file");
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("openssl");
        command.args(args).current_dir(self.dir.path());
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) {
        let output = self.command(args).stderr(Stdio::piped()).output();
        let output = output.expect("openssl (scripts/setup installs it)");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {args:?}: {said}");
    }
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}
