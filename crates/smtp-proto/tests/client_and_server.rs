//! Client and server over a network that cuts, delays and drops: no message is lost, doubled or
//! put out of order.

mod network;

use proptest::prelude::*;
use proptest::sample::Index;

use smtp_proto::client::{Outcome, Report};

use self::network::{Done, Fate, Message, Setup, Stored, fit, message, plan, setup, talk};

/// The report says what the fates want.
fn check_report(message: &Message, number: usize, report: &Report, setup: &Setup, done: &Done) {
    let is_refused = done.refused.contains(&number);
    let accepted: Vec<_> = report
        .accepted()
        .map(|(mailbox, _)| mailbox.to_string())
        .collect();
    match is_refused {
        true => assert!(accepted.is_empty()),
        false => assert_eq!(accepted, message.receivers(number, setup)),
    }
    assert_eq!(report.recipients().len(), message.recipients.len());
    for ((_, outcome), recipient) in report.recipients().zip(&message.recipients) {
        let Outcome::Refused(refusal) = outcome else {
            continue;
        };
        let chunk = if is_refused {
            Fate::Later
        } else {
            Fate::Accepted
        };
        let delivery = message.delivery(*recipient, setup);
        let first = [message.sender, recipient.fate, chunk, delivery]
            .into_iter()
            .find(|fate| *fate != Fate::Accepted)
            .unwrap();
        assert_eq!(refusal.is_permanent(), first == Fate::Never);
    }
}

/// What is known of a message whose connection broke is what the server has.
fn check_broken(number: usize, message: &Message, report: &Report, done: &Done) {
    assert_eq!(report.recipients().len(), message.recipients.len());
    for (mailbox, outcome) in report.recipients() {
        // The number of the message stands in the addresses.
        assert!(mailbox.to_string().contains(&format!(".{number}.")));
        let receives = |stored: &&Stored| stored.receivers.contains(&mailbox.to_string());
        let copies = done.store.iter().filter(receives).count();
        match outcome {
            Outcome::Accepted(_) => assert_eq!(copies, 1),
            Outcome::Refused(_) | Outcome::Unsent => assert_eq!(copies, 0),
            Outcome::Unknown => assert!(copies <= 1),
        }
    }
}

/// What a server should have of these messages.
fn expected(
    messages: &[Message],
    numbers: impl Iterator<Item = usize>,
    setup: &Setup,
    done: &Done,
) -> Vec<Stored> {
    numbers
        .filter(|number| !done.refused.contains(number))
        .map(|number| Stored {
            receivers: messages[number].receivers(number, setup),
            content: messages[number].arrived(),
        })
        .filter(|stored| !stored.receivers.is_empty())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_message_arrives_once_and_in_order(
        setup in setup(),
        messages in proptest::collection::vec(message(), 1..6),
        plan in plan(),
    ) {
        let messages = fit(messages, &setup);
        let mut done = Done::default();
        let waiting = (0..messages.len()).collect();
        let client = talk(&setup, &messages, waiting, &plan, false, &mut done);
        let numbers: Vec<_> = client.reports.iter().map(|(number, _)| *number).collect();
        prop_assert!(numbers.iter().copied().eq(0..messages.len()));
        for (number, report) in &client.reports {
            check_report(&messages[*number], *number, report, &setup, &done);
        }
        prop_assert_eq!(&done.store, &expected(&messages, 0..messages.len(), &setup, &done));
    }

    /// What was not reported when the connection broke is sent again. It may arrive twice if it
    /// was the reply that got lost (RFC 5321 §6.1), and nothing else does.
    #[test]
    fn a_broken_connection_loses_nothing(
        setup in setup(),
        messages in proptest::collection::vec(message(), 1..6),
        plan in plan(),
        cut in any::<Index>(),
    ) {
        let plan = &plan[..cut.index(plan.len() + 1)];
        let messages = fit(messages, &setup);
        let mut done = Done::default();
        let waiting = (0..messages.len()).collect();
        let broken = talk(&setup, &messages, waiting, plan, true, &mut done);
        let reported = broken.reports.len();
        for (number, report) in &broken.reports {
            check_report(&messages[*number], *number, report, &setup, &done);
        }
        // Of the others, too, each recipient has one outcome, and it is what is stored, as far as
        // it can be known.
        let open = broken.client.into_reports();
        prop_assert_eq!(open.len(), broken.begun.len());
        for (number, report) in broken.begun.iter().zip(&open) {
            check_broken(*number, &messages[*number], report, &done);
        }
        // All that was reported is stored, then at most what was begun, in order.
        let begun = reported + broken.begun.len();
        let at_least = expected(&messages, 0..reported, &setup, &done);
        let at_most = expected(&messages, 0..begun, &setup, &done);
        prop_assert!(done.store.starts_with(&at_least) && at_most.starts_with(&done.store));

        let stored_before = done.store.len();
        let again = (reported..messages.len()).collect();
        talk(&setup, &messages, again, &[], false, &mut done);
        let second = expected(&messages, reported..messages.len(), &setup, &done);
        prop_assert_eq!(&done.store[stored_before..], &second[..]);
    }
}
