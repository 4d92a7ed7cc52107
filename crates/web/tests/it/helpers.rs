//! Fjordby behind the router, and clients that are signed in.

use app::testing::Engine;
use app::{Settings, testing};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use domain::ids::PersonId;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::Value;
use std::sync::Arc;
use tower::ServiceExt;

/// A picture of one pixel.
pub const PNG: &[u8] = include_bytes!("pixel.png");
/// The SHA-256 of [`PNG`], by `sha256sum`.
pub const PNG_SHA256: &str = "9b9deac0a83b1fcc002794969e4814f32f9c82dd84740b0a937a36b99a15288b";
/// The password of everybody who has one.
pub const PASSWORD: &str = "en lang sætning om havet";

/// The municipality and its router.
pub struct TestApp {
    pub inner: testing::TestApp,
    pub router: Router,
}

impl TestApp {
    /// On SQLite.
    pub async fn new() -> Self {
        Self::on(Engine::Sqlite).await
    }

    /// On this engine.
    pub async fn on(engine: Engine) -> Self {
        Self::with(engine, Settings::default()).await
    }

    /// A demonstration, in which anybody may step in as anybody.
    pub async fn demo() -> Self {
        Self::with(
            Engine::Sqlite,
            Settings {
                demonstration: true,
                ..Settings::default()
            },
        )
        .await
    }

    /// With the guide open to everybody.
    pub async fn with_public_guide() -> Self {
        Self::with(
            Engine::Sqlite,
            Settings {
                public_guide: true,
                ..Settings::default()
            },
        )
        .await
    }

    /// Behind TLS.
    pub async fn secure() -> Self {
        Self::with(
            Engine::Sqlite,
            Settings {
                secure_cookies: true,
                ..Settings::default()
            },
        )
        .await
    }

    async fn with(engine: Engine, settings: Settings) -> Self {
        let inner = testing::TestApp::with(engine, Arc::new(web::Words), settings).await;
        let router = web::router(Arc::clone(&inner.app));
        Self { inner, router }
    }

    /// With a browser that looks at links.
    pub async fn witnessed_by(browser: app::Browser) -> Self {
        let inner = testing::TestApp::with(Engine::Sqlite, Arc::new(web::Words), Settings::default()).await;
        let inner = inner.witnessed_by(browser);
        let router = web::router(Arc::clone(&inner.app));
        Self { inner, router }
    }

    /// With this malware scanner.
    pub async fn scanned_by(scanner: app::Scanner) -> Self {
        let inner = testing::TestApp::with(Engine::Sqlite, Arc::new(web::Words), Settings::default()).await;
        let inner = inner.scanned_by(scanner);
        let router = web::router(Arc::clone(&inner.app));
        Self { inner, router }
    }

    /// With this malware scanner and somebody who sends its e-mails.
    pub async fn scanned_and_writing_by(scanner: app::Scanner, writing: app::Writing) -> Self {
        let inner = testing::TestApp::with(Engine::Sqlite, Arc::new(web::Words), Settings::default()).await;
        let inner = inner.scanned_by(scanner).writing_by(writing);
        let router = web::router(Arc::clone(&inner.app));
        Self { inner, router }
    }

    /// With this time-stamp authority.
    pub async fn stamped_by(authority: app::TimeAuthority) -> Self {
        let inner = testing::TestApp::with(Engine::Sqlite, Arc::new(web::Words), Settings::default()).await;
        let inner = inner.stamped_by(authority);
        let router = web::router(Arc::clone(&inner.app));
        Self { inner, router }
    }

    /// With somebody who sends its e-mails.
    pub async fn writing_by(engine: Engine, writing: app::Writing) -> Self {
        let inner = testing::TestApp::with(engine, Arc::new(web::Words), Settings::default()).await;
        let inner = inner.writing_by(writing);
        let router = web::router(Arc::clone(&inner.app));
        Self { inner, router }
    }

    /// A browser that has not signed in.
    pub fn nobody(&self) -> Client {
        Client {
            router: self.router.clone(),
            cookie: None,
        }
    }

    /// A browser signed in as a person, by id.
    pub async fn as_(&self, person: &str) -> Client {
        let person = PersonId::new(person);
        let email = self
            .inner
            .app
            .organisation()
            .person(&person)
            .expect("a person of Fjordby")
            .email
            .clone();
        self.inner
            .app
            .set_password(&person, PASSWORD)
            .await
            .expect("a password");
        let session = self.inner.app.sign_in(&email, PASSWORD).await.expect("a session");
        let name = if self.inner.app.secure_cookies() {
            "__Host-vaern"
        } else {
            "vaern"
        };
        Client {
            router: self.router.clone(),
            cookie: Some(format!("{name}={}", session.secret)),
        }
    }

    /// A case that Mette Ravn told of herself, with one picture; gives its number.
    pub async fn case_of_mette(&self) -> String {
        let mette = self.as_("p10").await;
        let fields = [
            ("about", "me"),
            ("text", "Han skriver, at han ved, hvor jeg bor."),
            ("acute", "true"),
        ];
        let answer = mette
            .post_multipart("/report", &fields, &[("skærm.png", PNG)])
            .await;
        answer.number()
    }
}

/// A browser.
#[derive(Clone)]
pub struct Client {
    pub router: Router,
    pub cookie: Option<String>,
}

impl Client {
    /// `GET path`.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(
            self.request(Method::GET, path)
                .body(Body::empty())
                .expect("a request"),
        )
        .await
    }

    /// A form as browsers send it.
    pub async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", coded(name), coded(value)))
            .collect();
        let request = self
            .request(Method::POST, path)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body.join("&"))).expect("a request"))
            .await
    }

    /// A form with files, without JavaScript.
    pub async fn post_multipart(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &[u8])],
    ) -> Answer {
        self.post_multipart_with(path, fields, files, &[]).await
    }

    /// A form with files as upload.js sends it: the answer is JSON.
    pub async fn post_by_script(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &[u8])],
    ) -> Answer {
        self.post_multipart_with(path, fields, files, &[("accept", "application/json")])
            .await
    }

    /// A form with files and headers of one's own.
    pub async fn post_multipart_with(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &[u8])],
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = self
            .request(Method::POST, path)
            .header(CONTENT_TYPE, "multipart/form-data; boundary=graense-0");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(
            request
                .body(Body::from(multipart(fields, files)))
                .expect("a request"),
        )
        .await
    }

    /// A request with this client's cookie.
    pub fn request(&self, method: Method, path: &str) -> http::request::Builder {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "vaern.example");
        match &self.cookie {
            Some(cookie) => request.header(COOKIE, cookie),
            None => request,
        }
    }

    /// Sends any request.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a body");
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    /// One header; empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("text"))
    }

    /// Where it sends on to.
    pub fn location(&self) -> &str {
        self.header(LOCATION.as_str())
    }

    /// The cookie that it sets.
    pub fn cookie(&self) -> &str {
        self.header(SET_COOKIE.as_str())
    }

    /// The case number in a location such as `/cases/2026-0001/receipt`.
    pub fn number(&self) -> String {
        let number = self.location().split('/').nth(2);
        number
            .unwrap_or_else(|| panic!("{} {}: {}", self.status, self.location(), self.text()))
            .to_owned()
    }
}

/// The body of a form with files; the files come last, in the field `exhibit`.
pub fn multipart(fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(
            format!("--graense-0\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                .bytes(),
        );
    }
    for (name, bytes) in files {
        let head = format!(
            "--graense-0\r\nContent-Disposition: form-data; name=\"exhibit\"; filename=\"{name}\"\r\n"
        );
        body.extend(head.bytes());
        body.extend(b"Content-Type: application/octet-stream\r\n\r\n");
        body.extend_from_slice(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--graense-0--\r\n");
    body
}

fn coded(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}
