//! What a security log wants to know, as lines of the target `vaern::security`: who came in, who could not, and what was handed out. People
//! stand there by their id, cases and addresses not at all; the number of the request leads on to the proxy's log.

use crate::SignInError;
use domain::case::Actor;
use domain::ids::PersonId;

/// Somebody signed in, or tried to. The address that was typed is not said: it may be a password in the wrong field.
pub(crate) fn sign_in<T>(outcome: &Result<T, SignInError>, person: Option<&PersonId>) {
    let person = person.map_or("unknown", PersonId::as_str);
    match outcome {
        Ok(_) => tracing::info!(target: "vaern::security", person, "signed in"),
        Err(SignInError::Wrong) => tracing::warn!(target: "vaern::security", person, "a wrong password"),
        Err(SignInError::TooMany { .. }) => {
            tracing::warn!(target: "vaern::security", person, "too many tries to sign in");
        }
        Err(SignInError::Internal(_)) => {}
    }
}

/// Something was done to a person's access: `what` says it.
pub(crate) fn access(what: &'static str, person: &PersonId) {
    tracing::info!(target: "vaern::security", person = person.as_str(), "{what}");
}

/// A drawer of some case was handed out as a bag.
pub(crate) fn exported(by: &Actor, drawer: &'static str) {
    tracing::info!(target: "vaern::security", by = by.as_text(), drawer, "a drawer was exported");
}

/// The organisation was imported anew.
pub(crate) fn imported() {
    tracing::info!(target: "vaern::security", "the organisation was imported");
}
