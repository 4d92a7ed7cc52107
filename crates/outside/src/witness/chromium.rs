//! A Chromium of our own, spoken to over the DevTools protocol through a pipe: no port that others on the machine could reach,
//! and when this end closes, or dies, it ends.

use super::NoBrowser;
use super::proxy::Proxy;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::ffi::OsString;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{mpsc, oneshot};

/// Chromium reads its commands from descriptor 3 and answers on 4; what we give a program are 0 and 1. The script has nothing in
/// it but what is written here: the program and its arguments come as arguments.
const TO_PIPES: &str = r#"exec 3<&0 4>&1 0</dev/null 1>/dev/null; exec "$@""#;
/// Debian's user and group `nobody` and `nogroup`.
const NOBODY: u32 = 65_534;
/// The most private memory of each of its processes, in bytes.
const MEMORY: u64 = 4 * 1024 * 1024 * 1024;
/// The largest file that it may write, in bytes.
const FILE: u64 = 256 * 1024 * 1024;
/// The longest message that is taken: a picture of a long page, in base64.
const MESSAGE: u64 = 192 * 1024 * 1024;
/// How long starting may take.
const START: Duration = Duration::from_secs(30);

/// What the browser tells unasked.
#[derive(Clone, Debug)]
pub struct Told {
    pub method: String,
    pub params: Value,
}

/// Why there was no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silent {
    Gone,
    Late,
    /// It refused, and says why.
    Refused(String),
}

type Waiting = Arc<Mutex<HashMap<u64, oneshot::Sender<Result<Value, String>>>>>;

/// A running browser.
pub struct Chromium {
    child: Child,
    to: ChildStdin,
    waiting: Waiting,
    told: mpsc::Receiver<Told>,
    next: u64,
    /// As it names itself.
    pub product: String,
}

impl Chromium {
    /// Starts it in `room`, with the proxy as its only way out.
    ///
    /// # Errors
    /// [`NoBrowser::NotStarted`].
    pub async fn start(program: &Path, room: &Path, proxy: &Proxy) -> Result<Self, NoBrowser> {
        let no = |why: &dyn std::fmt::Display| NoBrowser::NotStarted(why.to_string());
        let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
        if is_root {
            chown(room, Some(NOBODY), Some(NOBODY)).map_err(|error| no(&error))?;
        }
        let complaints = room.join("complaints");
        let err = std::fs::File::create(&complaints).map_err(|error| no(&error))?;
        let mut command = command(program, room, proxy, is_root);
        let mut child = command.stderr(err).spawn().map_err(|error| no(&error))?;
        let (Some(to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(no(&"no pipes"));
        };
        let waiting = Waiting::default();
        // Only what is asked for is told, and a page that makes it tell more waits for us.
        let (tell, told) = mpsc::channel(1_000);
        tokio::spawn(hear(from, Arc::clone(&waiting), tell));
        let mut chromium = Self {
            child,
            to,
            waiting,
            told,
            next: 0,
            product: String::new(),
        };
        match chromium.ask(None, "Browser.getVersion", json!({}), START).await {
            Ok(version) => {
                version["product"]
                    .as_str()
                    .unwrap_or_default()
                    .clone_into(&mut chromium.product);
                Ok(chromium)
            }
            Err(silent) => {
                let _ = chromium.child.kill().await;
                let complaints = tokio::fs::read(complaints).await.unwrap_or_default();
                Err(no(&format!("{silent:?} {}", last_words(&complaints))))
            }
        }
    }

    /// Asks one thing, in a session if one is given.
    ///
    /// # Errors
    /// [`Silent`].
    pub async fn ask(
        &mut self,
        session: Option<&str>,
        method: &str,
        params: Value,
        patience: Duration,
    ) -> Result<Value, Silent> {
        let answer = self.put(session, method, params).await?;
        match tokio::time::timeout(patience, answer).await {
            Ok(Ok(Ok(result))) => Ok(result),
            Ok(Ok(Err(why))) => Err(Silent::Refused(why)),
            Ok(Err(_)) => Err(Silent::Gone),
            Err(_) => Err(Silent::Late),
        }
    }

    /// Asks one thing, and gives what the answer will come through.
    ///
    /// # Errors
    /// [`Silent::Gone`].
    pub async fn put(
        &mut self,
        session: Option<&str>,
        method: &str,
        params: Value,
    ) -> Result<oneshot::Receiver<Result<Value, String>>, Silent> {
        self.next += 1;
        let mut message = json!({ "id": self.next, "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = json!(session);
        }
        let (tell, answer) = oneshot::channel();
        self.waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(self.next, tell);
        let mut text = message.to_string().into_bytes();
        text.push(0);
        self.to.write_all(&text).await.map_err(|_| Silent::Gone)?;
        self.to.flush().await.map_err(|_| Silent::Gone)?;
        Ok(answer)
    }

    /// The next thing that it tells unasked; none when it is gone.
    pub async fn told(&mut self) -> Option<Told> {
        self.told.recv().await
    }

    /// Ends it, and waits until it is gone.
    pub async fn end(mut self) {
        let _ = self.put(None, "Browser.close", json!({})).await;
        drop(self.to);
        if tokio::time::timeout(Duration::from_secs(10), self.child.wait())
            .await
            .is_err()
        {
            let _ = self.child.kill().await;
        }
    }
}

/// The end of what it complained of.
fn last_words(complaints: &[u8]) -> String {
    let said = String::from_utf8_lossy(complaints);
    let lines: Vec<&str> = said.lines().rev().take(3).collect();
    lines.join("; ")
}

fn command(program: &Path, room: &Path, proxy: &Proxy, is_root: bool) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", TO_PIPES, "sh"]);
    if is_root {
        // A browser is never root, and so never without its sandbox.
        command.args([
            "/usr/bin/setpriv",
            &format!("--reuid={NOBODY}"),
            &format!("--regid={NOBODY}"),
            "--clear-groups",
            "--",
        ]);
    }
    command
        .args(["/usr/bin/nice", "-n", "10", "/usr/bin/prlimit"])
        .args([format!("--data={MEMORY}"), format!("--fsize={FILE}")])
        .args(["--core=0", "--"])
        .arg(program)
        .args(arguments(room, proxy))
        .current_dir(room)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", room)
        .env("TMPDIR", room)
        .env("LC_ALL", "C.UTF-8")
        // Names no bus, so that it looks for none.
        .env("DBUS_SESSION_BUS_ADDRESS", "disabled:")
        .env("DBUS_SYSTEM_BUS_ADDRESS", "disabled:")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    command
}

fn arguments(room: &Path, proxy: &Proxy) -> Vec<OsString> {
    let mut profile = OsString::from("--user-data-dir=");
    profile.push(room.join("profile"));
    let given = [
        "--headless".to_owned(),
        "--remote-debugging-pipe".into(),
        // Everything goes through us: also what is for this machine itself, and no name is looked up elsewhere.
        format!("--proxy-server=http://127.0.0.1:{}", proxy.port),
        "--proxy-bypass-list=<-loopback>".into(),
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1".into(),
        format!("--ignore-certificate-errors-spki-list={}", proxy.pin),
        "--disable-quic".into(),
        "--webrtc-ip-handling-policy=disable_non_proxied_udp".into(),
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp".into(),
        // Nothing of its own accord.
        "--no-first-run".into(),
        "--no-default-browser-check".into(),
        "--no-pings".into(),
        "--disable-background-networking".into(),
        "--disable-breakpad".into(),
        "--disable-client-side-phishing-detection".into(),
        "--disable-component-update".into(),
        "--disable-default-apps".into(),
        "--disable-domain-reliability".into(),
        "--disable-extensions".into(),
        "--disable-search-engine-choice-screen".into(),
        "--disable-sync".into(),
        "--gaia-url=https://vaern.invalid".into(),
        "--disable-component-extensions-with-background-pages".into(),
        "--disable-features=MediaRouter,OptimizationHints,Translate,AutofillServerCommunication,CertificateTransparencyComponentUpdater,DialMediaRouteProvider,NetworkTimeServiceQuerying,PreconnectToSearch,SegmentationPlatform".into(),
        "--metrics-recording-only".into(),
        "--mute-audio".into(),
        "--password-store=basic".into(),
        // The same picture everywhere.
        "--disable-gpu".into(),
        "--disable-dev-shm-usage".into(),
        "--hide-scrollbars".into(),
        "--lang=da".into(),
        "--accept-lang=da,en".into(),
        "--js-flags=--max-old-space-size=512".into(),
        "about:blank".into(),
    ];
    std::iter::once(profile)
        .chain(given.into_iter().map(OsString::from))
        .collect()
}

/// Sorts what it says into answers and what it tells unasked.
async fn hear(from: ChildStdout, waiting: Waiting, tell: mpsc::Sender<Told>) {
    let mut from = BufReader::new(from);
    loop {
        let mut message = Vec::new();
        match (&mut from).take(MESSAGE).read_until(0, &mut message).await {
            Ok(_) if message.pop() == Some(0) => {}
            _ => break,
        }
        let Ok(mut message) = serde_json::from_slice::<Value>(&message) else {
            break;
        };
        if let Some(id) = message["id"].as_u64() {
            let waits = waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
            let answer = match message["error"]["message"].as_str() {
                Some(why) => Err(why.to_owned()),
                None => Ok(message["result"].take()),
            };
            // Whoever asked may have stopped waiting.
            let _ = waits.map(|waits| waits.send(answer));
        } else if let Some(method) = message["method"]
            .as_str()
            .filter(|method| is_wanted(method, &message["params"]))
        {
            let method = method.to_owned();
            let params = message["params"].take();
            // Full only if nobody listens any more; what is lost then is not needed.
            let _ = tell.try_send(Told { method, params });
        }
    }
    waiting.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

/// The page's own way, and that of no picture on it.
fn is_wanted(method: &str, params: &Value) -> bool {
    match method {
        "Page.loadEventFired" | "Page.javascriptDialogOpening" | "Inspector.targetCrashed" => true,
        "Network.requestWillBeSent" | "Network.responseReceived" | "Network.loadingFailed" => {
            params["type"] == "Document"
        }
        _ => false,
    }
}
