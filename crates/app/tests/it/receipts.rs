//! Receipts by e-mail: to the employee alone, once the mail is a case; and what they answer is added to it.

use crate::harness::*;
use app::testing::TestApp;
use app::testing::post::{Sink, header};
use app::{Delivered, Delivery};
use domain::case::{Event, Viewing};
use domain::ids::CaseNumber;
use domain::mail::{Check, Door, Doubt, NoCase, Policy};
use outside::lmtp::Taken;

const METTE: &str = "mette.ravn@fjordby.example";
const JENS: &str = "jens.roemer@fjordby.example";

async fn take(test: &TestApp, message: &str) -> Delivered {
    let delivery = Delivery {
        door: Door::Command,
        envelope: None,
        message: message.as_bytes(),
    };
    test.app.take_mail(&delivery).await.expect("taken")
}

async fn told(test: &TestApp) -> CaseNumber {
    let message = format!(
        "From: Mette <{METTE}>\r\nMessage-ID: <1@fjordby.example>\r\nSubject: Igen\r\n\r\nHan skriver igen\r\n"
    );
    match take(test, &message).await {
        Delivered::Report(number) => number,
        other => panic!("{other:?}"),
    }
}

on_both! {
    async fn the_employee_gets_one_receipt_that_no_machine_answers(test) {
        let sink = Sink::start().await;
        let test = test.writing_by(sink.writing());
        let number = told(&test).await;
        test.app.run_slow_jobs().await.unwrap();
        let came = sink.came();
        assert_eq!(came.len(), 1);
        let letter = &came[0];
        assert_eq!(header(letter, "Subject"), number.as_str());
        assert!(header(letter, "To").contains(METTE));
        assert_eq!(header(letter, "Auto-Submitted"), "auto-replied");
        assert_eq!(header(letter, "In-Reply-To"), "<1@fjordby.example>");
        assert_eq!(sink.senders()[0], "", "nothing comes back of it");
        test.app.run_slow_jobs().await.unwrap();
        assert_eq!(sink.came().len(), 1);
        // Come back to us, it is no case.
        assert_eq!(take(&test, letter).await, Delivered::NoCase(NoCase::Own));
    }

    async fn an_answer_to_the_receipt_is_added_to_the_case_with_its_words_and_files(test) {
        let sink = Sink::start().await;
        let test = test.writing_by(sink.writing());
        let number = told(&test).await;
        test.app.run_slow_jobs().await.unwrap();
        let receipt = header(&sink.came()[0], "Message-ID").to_owned();
        let answer = format!("From: {METTE}\r\nIn-Reply-To: {receipt}\r\nSubject: SV: sag\r\n\r\nHan ringede også.\r\n\r\nFra: Værn\r\nSendt: i dag\r\n");
        assert_eq!(take(&test, &answer).await, Delivered::Added(number.clone()));
        assert_eq!(take(&test, &answer).await, Delivered::Before);
        let mette = test.caller(METTE);
        let owner = test.app.case(&mette, &number, Viewing::Status).await.unwrap().state.owner.clone();
        let view = view(&test, owner.as_str(), &number).await;
        assert_eq!(view.state.exhibits.len(), 2);
        assert!(view.state.mailed.contains_key(&2));
        let said = view.entries.iter().find_map(|entry| match &entry.event {
            Event::Supplemented { text } => Some(text.as_str()),
            _ => None,
        });
        assert!(said.is_some_and(|said| said.starts_with("Han ringede også.")), "{said:?}");
        test.app.run_slow_jobs().await.unwrap();
        assert!(sink.came()[1].contains("added: true"), "{}", sink.came()[1]);
    }

    async fn somebody_elses_answer_is_a_report_of_their_own(test) {
        let sink = Sink::start().await;
        let test = test.writing_by(sink.writing());
        let number = told(&test).await;
        test.app.run_slow_jobs().await.unwrap();
        let receipt = header(&sink.came()[0], "Message-ID").to_owned();
        let answer = format!("From: sara.lindegaard@fjordby.example\r\nReferences: {receipt}\r\nSubject: x\r\n\r\nOgså mig\r\n");
        match take(&test, &answer).await {
            Delivered::Report(other) => assert_ne!(other, number),
            other => panic!("{other:?}"),
        }
    }

    async fn nobody_gets_a_letter_for_what_waits_and_the_employee_gets_theirs_when_hr_lets_it_in(test) {
        let sink = Sink::start().await;
        let test = test.writing_by(sink.writing());
        let stranger = "From: mette.privat@example.org\r\nSubject: x\r\n\r\nHan skriver\r\n";
        assert_eq!(take(&test, stranger).await, Delivered::Waiting(Doubt::UnknownSender));
        test.app.run_slow_jobs().await.unwrap();
        assert_eq!(sink.came().len(), 0);
        let jens = test.caller(JENS);
        let id = sha256(stranger.as_bytes());
        test.app.let_mail_in(&jens, &id, METTE, true).await.unwrap();
        test.app.run_slow_jobs().await.unwrap();
        assert!(header(&sink.came()[0], "To").contains(METTE), "never to the address it came from");
    }

    async fn a_mail_server_that_is_busy_is_asked_again_and_one_that_refuses_is_not(test) {
        let sink = Sink::start().await;
        let test = test.writing_by(sink.writing());
        sink.says(Taken::Later);
        told(&test).await;
        test.app.run_slow_jobs().await.unwrap();
        assert_eq!(sink.came().len(), 0);
        sink.says(Taken::Kept);
        test.clock.set(test.app.now() + jiff::SignedDuration::from_hours(24));
        test.app.run_slow_jobs().await.unwrap();
        assert_eq!(sink.came().len(), 1);
    }

    async fn the_word_of_our_own_mail_server_decides_on_a_sender(test) {
        let policy = Policy { must_pass: true, ..Policy::default() };
        let test = test.checked_by(policy, "mx.fjordby.example");
        let from = |verdict: &str| format!("Authentication-Results: mx.fjordby.example; dmarc={verdict}\r\nFrom: {METTE}\r\nSubject: {verdict}\r\n\r\nx\r\n");
        assert_eq!(take(&test, &from("fail")).await, Delivered::Waiting(Doubt::FailedCheck));
        assert_eq!(take(&test, &from("none")).await, Delivered::Waiting(Doubt::Unproved));
        let Delivered::Report(number) = take(&test, &from("pass")).await else { panic!("a report") };
        let mette = test.caller(METTE);
        let owner = test.app.case(&mette, &number, Viewing::Status).await.unwrap().state.owner.clone();
        let mailed = view(&test, owner.as_str(), &number).await.state.mailed[&1].clone();
        assert_eq!((mailed.dmarc, mailed.spf, mailed.checked_by.as_str()), (Check::Pass, Check::NotChecked, "mx.fjordby.example"));
    }
}
