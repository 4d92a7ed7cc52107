//! A web site of a test's own at 127.0.0.2, and a browser for which that one address is the public Internet.

use outside::witness::{Browser, Limits, Names, Reach};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;

const OPEN: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

/// Serves these paths as pages, each with its status; gives the address of the site, without a slash at its end.
pub fn serve(pages: &'static [(&'static str, u16, &'static str)]) -> String {
    let listener = TcpListener::bind((OPEN, 0)).expect("127.0.0.2");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut asked = BufReader::new(&stream);
            let mut first = String::new();
            let mut line = String::new();
            asked.read_line(&mut first).unwrap_or(0);
            while asked.read_line(&mut line).unwrap_or(0) > 2 {
                line.clear();
            }
            let path = first.split(' ').nth(1).unwrap_or("/");
            let page = pages.iter().find(|(known, ..)| *known == path);
            let (status, inside) = page.map_or((404, "Siden findes ikke"), |(_, status, inside)| {
                (*status, inside)
            });
            let html = format!("<!doctype html><meta charset=utf-8>{inside}");
            let answer = format!(
                "HTTP/1.1 {status} X\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{html}",
                html.len()
            );
            // Whoever went away needs no answer.
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    format!("http://opslag.example:{port}")
}

/// Debian's Chromium, which reaches the sites of [`serve`] by whatever name, and nothing else.
pub fn browser() -> Browser {
    let names: Names = Arc::new(|_, port| Box::pin(async move { Ok(vec![SocketAddr::new(OPEN, port)]) }));
    let reach = Reach::elsewhere(names, |address| address == OPEN);
    let browser = Browser::new(Path::new("/usr/bin/chromium")).expect("Chromium: scripts/setup test");
    browser.reaching(reach, Limits::default())
}
