//! What the server saw where a link led: the page, or something that stood in its place. Told from the answer's status, the
//! address that it came to, and the words on it; so it is a guess, and the picture beside it is what counts.

use crate::vocabulary::words;

words!(
    /// What was seen where a link led.
    Seen {
        /// A page, and nothing that looks as if it stood in another's place.
        Page = "page",
        /// Something that is no page: a document, a download.
        File = "file",
        /// One must sign in to see more.
        LoginWall = "login-wall",
        /// A question about cookies lies over the page.
        CookieWall = "cookie-wall",
        /// A page of its own that asks for consent first.
        Consent = "consent",
        NotFound = "not-found",
        /// It says that what was here is deleted or closed.
        Removed = "removed",
        /// The site would not show it to the server: barred, or asks for proof of being human.
        Refused = "refused",
        /// The site answered with an error of its own.
        Failed = "failed",
        /// There was no answer, or none that could be fetched.
        Unreached = "unreached",
    }
);

impl Seen {
    /// Whether what is asked for can be on the picture at all, if only in part.
    #[must_use]
    pub fn may_show_it(self) -> bool {
        matches!(self, Self::Page | Self::File | Self::LoginWall | Self::CookieWall)
    }
}

/// What there is to judge by.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look<'a> {
    /// The link that was asked for, and the address that the browser came to.
    pub asked: &'a str,
    pub url: &'a str,
    /// The status of the last answer; none where there was none.
    pub status: Option<u16>,
    /// It is something that a browser shows as a page.
    pub is_page: bool,
    pub title: &'a str,
    /// The words that can be seen.
    pub text: &'a str,
    /// The words of what lies over the middle of the window and stays there; empty if nothing does.
    pub over: &'a str,
    /// There is a field for a password.
    pub password: bool,
}

/// A page with more words than this is not taken for an error message or a wall because of a phrase in it.
const SHORT: usize = 1_500;

const LOGIN_PATHS: [&str; 14] = [
    "login",
    "log-in",
    "log_in",
    "logon",
    "signin",
    "sign-in",
    "sign_in",
    "authwall",
    "checkpoint",
    "logind",
    "log-ind",
    "sso",
    "auth",
    "unauthorized",
];
const LOGIN: [&str; 18] = [
    "log ind for at",
    "log på for at",
    "du skal logge ind",
    "du skal være logget ind",
    "du skal være logget på",
    "du er ikke logget ind",
    "log ind på facebook",
    "log ind eller opret",
    "log in to",
    "log into",
    "log in or sign up",
    "sign in to",
    "you must log in",
    "you must be logged in",
    "you need to log in",
    "please log in",
    "join linkedin",
    "see more on facebook",
];
const COOKIES: [&str; 4] = ["cookie", "samtykke", "consent", "before you continue"];
const CONSENT: [&str; 6] = [
    "before you continue",
    "før du fortsætter",
    "giv samtykke",
    "vi har brug for dit samtykke",
    "we need your consent",
    "your privacy choices",
];
const REMOVED: [&str; 24] = [
    "dette indhold er ikke tilgængeligt",
    "indholdet er ikke tilgængeligt",
    "er ikke længere tilgængelig",
    "findes ikke længere",
    "er blevet slettet",
    "er blevet fjernet",
    "er slettet af",
    "opslaget er slettet",
    "videoen er ikke tilgængelig",
    "kontoen er lukket",
    "kontoen er suspenderet",
    "content isn't available",
    "content is not available",
    "no longer available",
    "has been deleted",
    "has been removed",
    "was deleted by",
    "post was deleted",
    "this post is unavailable",
    "video unavailable",
    "video isn't available",
    "account suspended",
    "account has been suspended",
    "account doesn't exist",
];
const NOT_FOUND: [&str; 9] = [
    "siden findes ikke",
    "siden blev ikke fundet",
    "siden kunne ikke findes",
    "page not found",
    "page doesn't exist",
    "page does not exist",
    "page isn't available",
    "siden er ikke tilgængelig",
    "404 not found",
];
const HUMAN: [&str; 9] = [
    "captcha",
    "are you a robot",
    "are you human",
    "verify you are human",
    "er du et menneske",
    "unusual traffic",
    "checking your browser",
    "just a moment",
    "access denied",
];

/// What was seen.
#[must_use]
pub fn seen(look: &Look<'_>) -> Seen {
    let Some(status) = look.status else {
        return Seen::Unreached;
    };
    match status {
        404 => return Seen::NotFound,
        410 | 451 => return Seen::Removed,
        401 | 407 => return Seen::LoginWall,
        _ => {}
    }
    let (host, path) = place(look.url);
    let (asked_host, asked_path) = place(look.asked);
    let is_new = |what: &dyn Fn(&str, &str) -> bool| what(&host, &path) && !what(&asked_host, &asked_path);
    if is_new(&is_consent_place) {
        return Seen::Consent;
    }
    if is_new(&is_login_place) {
        return Seen::LoginWall;
    }
    let words = Words::of(look);
    match status {
        400..500 if look.password || words.short_says(&LOGIN) => Seen::LoginWall,
        503 if words.short_says(&HUMAN) => Seen::Refused,
        400..500 => Seen::Refused,
        500.. => Seen::Failed,
        _ if !look.is_page => Seen::File,
        _ => by_words(look, &words),
    }
}

fn by_words(look: &Look<'_>, words: &Words) -> Seen {
    if says(&words.over, &COOKIES) {
        return Seen::CookieWall;
    }
    if says(&words.over, &LOGIN) {
        return Seen::LoginWall;
    }
    let by_title = |phrases| says(&words.title, phrases);
    if words.short_says(&REMOVED) || by_title(&REMOVED) {
        Seen::Removed
    } else if words.short_says(&NOT_FOUND) || by_title(&NOT_FOUND) {
        Seen::NotFound
    } else if words.short_says(&HUMAN) {
        Seen::Refused
    } else if words.short_says(&CONSENT) {
        Seen::Consent
    } else if words.short_says(&LOGIN) || look.password && words.is_short {
        Seen::LoginWall
    } else {
        Seen::Page
    }
}

struct Words {
    title: String,
    text: String,
    over: String,
    is_short: bool,
}

impl Words {
    fn of(look: &Look<'_>) -> Self {
        let text = plain(look.text);
        Self {
            title: plain(look.title),
            over: plain(look.over),
            is_short: text.chars().count() <= SHORT,
            text,
        }
    }

    fn short_says(&self, phrases: &[&str]) -> bool {
        self.is_short && says(&self.text, phrases)
    }
}

/// Small letters, one kind of apostrophe, single spaces.
fn plain(text: &str) -> String {
    let text = text.to_lowercase().replace('\u{2019}', "'");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn says(text: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| text.contains(phrase))
}

/// Host and path of an address, in small letters.
fn place(url: &str) -> (String, String) {
    let lower = url.to_lowercase();
    let rest = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    (host.to_owned(), path.to_owned())
}

fn is_consent_place(host: &str, path: &str) -> bool {
    host.starts_with("consent.")
        || path
            .split('/')
            .any(|part| part == "consent" || part == "cookie-consent")
}

fn is_login_place(host: &str, path: &str) -> bool {
    let named = |part: &str| LOGIN_PATHS.contains(&part.split('.').next().unwrap_or_default());
    ["login.", "accounts.", "signin.", "auth."]
        .iter()
        .any(|start| host.starts_with(start))
        || path.split('/').any(named)
}
