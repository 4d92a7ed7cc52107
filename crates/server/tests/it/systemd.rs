//! What systemd hears of a server that it started.

use crate::tools::{Server, free_address, import_fjordby, until, vaern};
use rustix::process::Signal;
use std::collections::BTreeSet;
use std::os::unix::net::UnixDatagram;
use tempfile::tempdir;

/// Everything that has come so far.
fn heard(socket: &UnixDatagram, said: &mut BTreeSet<String>) {
    let mut bytes = [0; 4096];
    while let Ok(length) = socket.recv(&mut bytes) {
        let text = String::from_utf8_lossy(&bytes[..length]).into_owned();
        said.extend(text.lines().map(str::to_owned));
    }
}

#[test]
fn systemd_hears_that_it_is_ready_alive_and_stopping() {
    let data = tempdir().unwrap();
    import_fjordby(data.path());
    let place = tempdir().unwrap();
    let socket = place.path().join("notify");
    let systemd = UnixDatagram::bind(&socket).unwrap();
    systemd.set_nonblocking(true).unwrap();

    let address = free_address();
    let mut serve = vaern(data.path(), &["serve", "--listen", &address.to_string()]);
    serve
        .env("NOTIFY_SOCKET", &socket)
        .env("WATCHDOG_USEC", "200000")
        .env("VAERN_STOP_GRACE", "0");
    let mut server = Server::start_command(serve, address);
    let mut said = BTreeSet::new();
    until("it says that it is ready and alive", || {
        heard(&systemd, &mut said);
        said.contains("READY=1") && said.contains("WATCHDOG=1")
    });
    assert!(!said.contains("STOPPING=1"), "{said:?}");
    server.signal(Signal::TERM);
    assert_eq!(server.ended(), Some(0));
    heard(&systemd, &mut said);
    assert!(said.contains("STOPPING=1"), "{said:?}");
}
