//! A real Chromium looks at sites that the test serves. In place of the public Internet stands one address of this machine,
//! 127.0.0.2; all others are as closed as they are for the server.

use crate::site::{Site, Tls, names, page};
use domain::case::witnessed::Stopped;
use domain::seen::Seen;
use outside::witness::{Browser, Captured, Limits, Names, NoBrowser, Reach, Signed, Unwritten};
use std::net::{IpAddr, Ipv4Addr, TcpListener, UdpSocket};
use std::path::Path;
use std::time::Duration;
use tokio_rustls::rustls::RootCertStore;

const OPEN: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn is_open(address: IpAddr) -> bool {
    address == OPEN
}

fn browser(names: Names, roots: RootCertStore, limits: Limits) -> Browser {
    let browser = Browser::new(Path::new("/usr/bin/chromium")).expect("Chromium: scripts/setup test");
    browser.reaching(Reach::elsewhere(names, is_open).trusting(roots), limits)
}

async fn look_within(names: Names, link: &str, limits: Limits) -> Captured {
    let room = tempfile::tempdir().unwrap();
    let at = "2026-10-12T17:47:00Z".parse().unwrap();
    let browser = browser(names, RootCertStore::empty(), limits);
    browser.capture(link, at, room.path()).await.unwrap()
}

async fn look(names: Names, link: &str) -> Captured {
    look_within(names, link, Limits::default()).await
}

/// One site at `opslag.example`, and the look at one of its paths.
async fn look_at(path: &str, answer: &'static str) -> Captured {
    let site = Site::serve(OPEN, move |_| answer.as_bytes().to_vec());
    look(
        names(&[("opslag.example", &[OPEN])]),
        &site.link("opslag.example", path),
    )
    .await
}

/// Nobody is asked there; afterwards it says so.
struct Forbidden(TcpListener);

impl Forbidden {
    fn new() -> Self {
        let listener = TcpListener::bind((HOME, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    fn was_left_alone(&self) -> bool {
        self.0
            .accept()
            .is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
    }
}

fn pixels(captured: &Captured) -> (u32, u32) {
    let picture = captured.picture.as_ref().expect("a picture");
    image::load_from_memory(picture)
        .map(|picture| (picture.width(), picture.height()))
        .unwrap()
}

#[tokio::test]
async fn a_page_is_seen_whole_with_where_it_was_and_what_led_there() {
    let site = Site::serve(OPEN, |path| match path {
        "/kort" => b"HTTP/1.1 301 Moved\r\nLocation: /videre\r\nContent-Length: 0\r\n\r\n".to_vec(),
        "/videre" => page("<meta http-equiv=refresh content='0;url=/traad/7'>"),
        "/traad/7" => page(
            "<title>Om kommunen</title><h1>Sagsbehandleren lyver</h1><div style='height:3000px'></div><img src=/foto loading=lazy>Nederst",
        ),
        "/foto" => {
            let svg = "<svg xmlns='http://www.w3.org/2000/svg' width='40' height='40'><rect width='40' height='40'/></svg>";
            format!(
                "HTTP/1.1 200 OK\r\nContent-Type: image/svg+xml\r\nContent-Length: {}\r\n\r\n{svg}",
                svg.len()
            )
            .into_bytes()
        }
        _ => b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec(),
    });
    let link = site.link("opslag.example", "/kort");
    let captured = look(names(&[("opslag.example", &[OPEN])]), &link).await;
    assert_eq!(
        (captured.seen, captured.stopped, captured.status),
        (Seen::Page, None, Some(200))
    );
    assert_eq!(captured.url, Some(site.link("opslag.example", "/traad/7")));
    let hops: Vec<(&str, Option<u16>)> = captured
        .hops
        .iter()
        .map(|hop| (hop.url.as_str(), hop.status))
        .collect();
    assert_eq!(
        hops,
        [
            (link.as_str(), Some(301)),
            (site.link("opslag.example", "/videre").as_str(), None)
        ]
    );
    assert_eq!(captured.title, "Om kommunen");
    assert!(captured.text.contains("Sagsbehandleren lyver") && captured.text.contains("Nederst"));
    assert_eq!(captured.address.as_deref(), Some("127.0.0.2"));
    assert!(captured.certificate.is_none() && captured.refused == 0 && !captured.cut);
    let (width, height) = pixels(&captured);
    assert!(width == 1280 && height > 3000, "{width} x {height}");
    assert!(site.was_asked("/foto"), "what waits to be seen is fetched too");
    assert!(captured.browser.contains("Chrome/"), "{}", captured.browser);
    let host = format!("opslag.example:{}", site.port);
    assert_eq!(captured.hosts(), [host], "it asks nobody of its own accord");
}

#[tokio::test]
async fn over_tls_the_servers_own_certificate_is_recorded_with_what_is_thought_of_it() {
    let tls = Tls::for_host("opslag.example");
    let site = Site::serve_tls(OPEN, &tls, |_| page("<title>Sikker</title><p>Hej"));
    let link = site.link("opslag.example", "/");
    let at = "2026-10-12T17:47:00Z".parse().unwrap();
    for (roots, trusted) in [(RootCertStore::empty(), false), (tls.roots(), true)] {
        let room = tempfile::tempdir().unwrap();
        let names = names(&[("opslag.example", &[OPEN])]);
        let captured = browser(names, roots, Limits::default())
            .capture(&link, at, room.path())
            .await
            .unwrap();
        assert_eq!((captured.seen, captured.title.as_str()), (Seen::Page, "Sikker"));
        let certificate = captured.certificate.unwrap();
        assert_eq!(
            (certificate.host.as_str(), certificate.trusted),
            ("opslag.example", trusted)
        );
        assert_eq!(certificate.sha256, tls.sha256());
        assert!(certificate.subject.contains("rcgen") && certificate.from < certificate.until);
    }
}

#[tokio::test]
async fn a_redirect_to_the_own_machine_is_not_followed() {
    let forbidden = Forbidden::new();
    let to = format!("http://127.0.0.1:{}/hemmeligt", forbidden.port());
    let answer = format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
    let site = Site::serve(OPEN, move |_| answer.clone().into_bytes());
    let link = site.link("opslag.example", "/");
    let captured = look(names(&[("opslag.example", &[OPEN])]), &link).await;
    assert!(forbidden.was_left_alone());
    assert_eq!(
        (captured.seen, captured.stopped, captured.status),
        (Seen::Unreached, Some(Stopped::NotPublic), None)
    );
    assert_eq!(captured.url, Some(to));
    assert_eq!(
        (captured.hops[0].url.as_str(), captured.hops[0].status),
        (link.as_str(), Some(302))
    );
    assert!(captured.picture.is_none());
    let archive = captured.archive(&unsigned).unwrap();
    assert!(archive.is_some(), "the answer that led there is kept");
}

#[tokio::test]
async fn a_name_that_changes_its_mind_leads_nowhere() {
    let forbidden = Forbidden::new();
    let other = format!("http://skift.example:{}/hemmeligt", forbidden.port());
    let site = Site::serve(OPEN, move |_| {
        page(&format!(
            "<p>Hej<img src='{other}'><iframe src='{other}'></iframe>"
        ))
    });
    // First the open address, from then on the own machine; and one that has both is only reached at the open one.
    let captured = look(
        names(&[("skift.example", &[OPEN]), ("skift.example", &[HOME])]),
        &site.link("skift.example", "/"),
    )
    .await;
    assert!(forbidden.was_left_alone());
    assert_eq!(captured.seen, Seen::Page);
    assert!(captured.refused >= 1);
    let captured = look(
        names(&[("begge.example", &[HOME, OPEN])]),
        &site.link("begge.example", "/"),
    )
    .await;
    assert_eq!(
        (captured.seen, captured.address.as_deref()),
        (Seen::Page, Some("127.0.0.2"))
    );
}

#[tokio::test]
async fn a_page_reaches_nothing_at_home_by_script_socket_or_call() {
    let forbidden = Forbidden::new();
    let udp = UdpSocket::bind((HOME, 0)).unwrap();
    udp.set_nonblocking(true).unwrap();
    let (tcp, stun) = (forbidden.port(), udp.local_addr().unwrap().port());
    let site = Site::serve(OPEN, move |_| {
        page(&format!(
            "<p id=p>Venter<script>\
             for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '0', '127.1', 'hjemme.example']) {{\
               fetch('http://' + host + ':{tcp}/', {{mode: 'no-cors'}}).catch(() => 0);\
               new WebSocket('ws://' + host + ':{tcp}/'); }}\
             for (const kind of ['stun:127.0.0.1:{stun}', 'turn:127.0.0.1:{tcp}?transport=tcp', 'stun:hjemme.example:{stun}']) {{\
               const call = new RTCPeerConnection({{iceServers: [{{urls: kind, username: 'a', credential: 'b'}}]}});\
               call.createDataChannel('x'); call.createOffer().then((offer) => call.setLocalDescription(offer)); \
               call.onicegatheringstatechange = () => {{ p.textContent += ' ' + call.iceGatheringState; }}; }}\
             </script>"
        ))
    });
    let names = names(&[("opslag.example", &[OPEN]), ("hjemme.example", &[HOME])]);
    let captured = look(names, &site.link("opslag.example", "/")).await;
    assert!(forbidden.was_left_alone());
    let heard = udp.recv(&mut [0; 64]).map_err(|error| error.kind());
    assert_eq!(heard, Err(std::io::ErrorKind::WouldBlock));
    assert_eq!(captured.seen, Seen::Page);
    assert!(
        captured.text.contains("gathering"),
        "the calls were tried: {}",
        captured.text
    );
    assert!(captured.refused >= 6, "{}", captured.refused);
}

#[tokio::test]
async fn a_page_that_never_stops_loading_is_taken_as_far_as_it_came() {
    let beginning = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<title>Uden ende</title><h1>Sagsbehandleren lyver</h1>";
    let site = Site::drip(OPEN, beginning, " og lyver");
    let limits = Limits {
        time: Duration::from_secs(5),
        ..Limits::default()
    };
    let link = site.link("opslag.example", "/");
    let captured = look_within(names(&[("opslag.example", &[OPEN])]), &link, limits).await;
    assert_eq!(
        (captured.seen, captured.stopped),
        (Seen::Page, Some(Stopped::TooSlow))
    );
    assert!(
        captured.text.contains("Sagsbehandleren lyver"),
        "{}",
        captured.text
    );
    assert!(captured.picture.is_some());
    assert!(validated(&captured).contains("WARC-Truncated: time"));
}

#[tokio::test]
async fn one_that_never_answers_at_all_is_given_up() {
    let site = Site::drip(OPEN, "", "");
    let limits = Limits {
        time: Duration::from_secs(3),
        ..Limits::default()
    };
    let link = site.link("opslag.example", "/");
    let captured = look_within(names(&[("opslag.example", &[OPEN])]), &link, limits).await;
    assert_eq!(
        (captured.seen, captured.stopped),
        (Seen::Unreached, Some(Stopped::TooSlow))
    );
    assert!(captured.archive(&unsigned).unwrap().is_none());
}

#[tokio::test]
async fn of_a_page_of_ten_gigabytes_only_what_may_be_fetched_is() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 10737418240\r\n\r\n<title>Stor</title>";
    let site = Site::flood(OPEN, head, b"<p>Sagsbehandleren lyver. ".repeat(40).leak());
    let limits = Limits {
        bytes: 300_000,
        ..Limits::default()
    };
    let link = site.link("opslag.example", "/");
    let captured = look_within(names(&[("opslag.example", &[OPEN])]), &link, limits).await;
    assert_eq!(
        (captured.seen, captured.stopped),
        (Seen::Page, Some(Stopped::TooLarge))
    );
    assert_eq!(captured.bytes, 300_000);
    assert!(captured.picture.is_some());
    assert!(validated(&captured).contains("WARC-Truncated: length"));
    assert_eq!(Limits::default().bytes, 50_000_000);
    assert_eq!(Limits::default().time, Duration::from_secs(60));
}

#[tokio::test]
async fn walls_and_empty_places_are_told_from_pages() {
    let empty =
        "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 16\r\n\r\n<h1>Intet</h1>  ";
    let captured = look_at("/traad/7", empty).await;
    assert_eq!(
        (captured.seen, captured.status, captured.stopped),
        (Seen::NotFound, Some(404), None)
    );
    assert!(captured.picture.is_some() && captured.archive(&unsigned).unwrap().is_some());

    let site = Site::serve(OPEN, |path| {
        match path {
        "/opslag" => b"HTTP/1.1 302 Found\r\nLocation: /login?next=opslag\r\nContent-Length: 0\r\n\r\n".to_vec(),
        "/login" | "/login?next=opslag" => page("<form>Brugernavn <input> Adgangskode <input type=password></form>"),
        "/slettet" => page("<h1>Dette indhold er ikke tilgængeligt lige nu</h1>"),
        "/kager" => page(&format!(
            "{}<div role=dialog style='position:fixed;inset:10%;background:#fff'>Vi bruger cookies. <button>Accepter alle</button></div>",
            "<p>Sagsbehandleren lyver hele tiden.".repeat(200)
        )),
        "/fil" => b"HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nContent-Length: 4\r\n\r\nPK\x05\x06".to_vec(),
        "/pakket" => b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00".to_vec(),
        "/dialog" => page("<script>alert('Svar mig')</script><p>Efter dialogen"),
        _ => b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n".to_vec(),
    }
    });
    for (path, seen, stopped, pictured) in [
        ("/opslag", Seen::LoginWall, None, true),
        ("/slettet", Seen::Removed, None, true),
        ("/kager", Seen::CookieWall, None, true),
        ("/fil", Seen::File, Some(Stopped::NotShown), false),
        ("/pakket", Seen::Unreached, Some(Stopped::Packed), false),
        ("/dialog", Seen::Page, None, true),
        ("/væk", Seen::Removed, Some(Stopped::NotShown), false),
    ] {
        let captured = look(
            names(&[("opslag.example", &[OPEN])]),
            &site.link("opslag.example", path),
        )
        .await;
        assert_eq!(
            (captured.seen, captured.stopped, captured.picture.is_some()),
            (seen, stopped, pictured),
            "{path}: {:?}",
            captured.text
        );
    }
}

#[tokio::test]
async fn a_page_that_lets_nobody_in_leaves_its_archive_and_no_picture() {
    let limits = Limits {
        time: Duration::from_secs(5),
        ..Limits::default()
    };
    let site = Site::serve(OPEN, |_| {
        page("<p>Sagsbehandleren lyver<script>for (;;) {}</script>")
    });
    let link = site.link("opslag.example", "/");
    let captured = look_within(names(&[("opslag.example", &[OPEN])]), &link, limits).await;
    assert!(captured.picture.is_none());
    assert_eq!(
        (captured.seen, captured.stopped),
        (Seen::Unreached, Some(Stopped::TooSlow))
    );
    assert!(validated(&captured).contains("Sagsbehandleren lyver"));
}

#[tokio::test]
async fn a_name_that_nobody_has_and_a_door_that_is_shut_say_so() {
    let captured = look(names(&[]), "http://ingen.example/").await;
    assert_eq!(
        (captured.seen, captured.stopped),
        (Seen::Unreached, Some(Stopped::NoName))
    );
    assert!(captured.archive(&unsigned).unwrap().is_none());
    let listener = TcpListener::bind((OPEN, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let names = names(&[("opslag.example", &[OPEN])]);
    let captured = look(names, &format!("https://opslag.example:{port}/")).await;
    assert_eq!(
        (captured.seen, captured.stopped),
        (Seen::Unreached, Some(Stopped::NoAnswer))
    );
}

#[tokio::test]
async fn the_browser_is_never_root_and_what_is_none_is_named() {
    use std::os::unix::fs::MetadataExt as _;
    let room = tempfile::tempdir().unwrap();
    let site = Site::serve(OPEN, |_| page("<p>Hej"));
    let names = names(&[("opslag.example", &[OPEN])]);
    let link = site.link("opslag.example", "/");
    let at = "2026-10-12T17:47:00Z".parse().unwrap();
    let browser = browser(names, RootCertStore::empty(), Limits::default());
    let captured = browser.capture(&link, at, room.path()).await.unwrap();
    assert_eq!(captured.seen, Seen::Page);
    let profile = std::fs::metadata(room.path().join("profile")).unwrap();
    assert_ne!(profile.uid(), 0, "whose files are a user's who may do nothing");

    let none = Browser::new(Path::new("/usr/bin/no-such-browser")).err();
    assert!(matches!(none, Some(NoBrowser::NoProgram(_))), "{none:?}");
    assert!(matches!(
        Browser::new(Path::new("/etc/passwd")).err(),
        Some(NoBrowser::NoProgram(_))
    ));
    let other = Browser::new(Path::new("/bin/false")).unwrap();
    let room = tempfile::tempdir().unwrap();
    let not = other.capture(&link, at, room.path()).await.err();
    assert!(matches!(not, Some(NoBrowser::NotStarted(_))), "{not:?}");
}

#[tokio::test]
async fn the_archive_is_valid_signed_and_holds_what_was_sent_byte_by_byte() {
    let tls = Tls::for_host("opslag.example");
    let site = Site::serve_tls(OPEN, &tls, |path| match path {
        "/traad/7" => page("<title>Om kommunen æøå</title><p>Sagsbehandleren lyver<img src=/foto.png>"),
        _ => b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 3\r\n\r\n\x89PN".to_vec(),
    });
    let link = site.link("opslag.example", "/traad/7");
    let captured = look(names(&[("opslag.example", &[OPEN])]), &link).await;
    let records = validated(&captured);
    for part in [
        "WARC/1.1\r\nWARC-Type: warcinfo",
        &format!("WARC-Target-URI: {link}\r\n"),
        "HTTP/1.1 200 OK\r\n",
        "<title>Om kommunen æøå</title>",
        "accept-encoding: identity",
        "-----BEGIN CERTIFICATE-----",
        "WARC-Payload-Digest: sha256:",
    ] {
        assert!(records.contains(part), "{part}: {records}");
    }
    assert!(site.was_asked("/foto.png") && records.contains(&site.link("opslag.example", "/foto.png")));
    assert!(!records.contains("WARC-Truncated"));
    let again = captured.archive(&unsigned).unwrap();
    assert_eq!(
        again,
        captured.archive(&unsigned).unwrap(),
        "the same look gives the same archive"
    );
}

/// A signature for those tests that do not look at it.
fn unsigned(_: &str) -> Result<Signed, Unwritten> {
    Ok(Signed {
        signature: b"signature".to_vec(),
        public_key: b"key".to_vec(),
    })
}

/// Writes the archive, lets PyPI's `wacz` and `warcio` judge it, and gives its records as text.
fn validated(captured: &Captured) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("side.wacz");
    std::fs::write(&file, captured.archive(&unsigned).unwrap().expect("an archive")).unwrap();
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/bin");
    let run = |tool: &str, arguments: &[&str], file: &Path| {
        let program = tools.join(tool);
        let ran = std::process::Command::new(&program)
            .args(arguments)
            .arg(file)
            .output();
        let ran = ran.unwrap_or_else(|error| panic!("{}: {error}; scripts/setup test", program.display()));
        let said = [ran.stdout, ran.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(ran.status.success(), "{tool}: {said}");
        said
    };
    let said = run("wacz", &["validate", "-f"], &file);
    assert!(said.contains("the passed WACZ is valid"), "{said}");
    let mut zip = zip::ZipArchive::new(std::fs::File::open(&file).unwrap()).unwrap();
    let mut read = |name: &str| {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut zip.by_name(name).unwrap(), &mut bytes).unwrap();
        bytes
    };
    let warc = read("archive/data.warc.gz");
    let path = folder.path().join("data.warc.gz");
    std::fs::write(&path, &warc).unwrap();
    run("warcio", &["check"], &path);
    let index = String::from_utf8(read("indexes/index.cdx")).unwrap();
    for line in index.lines() {
        let told: serde_json::Value = serde_json::from_str(&line[line.find('{').unwrap()..]).unwrap();
        let number = |name: &str| told[name].as_str().unwrap().parse::<usize>().unwrap();
        let member = &warc[number("offset")..number("offset") + number("length")];
        let record = unpacked(member);
        assert!(record.contains("WARC-Type: response"), "{record}");
        assert!(record.contains(&format!("WARC-Target-URI: {}\r\n", told["url"].as_str().unwrap())));
    }
    let pages = String::from_utf8(read("pages/pages.jsonl")).unwrap();
    assert_eq!(pages.lines().count(), 2, "{pages}");
    unpacked(&warc)
}

fn unpacked(gzip: &[u8]) -> String {
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(gzip), &mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}
