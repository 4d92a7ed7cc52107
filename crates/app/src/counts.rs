//! What is counted for whoever watches from outside. Names and labels are a contract with the rules and boards in `examples/monitoring`;
//! no label says who, or which case.

use crate::{Delivered, FileFault, ReceivedFile, SignInError};
use metrics::counter;

/// A report became a case.
pub(crate) fn report() {
    counter!("vaern_reports_total").increment(1);
}

/// Files became exhibits.
pub(crate) fn exhibits(files: &[ReceivedFile]) {
    counter!("vaern_exhibits_total").increment(files.len() as u64);
    counter!("vaern_exhibit_bytes_total").increment(files.iter().map(|file| file.bytes).sum());
}

/// A file was refused.
pub(crate) fn refused(fault: &FileFault) {
    counter!("vaern_exhibits_refused_total", "reason" => fault.code()).increment(1);
}

/// An e-mail came.
pub(crate) fn mail_in(delivered: &Delivered) {
    let outcome = match delivered {
        Delivered::Report(_) => "report",
        Delivered::Added(_) => "added",
        Delivered::Drill => "drill",
        Delivered::Waiting(_) => "waiting",
        Delivered::NoCase(_) => "no-case",
        Delivered::Before => "before",
    };
    counter!("vaern_mails_in_total", "outcome" => outcome).increment(1);
}

/// An e-mail was handed to the mail server, or was not.
pub(crate) fn mail_out(outcome: &'static str) {
    counter!("vaern_mails_out_total", "outcome" => outcome).increment(1);
}

/// Somebody signed in, or tried to.
pub(crate) fn sign_in<T>(outcome: &Result<T, SignInError>) {
    let outcome = match outcome {
        Ok(_) => "ok",
        Err(SignInError::Wrong) => "wrong",
        Err(SignInError::TooMany { .. }) => "too-many",
        Err(SignInError::Internal(_)) => "error",
    };
    counter!("vaern_sign_ins_total", "outcome" => outcome).increment(1);
}

/// Begins every counter at nothing, so that the first time something happens is an increase.
pub fn begin() {
    for name in [
        "vaern_reports_total",
        "vaern_exhibits_total",
        "vaern_exhibit_bytes_total",
    ] {
        counter!(name).increment(0);
    }
    let labelled: [(&'static str, &'static str, &[&'static str]); 4] = [
        ("vaern_exhibits_refused_total", "reason", FileFault::CODES),
        (
            "vaern_mails_in_total",
            "outcome",
            &["report", "added", "drill", "waiting", "no-case", "before"],
        ),
        ("vaern_mails_out_total", "outcome", &["sent", "later", "given-up"]),
        (
            "vaern_sign_ins_total",
            "outcome",
            &["ok", "wrong", "too-many", "error"],
        ),
    ];
    for (name, label, values) in labelled {
        for value in values {
            counter!(name, label => *value).increment(0);
        }
    }
}
