//! What the municipality's own mail server found out of a sender (`Authentication-Results`, RFC 8601; checked 2026-11-25). It alone
//! knows the address that the mail came from, which SPF is about.

use domain::mail::{Check, Checks};

/// What the server of this name says; none if it says nothing. `fields` are those of the message, the last server's first: the first
/// one in our server's name is its own, as it removes those that others wrote in its name (§5).
pub fn verdicts(fields: &[String], server: &str) -> Option<Checks> {
    let of_server = |field: &&String| {
        let name = without_comments(field);
        let name = name.split(';').next().unwrap_or_default();
        let name = name.split_whitespace().next().unwrap_or_default();
        name.eq_ignore_ascii_case(server)
    };
    let field = without_comments(fields.iter().find(of_server)?);
    let mut found = Checks {
        dkim: Check::NotChecked,
        spf: Check::NotChecked,
        dmarc: Check::NotChecked,
    };
    for result in field.split(';').skip(1) {
        let Some((method, rest)) = result.trim().split_once('=') else {
            continue;
        };
        let method = method.trim().split('/').next().unwrap_or_default().trim();
        let word = rest.split_whitespace().next().unwrap_or_default();
        let slot = match method.to_ascii_lowercase().as_str() {
            "dkim" => &mut found.dkim,
            "spf" => &mut found.spf,
            "dmarc" => &mut found.dmarc,
            _ => continue,
        };
        // One signature that holds is enough; of several that don't, the first is told.
        let said = check(word);
        if *slot == Check::NotChecked || said == Check::Pass {
            *slot = said;
        }
    }
    Some(found)
}

fn check(word: &str) -> Check {
    match word.to_ascii_lowercase().as_str() {
        "pass" => Check::Pass,
        "fail" | "hardfail" => Check::Fail,
        "temperror" | "permerror" => Check::Error,
        // `softfail`, `neutral` and `policy` leave it open.
        _ => Check::None,
    }
}

/// The text without what stands in parentheses, nested or not.
fn without_comments(text: &str) -> String {
    let mut depth = 0_u32;
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            c if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(fields: &[&str]) -> Option<(Check, Check, Check)> {
        let fields: Vec<String> = fields.iter().map(ToString::to_string).collect();
        verdicts(&fields, "mx.fjordby.example").map(|found| (found.dkim, found.spf, found.dmarc))
    }

    #[test]
    fn our_own_server_is_believed_and_nobody_else() {
        let ours = "mx.fjordby.example 1; spf=softfail (not (ours)) smtp.mailfrom=a@b.example; dkim=fail header.d=x.example; \
            dkim=pass header.d=b.example; dmarc=pass header.from=b.example";
        let theirs = "mx.evil.example; dkim=pass; spf=pass; dmarc=pass";
        assert_eq!(of(&[theirs, ours]), Some((Check::Pass, Check::None, Check::Pass)));
        assert_eq!(of(&[theirs]), None);
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn the_first_in_our_name_is_ours_and_a_later_one_a_forgery() {
        let ours = "MX.fjordby.example; dmarc=fail";
        let forged = "mx.fjordby.example; dmarc=pass";
        assert_eq!(
            of(&[ours, forged]),
            Some((Check::NotChecked, Check::NotChecked, Check::Fail))
        );
    }

    #[test]
    fn nonsense_is_not_checked() {
        let none = Some((Check::NotChecked, Check::NotChecked, Check::NotChecked));
        assert_eq!(of(&["mx.fjordby.example; none"]), none);
        assert_eq!(of(&["mx.fjordby.example"]), none);
        assert_eq!(
            of(&["mx.fjordby.example; =; ; dkim/1 = temperror; ((("]),
            Some((Check::Error, Check::NotChecked, Check::NotChecked))
        );
    }
}
