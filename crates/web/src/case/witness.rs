//! What the server itself saw where a link led, in words: on the exhibit, in the journal, in the dossier.

use super::exhibits::href;
use super::story::{Fact, Teller};
use crate::command::offer::is_offered;
use crate::ctx::Ctx;
use crate::text::L;
use app::CaseView;
use domain::case::witnessed::{Certificate, Hop, Witnessed};
use domain::case::{CaseState, CommandKind};

/// The most addresses on the way that are named.
const NAMED: usize = 5;

impl Teller<'_> {
    /// The entry that records a look: the sentence, the link, and what is known.
    pub(super) fn looked(&self, look: &Witnessed, key: &str) -> (String, String, Vec<Fact>) {
        let l = self.l;
        let known = facts(l, look);
        let known = known.into_iter().map(|(label, text)| Fact { label, text });
        let (what, exhibits) = (l.ta(key, &[("seen", seen(l, look))]), exhibits(l, look));
        let why = stopped(l, look).unwrap_or_default();
        let lead = [look.asked.clone(), why, exhibits];
        let lead: Vec<String> = lead.into_iter().filter(|line| !line.is_empty()).collect();
        (what, lead.join("\n"), known.collect())
    }
}

/// What was met, in words.
pub fn seen(l: &L, look: &Witnessed) -> String {
    l.t(&format!("seen-{}", look.seen))
}

/// Why there is nothing, or not all of it.
fn stopped(l: &L, look: &Witnessed) -> Option<String> {
    look.stopped.map(|why| l.t(&format!("stopped-{why}")))
}

/// Which exhibits are the picture and the archive; empty if there is neither.
fn exhibits(l: &L, look: &Witnessed) -> String {
    match (look.picture, look.archive) {
        (Some(picture), Some(archive)) => {
            l.ta("witness-exhibits", &[("picture", picture), ("archive", archive)])
        }
        (Some(number), None) => l.ta("witness-picture", &[("number", number)]),
        (None, Some(number)) => l.ta("witness-archive", &[("number", number)]),
        (None, None) => String::new(),
    }
}

/// What is known of a look, as label and text; last what it shows and does not show.
pub fn facts(l: &L, look: &Witnessed) -> Vec<(String, String)> {
    let came_to = look.url.clone().filter(|url| *url != look.asked);
    let mut facts = vec![
        ("asked", look.asked.clone()),
        ("at", l.at(look.at)),
        ("seen", seen(l, look)),
    ];
    facts.extend(stopped(l, look).map(|why| ("rest", why)));
    if look.cut {
        facts.push(("rest", l.t("capture-cut")));
    }
    if look.refused > 0 {
        facts.push(("rest", l.tn("witness-refused", look.refused)));
    }
    facts.push(("url", came_to.unwrap_or_default()));
    let status = look.status.map(|status| status.to_string());
    facts.push(("status", status.unwrap_or_default()));
    facts.push(("title", look.title.clone()));
    facts.extend(look.hops.iter().take(NAMED).map(|hop| ("hop", hop_of(hop))));
    facts.push(("address", look.address.clone().unwrap_or_default()));
    if let Some(certificate) = &look.certificate {
        facts.push(("certificate", certificate_of(l, certificate)));
        facts.push(("certificate-sha256", l.hash_in_full(&certificate.sha256)));
    }
    facts.push(("exhibits", exhibits(l, look)));
    facts.push(("browser", look.browser.clone()));
    if !look.key.is_empty() {
        facts.push(("key", l.hash_in_full(&look.key)));
    }
    facts.push(("shows", l.t("witness-shows")));
    facts
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| (l.t(&format!("witness-fact-{name}")), text))
        .collect()
}

/// The same for the dossier, a line each. Of the archive it says where that stands, if it stands beside the picture.
pub fn lines(l: &L, look: &Witnessed, exhibit: u32) -> String {
    if let Some(picture) = look.picture.filter(|picture| *picture != exhibit) {
        return l.ta("witness-same-look", &[("number", picture)]);
    }
    let line = |(label, text): (String, String)| format!("{label}: {text}");
    facts(l, look)
        .into_iter()
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

/// For an exhibit that somebody sent: what the server saw where its link led, a sentence a look; or that it never looks there.
pub fn looks(l: &L, case: &CaseState, exhibit: u32) -> Vec<String> {
    let told = |look: &Witnessed| {
        let args = [("seen", seen(l, look)), ("at", l.at(look.at))];
        let doubted = look
            .certificate
            .as_ref()
            .is_some_and(|certificate| !certificate.trusted);
        let told = [
            Some(l.ta("witness-looked", &args)),
            stopped(l, look),
            doubted.then(|| l.t("witness-not-trusted")),
            Some(exhibits(l, look)),
        ];
        let told: Vec<String> = told
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .collect();
        told.join(" ")
    };
    let closed = case.has_closed_link(exhibit).then(|| l.t("witness-closed"));
    case.looks_at_its_link(exhibit).map(told).chain(closed).collect()
}

/// Where the server's own picture beside an exhibit is shown, and where it is recorded that they show the same, if the reader
/// may do that and it is not recorded yet.
pub fn beside(ctx: &Ctx, view: &CaseView, exhibit: u32) -> Vec<(String, String)> {
    let (case, l) = (&view.state, &ctx.l);
    let mut links = Vec::new();
    for look in case.looks_at_its_link(exhibit) {
        let own = [
            (look.picture, "witness-see-picture"),
            (look.archive, "witness-see-archive"),
        ];
        for (number, key) in own {
            if let Some(number) = number.filter(|number| view.may_open(*number)) {
                links.push((href(&case.number, number), l.ta(key, &[("number", number)])));
            }
        }
        let open = look.picture.filter(|_| look.seen.may_show_it());
        if let Some(picture) = open
            && !case.borne_out_by(exhibit).any(|other| other == picture)
            && is_offered(view, CommandKind::Corroborate, &ctx.me.id)
        {
            let address = format!(
                "/cases/{}/do/corroborate?exhibit={exhibit}&with={picture}",
                case.number
            );
            links.push((address, l.ta("witness-compare", &[("number", picture)])));
        }
    }
    links
}

fn hop_of(hop: &Hop) -> String {
    match hop.status {
        Some(status) => format!("{} ({status})", hop.url),
        None => hop.url.clone(),
    }
}

fn certificate_of(l: &L, certificate: &Certificate) -> String {
    let trusted = if certificate.trusted {
        "witness-trusted"
    } else {
        "witness-not-trusted"
    };
    let args = [
        ("host", certificate.host.clone()),
        ("subject", certificate.subject.clone()),
        ("issuer", certificate.issuer.clone()),
        ("from", l.date_in_full(certificate.from)),
        ("until", l.date_in_full(certificate.until)),
    ];
    format!("{} {}", l.ta("witness-certificate", &args), l.t(trusted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::calendar::Calendar;
    use domain::case::witnessed::Stopped;
    use domain::language::Language;
    use domain::seen::Seen;

    #[test]
    fn of_a_look_the_dossier_says_what_was_met_on_whose_word_and_what_it_does_not_show() {
        let at: jiff::Timestamp = "2026-10-12T17:42:00Z".parse().unwrap();
        let look = Witnessed {
            seen: Seen::LoginWall,
            url: Some("https://forum.example/login".into()),
            status: Some(200),
            hops: vec![Hop {
                url: "https://forum.example/traad/7".into(),
                status: Some(302),
            }],
            certificate: Some(Certificate {
                host: "forum.example".into(),
                subject: "CN=forum.example".into(),
                issuer: "CN=Ukendt".into(),
                from: at,
                until: at,
                sha256: "a".repeat(64),
                trusted: false,
            }),
            picture: Some(2),
            archive: Some(3),
            cut: true,
            refused: 2,
            ..Witnessed::nothing("https://forum.example/traad/7", at, Stopped::TooSlow)
        };
        let local = Calendar::danish([]).local(at);
        let danish = L::new(Language::Da, &local);
        let told = lines(&danish, &look, 3);
        assert_eq!(
            told,
            "Hentet i samme omgang som bilag 2. Dér står, hvad serveren mødte."
        );
        let danish = lines(&danish, &look, 2);
        for part in [
            "Linket: https://forum.example/traad/7\nHentet (efter serverens ur): mandag 12. okt. kl. 19.42\n",
            "Hvad serveren mødte: siden kræver, at man logger ind\n",
            "På vejen: https://forum.example/traad/7 (302)\n",
            "gælder fra 12. okt. 2026 til 12. okt. 2026. Serveren kunne ikke bekræfte certifikatet.",
            "Hvem der svarede, er derfor usikkert.",
            "Siden blev ikke færdig inden for 60 sekunder.",
            "2 dele af siden ligger ikke på det offentlige internet",
            "det er billedet, der tæller",
            "Det viser ikke, hvem der har skrevet noget.",
        ] {
            assert!(danish.contains(part), "{part}: {danish}");
        }
        assert!(!danish.contains(".."), "{danish}");
        let english = lines(&L::new(Language::En, &local), &look, 2);
        assert!(
            english.contains("What the server met: the page asks one to sign in\n")
                && english.contains("It does not show who wrote anything."),
            "{english}"
        );
    }
}
