//! A mail server that keeps what it gets, spoken to over the network.

use crate::{Post, Writing};
pub use outside::lmtp::Taken;
use outside::lmtp::{self, Letter};
use std::sync::{Arc, Mutex};

/// The server; it listens as long as the test's runtime.
pub struct Sink {
    letters: Arc<Mutex<Vec<Letter>>>,
    taken: Arc<Mutex<Taken>>,
    post: Post,
}

impl Sink {
    /// Starts it; it takes everything.
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let port = listener.local_addr().expect("a port").port();
        let letters: Arc<Mutex<Vec<Letter>>> = Arc::default();
        let taken = Arc::new(Mutex::new(Taken::Kept));
        let (kept, says) = (Arc::clone(&letters), Arc::clone(&taken));
        let door = lmtp::Door {
            address: None,
            limit: 1 << 20,
            taker: Arc::new(move |letter| {
                let says = *says.lock().expect("a word");
                if says == Taken::Kept {
                    kept.lock().expect("letters").push(letter);
                }
                Box::pin(async move { says })
            }),
        };
        tokio::spawn(lmtp::Listener::Tcp(listener).serve(door));
        let post = Post::new(
            &format!("smtp://127.0.0.1:{port}"),
            None,
            "chikane@fjordby.example",
        );
        Self {
            letters,
            taken,
            post: post.expect("a mail server"),
        }
    }

    /// From now on it answers so.
    pub fn says(&self, taken: Taken) {
        *self.taken.lock().expect("a word") = taken;
    }

    /// Writing through it.
    pub fn writing(&self) -> Writing {
        Writing {
            post: self.post.clone(),
            home: Some("https://vaern.fjordby.example".into()),
        }
    }

    /// The letters that came, each as it came.
    pub fn came(&self) -> Vec<String> {
        let letters = self.letters.lock().expect("letters");
        let text = |letter: &Letter| String::from_utf8_lossy(&letter.message).into_owned();
        letters.iter().map(text).collect()
    }

    /// The senders on their envelopes.
    pub fn senders(&self) -> Vec<String> {
        let letters = self.letters.lock().expect("letters");
        letters.iter().map(|letter| letter.sender.clone()).collect()
    }
}

/// What a header field of a letter says, in its first line.
pub fn header<'a>(letter: &'a str, name: &str) -> &'a str {
    let line = letter
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{name}: ")));
    line.unwrap_or_else(|| panic!("no {name} in {letter}"))
}
