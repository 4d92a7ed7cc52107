//! Clients that say nothing, or so little that nobody waits for them, while others report.

use super::audit::Audit;
use super::load::Load;
use super::site::{Engine, Site};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;
use testbed::process::until;

/// Sockets that this process may have open, if it is allowed so many.
const FILES: u64 = 8_192;

fn allow_many_sockets() {
    let limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.unwrap_or(FILES);
    let raised = Rlimit {
        current: Some(most.min(FILES)),
        maximum: limit.maximum,
    };
    setrlimit(Resource::Nofile, raised).expect("as many files as the hard limit allows");
}

/// A connection on which this is said, and nothing more.
fn connect(address: SocketAddr, said: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.write_all(said.as_bytes()).expect("sent");
    let soon = Some(Duration::from_millis(1));
    stream.set_read_timeout(soon).expect("a time to wait");
    stream
}

/// Whether the server has closed it.
fn is_closed(stream: &mut TcpStream) -> bool {
    use std::io::ErrorKind::{TimedOut, WouldBlock};
    let mut rest = [0; 512];
    loop {
        match stream.read(&mut rest) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => return !matches!(error.kind(), WouldBlock | TimedOut),
        }
    }
}

/// So many silent connections and slow uploads beside the load: reports go on, and the server closes all of them.
fn beside(silent: usize, slow: usize, clients: u32) -> Audit {
    allow_many_sockets();
    let site = Site::new(Engine::Sqlite);
    let mut server = site.server();
    server.resume();
    let load = Load::start(&[server.address], &site.tokens, clients);
    load.goes_on(1);
    let half_sent = format!(
        "POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
         Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000000\r\n\r\n--x\r\n",
        site.tokens.reporter
    );
    let mut quiet: Vec<TcpStream> = (0..silent).map(|_| connect(server.address, "")).collect();
    quiet.extend((0..slow).map(|_| connect(server.address, &half_sent)));
    load.goes_on(10 * clients as usize);
    until("the server has closed what says nothing", || {
        quiet.retain_mut(|stream| !is_closed(stream));
        quiet.is_empty()
    });
    load.goes_on(clients as usize);
    Audit::of(&load.finish(), &site, server, 0)
}

#[test]
#[ignore = "long: make faults"]
fn long_silent_and_slow_clients() {
    let audit = beside(1_000, 200, 8);
    audit.record("1,000 silent and 200 stalled clients");
    audit.assert_whole();
}
