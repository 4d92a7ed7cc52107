//! A light S3 server: moto's, from PyPI, which keeps everything in memory. `scripts/setup test` installs it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::free_address;
use crate::process::until;

const BUCKET: &str = "vaern";

/// A running server with one bucket. Ended when dropped, and with it all that it keeps.
pub struct Moto {
    process: Child,
    address: SocketAddr,
}

impl Moto {
    /// Starts it.
    ///
    /// # Panics
    /// If it is not installed, or does not start.
    #[must_use]
    pub fn start() -> Self {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/bin/moto_server");
        assert!(
            program.exists(),
            "no moto at {}: run scripts/setup test",
            program.display()
        );
        let address = free_address();
        let process = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", &address.port().to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("moto starts");
        let moto = Self { process, address };
        until("moto has a bucket", || moto.make_bucket().is_some());
        moto
    }

    fn make_bucket(&self) -> Option<()> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        let request = format!(
            "PUT /{BUCKET} HTTP/1.0\r\nHost: {}\r\nContent-Length: 0\r\nAuthorization: AWS4-HMAC-SHA256 \
             Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0\r\n\r\n",
            self.address
        );
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        answer.split(' ').nth(1).filter(|status| *status == "200")?;
        Some(())
    }

    /// The settings with which Værn keeps its files here.
    #[must_use]
    pub fn settings(&self) -> Vec<(String, String)> {
        let address = format!("s3://{BUCKET}?endpoint=http://{}&path_style", self.address);
        [
            ("VAERN_BLOBS", address.as_str()),
            ("VAERN_BLOBS_KEY", "test"),
            ("VAERN_BLOBS_SECRET", "test"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        // Ended already is as good.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
