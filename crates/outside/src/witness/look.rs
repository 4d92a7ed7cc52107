//! One look at one link: go there, wait until it is quiet, scroll through, read, take the picture.

use super::chromium::{Chromium, Silent, Told};
use super::proxy::{Kept, Proxy, Shut};
use super::upstream::Chain;
use super::{Browser, Captured, NoBrowser};
use der::Decode as _;
use domain::case::witnessed::{self, Certificate, Hop, Stopped};
use domain::seen::{self, Look, Seen};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::path::Path;
use std::time::Duration;

/// The window, in pixels.
const WIDTH: u32 = 1_280;
const HEIGHT: u32 = 960;
/// The longest picture: more than one texture of a graphics card holds nobody can draw at once.
const LONGEST: u32 = 16_000;
/// How long nothing must be under way for a page to count as done.
const QUIET: Duration = Duration::from_millis(1_000);
/// The same between two steps of scrolling.
const STEP: Duration = Duration::from_millis(250);
/// How long the browser may think about one question once nothing is fetched any more.
const THINK: Duration = Duration::from_secs(15);
/// The most redirects that a page may make by itself, beyond what a browser allows a server.
const HOPS: usize = 200;
const SHOWN: [&str; 5] = [
    "text/html",
    "application/xhtml+xml",
    "text/plain",
    "application/xml",
    "image/",
];

/// Read in a world of its own, where nothing that the page has redefined counts.
const READ: &str = r#"(() => {
  const words = (node) => (node && node.innerText || "").slice(0, 100000);
  const fixed = (node) => {
    for (; node && node !== document.body && node !== document.documentElement; node = node.parentElement) {
      const role = node.getAttribute("role");
      const place = getComputedStyle(node).position;
      if (role === "dialog" || role === "alertdialog" || node.tagName === "DIALOG" || place === "fixed") return node;
    }
    return null;
  };
  const middle = [[0.5, 0.5], [0.5, 0.35], [0.5, 0.65], [0.35, 0.5], [0.65, 0.5]];
  const over = middle.map(([x, y]) => fixed(document.elementFromPoint(innerWidth * x, innerHeight * y))).filter(Boolean);
  const page = document.documentElement;
  return JSON.stringify({
    url: location.href,
    title: document.title,
    text: words(document.body),
    over: over.length > 2 ? words(over[0]).slice(0, 5000) : "",
    password: !!document.querySelector("input[type=password]"),
    kind: document.contentType,
    height: Math.max(page ? page.scrollHeight : 0, document.body ? document.body.scrollHeight : 0),
  });
})()"#;

#[derive(Default, Deserialize)]
struct Read {
    url: String,
    title: String,
    text: String,
    over: String,
    password: bool,
    kind: String,
    height: f64,
}

/// Where the page itself has come.
#[derive(Default)]
struct Way {
    hops: Vec<Hop>,
    url: Option<String>,
    status: Option<u16>,
    kind: String,
    loaded: bool,
    crashed: bool,
}

/// See [`Browser::capture`].
pub async fn look(browser: &Browser, link: &str, at: Timestamp, room: &Path) -> Result<Captured, NoBrowser> {
    let proxy = Proxy::open(browser).await?;
    let chromium = Chromium::start(&browser.program, room, &proxy).await?;
    let product = chromium.product.clone();
    let mut sight = Sight {
        chromium,
        proxy: &proxy,
        session: String::new(),
        frame: String::new(),
        way: Way::default(),
    };
    let opened = sight.open().await;
    opened.map_err(|silent| NoBrowser::NotStarted(format!("{silent:?}")))?;
    let ended = tokio::time::timeout(browser.limits.time, sight.go(link)).await;
    if ended.is_err() {
        proxy.shut(Shut::Stopped(Stopped::TooSlow));
    } else {
        proxy.shut(Shut::Done);
    }
    sight.catch_up().await;
    let (read, picture) = sight.see().await;
    let Sight { chromium, way, .. } = sight;
    chromium.end().await;
    let shut = proxy.is_shut();
    Ok(captured(
        link,
        at,
        product,
        way,
        (read, picture),
        (proxy.take(), shut),
    ))
}

struct Sight<'a> {
    chromium: Chromium,
    proxy: &'a Proxy,
    session: String,
    frame: String,
    way: Way,
}

impl Sight<'_> {
    /// Opens the page and waits until it is there; ends early when nothing may be fetched any more.
    async fn go(&mut self, link: &str) -> Result<(), Silent> {
        self.proxy.admit();
        self.put("Page.navigate", json!({ "url": link })).await?;
        self.until_quiet().await;
        self.scroll().await
    }

    async fn open(&mut self) -> Result<(), Silent> {
        let params = json!({ "url": "about:blank" });
        let made = self
            .chromium
            .ask(None, "Target.createTarget", params, THINK)
            .await?;
        made["targetId"]
            .as_str()
            .unwrap_or_default()
            .clone_into(&mut self.frame);
        let params = json!({ "targetId": self.frame, "flatten": true });
        let attached = self
            .chromium
            .ask(None, "Target.attachToTarget", params, THINK)
            .await?;
        attached["sessionId"]
            .as_str()
            .unwrap_or_default()
            .clone_into(&mut self.session);
        // A download is kept by the proxy, and nowhere else.
        let deny = json!({ "behavior": "deny" });
        self.chromium
            .ask(None, "Browser.setDownloadBehavior", deny, THINK)
            .await?;
        let window = json!({ "width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": false });
        for (method, params) in [
            ("Page.enable", json!({})),
            ("Network.enable", json!({})),
            ("Inspector.enable", json!({})),
            ("Emulation.setDeviceMetricsOverride", window),
        ] {
            self.ask(method, params, THINK).await?;
        }
        Ok(())
    }

    async fn ask(&mut self, method: &str, params: Value, patience: Duration) -> Result<Value, Silent> {
        let session = self.session.clone();
        self.chromium.ask(Some(&session), method, params, patience).await
    }

    /// Asks without waiting for the answer: a page that never begins never answers.
    async fn put(&mut self, method: &str, params: Value) -> Result<(), Silent> {
        let session = self.session.clone();
        self.chromium.put(Some(&session), method, params).await.map(drop)
    }

    /// Until the page says that it is loaded, or has failed, and nothing is under way any more.
    async fn until_quiet(&mut self) {
        let proxy = self.proxy;
        while !self.way.loaded && !self.way.crashed {
            tokio::select! {
                told = self.chromium.told() => match told {
                    Some(told) => self.note(told).await,
                    None => return,
                },
                () = proxy.until_shut() => return,
            }
        }
        loop {
            tokio::select! {
                told = self.chromium.told() => match told {
                    Some(told) => self.note(told).await,
                    None => return,
                },
                () = proxy.quiet(QUIET) => return,
                () = proxy.until_shut() => return,
            }
        }
    }

    /// What it told meanwhile.
    async fn catch_up(&mut self) {
        // The breaking off itself is told a moment later.
        let a_moment = Duration::from_millis(500);
        while let Ok(Some(told)) = tokio::time::timeout(a_moment, self.chromium.told()).await {
            self.note(told).await;
        }
    }

    async fn note(&mut self, told: Told) {
        let Told { method, params } = told;
        let is_own = params["frameId"] == self.frame.as_str();
        match method.as_str() {
            "Page.loadEventFired" => self.way.loaded = self.way.url.is_some(),
            "Inspector.targetCrashed" => self.way.crashed = true,
            // A dialog stops the page until somebody answers.
            "Page.javascriptDialogOpening" => {
                let _ = self
                    .put("Page.handleJavaScriptDialog", json!({ "accept": false }))
                    .await;
            }
            "Network.requestWillBeSent" if is_own => self.way.sets_out(&params),
            "Network.responseReceived" if is_own => self.way.arrives(&params["response"]),
            // What is no page (a download) ends so, and so does what can't be reached.
            "Network.loadingFailed" => self.way.loaded = true,
            _ => {}
        }
    }

    /// Down and up again, so that pictures that wait to be seen are fetched.
    async fn scroll(&mut self) -> Result<(), Silent> {
        let mut height = 0;
        for step in 0..LONGEST / HEIGHT {
            if self.proxy.is_shut().is_some() || step * HEIGHT > height {
                break;
            }
            let script = format!(
                "scrollTo(0,{}), Math.max(document.documentElement.scrollHeight, document.body ? document.body.scrollHeight : 0)",
                step * HEIGHT
            );
            height = whole(self.evaluate(&script).await?.as_f64().unwrap_or_default());
            self.proxy.quiet(STEP).await;
        }
        self.evaluate("scrollTo(0,0)").await?;
        self.proxy.quiet(STEP).await;
        Ok(())
    }

    async fn evaluate(&mut self, script: &str) -> Result<Value, Silent> {
        let world = json!({ "frameId": self.frame, "worldName": "vaern" });
        let world = self.ask("Page.createIsolatedWorld", world, THINK).await?;
        let params = json!({
            "expression": script,
            "contextId": world["executionContextId"],
            "returnByValue": true,
            "timeout": 10_000,
        });
        let mut answer = self.ask("Runtime.evaluate", params, THINK).await?;
        Ok(answer["result"]["value"].take())
    }

    /// Reads the page and takes its picture; nothing of a page that does not answer.
    async fn see(&mut self) -> (Option<Read>, Option<(Vec<u8>, bool)>) {
        if self.way.status.is_none() || self.way.crashed {
            return (None, None);
        }
        let _ = self.ask("Page.stopLoading", json!({}), THINK).await;
        let read = match self.evaluate(READ).await {
            Ok(Value::String(text)) => serde_json::from_str::<Read>(&text).ok(),
            _ => None,
        };
        // The browser's own page about an error, or the empty one before a download, is no picture of the site.
        let read = read.filter(|read| read.url.starts_with("http"));
        let Some(read) = read else {
            return (None, None);
        };
        let height = whole(read.height).max(HEIGHT);
        let picture = self.picture(height.min(LONGEST)).await;
        let picture = picture.map(|bytes| (bytes, height > LONGEST));
        (Some(read), picture)
    }

    async fn picture(&mut self, height: u32) -> Option<Vec<u8>> {
        let params = json!({
            "format": "png",
            "captureBeyondViewport": true,
            "clip": { "x": 0, "y": 0, "width": WIDTH, "height": height, "scale": 1 },
        });
        let shot = self.ask("Page.captureScreenshot", params, THINK * 2).await.ok()?;
        let engine = base64::engine::general_purpose::STANDARD;
        base64::Engine::decode(&engine, shot["data"].as_str()?).ok()
    }
}

impl Way {
    /// The page's own address is asked for: the first time, or because something led on.
    fn sets_out(&mut self, params: &Value) {
        let Some(url) = params["request"]["url"]
            .as_str()
            .filter(|url| url.starts_with("http"))
        else {
            return;
        };
        let redirect = &params["redirectResponse"];
        let from = match redirect["url"].as_str() {
            Some(from) => Some((from.to_owned(), status(redirect))),
            None => self
                .url
                .take()
                .filter(|from| from != url)
                .map(|from| (from, None)),
        };
        if let Some((url, status)) = from
            && self.hops.len() < HOPS
        {
            self.hops.push(Hop { url, status });
        }
        self.url = Some(url.to_owned());
        (self.status, self.loaded) = (None, false);
    }

    fn arrives(&mut self, response: &Value) {
        if let Some(url) = response["url"].as_str().filter(|url| url.starts_with("http")) {
            self.url = Some(url.to_owned());
            self.status = status(response);
            self.kind = response["mimeType"].as_str().unwrap_or_default().to_owned();
        }
    }
}

fn status(response: &Value) -> Option<u16> {
    response["status"]
        .as_u64()
        .and_then(|status| u16::try_from(status).ok())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what is too large or no number becomes the nearest that is one"
)]
fn whole(pixels: f64) -> u32 {
    pixels as u32
}

/// Host and port of an address, as the proxy calls them.
fn place(url: &str) -> Option<String> {
    let uri: hyper::Uri = url.split('#').next()?.parse().ok()?;
    let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") {
        443
    } else {
        80
    });
    Some(format!("{}:{port}", uri.host()?.trim_matches(['[', ']'])))
}

fn captured(
    link: &str,
    at: Timestamp,
    browser: String,
    way: Way,
    (read, picture): (Option<Read>, Option<(Vec<u8>, bool)>),
    (kept, shut): (Kept, Option<Shut>),
) -> Captured {
    let read_ok = read.is_some();
    let read = read.unwrap_or_default();
    // A page may change its own address; the last that was fetched is what the rest is about.
    let fetched = way.url.clone();
    let url = Some(read.url.clone())
        .filter(|url| url.starts_with("http"))
        .or(way.url);
    let here = fetched.as_deref().and_then(place);
    let main = kept
        .exchanges
        .iter()
        .rev()
        .find(|one| Some(&one.url) == fetched.as_ref());
    let fault = kept
        .faults
        .iter()
        .rev()
        .find(|(place, _)| Some(place) == here.as_ref());
    let stopped = match (shut, way.status) {
        (Some(Shut::Stopped(why)), _) => Some(why),
        (_, None) if main.is_some_and(|one| one.packed) => Some(Stopped::Packed),
        (_, None) => Some(fault.map_or(Stopped::NoAnswer, |(_, why)| *why)),
        (_, Some(_)) if way.crashed || !read_ok => Some(Stopped::NotShown),
        _ => None,
    };
    let kind = if read.kind.is_empty() {
        &way.kind
    } else {
        &read.kind
    };
    let look = Look {
        asked: link,
        url: url.as_deref().unwrap_or(link),
        status: way.status,
        is_page: SHOWN.iter().any(|shown| kind.starts_with(shown)),
        title: &read.title,
        text: &read.text,
        over: &read.over,
        password: read.password,
    };
    let seen = seen::seen(&look);
    let not_public = kept
        .faults
        .iter()
        .filter(|(_, why)| *why == Stopped::NotPublic)
        .count();
    let certificate = here
        .as_ref()
        .and_then(|place| kept.chains.get(place).map(|chain| (place, chain)));
    Captured {
        // Without a picture nothing can be told from the words.
        seen: if seen == Seen::Page && !read_ok {
            Seen::Unreached
        } else {
            seen
        },
        stopped,
        status: way.status,
        title: read.title.chars().take(witnessed::TEXT).collect(),
        text: read.text,
        hops: way.hops.into_iter().take(witnessed::HOPS).collect(),
        address: main.map(|one| one.address.clone()),
        certificate: certificate.and_then(|(place, chain)| certificate_of(place, chain)),
        cut: picture.as_ref().is_some_and(|(_, cut)| *cut),
        picture: picture.map(|(bytes, _)| bytes),
        bytes: kept.bytes,
        refused: u32::try_from(not_public).unwrap_or(u32::MAX),
        url,
        browser,
        at,
        kept,
    }
}

fn certificate_of(place: &str, chain: &Chain) -> Option<Certificate> {
    let der = chain.ders.first()?;
    let parsed = x509_cert::Certificate::from_der(der).ok()?;
    let parsed = parsed.tbs_certificate();
    let time = |time: x509_cert::time::Time| {
        let seconds = time.to_unix_duration().as_secs();
        Timestamp::from_second(i64::try_from(seconds).ok()?).ok()
    };
    let short = |text: String| text.chars().take(witnessed::TEXT).collect();
    Some(Certificate {
        host: place.rsplit_once(':').map_or(place, |(host, _)| host).to_owned(),
        subject: short(parsed.subject().to_string()),
        issuer: short(parsed.issuer().to_string()),
        from: time(parsed.validity().not_before)?,
        until: time(parsed.validity().not_after)?,
        sha256: hex::encode(Sha256::digest(der)),
        trusted: chain.trusted,
    })
}
