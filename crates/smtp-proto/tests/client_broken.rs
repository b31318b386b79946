//! Connections that end at any point, however they do: each recipient has one outcome, and it is
//! unknown only where nobody can know.

mod conversation;

use smtp_proto::Client;
use smtp_proto::client::{Config, Event, Report};

use self::conversation::{config, envelope, outcome, outcomes};

const RECIPIENTS: [&str; 3] = ["b@example.com", "c@example.com", "d@example.com"];

/// What a server says after the client has said something, over and over.
struct Story {
    config: fn() -> Config,
    words: &'static [&'static str],
    /// How the client gives its messages to chunks: in pieces, or whole.
    in_pieces: bool,
}

const STORIES: &[Story] = &[
    Story {
        config,
        words: &[
            "220 mx\r\n",
            "250-mx\r\n250 8BITMIME\r\n",
            "250 sender\r\n",
            "250 b\r\n",
            "550 no c\r\n",
            "250 d\r\n",
            "354 go\r\n",
            "250 taken\r\n",
        ],
        in_pieces: false,
    },
    Story {
        config,
        words: &[
            "220 mx\r\n",
            "250-mx\r\n250 PIPELINING\r\n",
            "250 sender\r\n250-b\r\n250 b\r\n550 no c\r\n250 d\r\n354 go\r\n",
            "250-taken\r\n250 taken\r\n",
        ],
        in_pieces: true,
    },
    Story {
        config: || config().lmtp(true),
        words: &[
            "220 mx\r\n",
            "250-mx\r\n250 PIPELINING\r\n",
            "250 sender\r\n250 b\r\n550 no c\r\n250 d\r\n354 go\r\n",
            "250 b has it\r\n",
            "452-d is\r\n452 full\r\n",
        ],
        in_pieces: false,
    },
    Story {
        config: || config().chunking(true),
        words: &[
            "220 mx\r\n",
            "250-mx\r\n250-PIPELINING\r\n250 CHUNKING\r\n",
            "250 sender\r\n250 b\r\n550 no c\r\n250 d\r\n",
            "250 chunk\r\n250 chunk\r\n250 taken\r\n",
        ],
        in_pieces: true,
    },
    Story {
        config: || config().chunking(true),
        words: &[
            "220 mx\r\n",
            "250-mx\r\n250-PIPELINING\r\n250 CHUNKING\r\n",
            "250 sender\r\n250 b\r\n550 no c\r\n250 d\r\n",
            "250 chunk\r\n452 full\r\n250 odd\r\n",
        ],
        in_pieces: true,
    },
    Story {
        config: || config().chunking(true).lmtp(true),
        words: &[
            "220 mx\r\n",
            "250-mx\r\n250-PIPELINING\r\n250 CHUNKING\r\n",
            "250 sender\r\n250 b\r\n550 no c\r\n250 d\r\n",
            "250 b has it\r\n450 d has not\r\n",
        ],
        in_pieces: false,
    },
];

/// What a client has heard, and what of its message is written.
struct Heard {
    client: Client,
    events: Vec<Event>,
    is_begun: bool,
    is_ended: bool,
    is_error: bool,
}

/// Says `words` to the client of a story, which sends one message.
fn play(story: &Story, words: &[u8]) -> Heard {
    let mut heard = Heard {
        client: Client::new((story.config)()),
        events: Vec::new(),
        is_begun: false,
        is_ended: false,
        is_error: false,
    };
    let mut out = Vec::new();
    let mut rest = words;
    loop {
        let Ok(advance) = heard.client.advance(rest, &mut out) else {
            heard.is_error = true;
            return heard;
        };
        rest = &rest[advance.consumed..];
        match &advance.event {
            None => return heard,
            Some(Event::Ready) => {
                heard
                    .client
                    .begin(&envelope(&RECIPIENTS), &mut out)
                    .unwrap();
                heard.is_begun = true;
            }
            Some(Event::SendBody) => {
                if story.in_pieces {
                    heard.client.body(b"hello\r\n", &mut out).unwrap();
                    heard.client.body(b"you\r\n", &mut out).unwrap();
                }
                heard.client.end_body(&mut out).unwrap();
                heard.is_ended = true;
            }
            Some(_) => {}
        }
        heard.events.extend(advance.event);
    }
}

/// The only report there is of the only message, wherever it comes from.
fn only_report(heard: Heard) -> Option<Report> {
    let told = heard.events.into_iter().filter_map(|event| match event {
        Event::Finished(report) => Some(report),
        _ => None,
    });
    let mut reports: Vec<_> = told.chain(heard.client.into_reports()).collect();
    assert_eq!(reports.len(), usize::from(heard.is_begun));
    reports.pop()
}

/// Where the replies end that the words hold.
fn reply_ends(words: &str) -> Vec<usize> {
    let mut end = 0;
    let mut ends = Vec::new();
    for line in words.split_inclusive("\r\n") {
        end += line.len();
        if line.get(3..4) == Some(" ") {
            ends.push(end);
        }
    }
    ends
}

#[test]
fn an_end_at_any_octet_leaves_one_outcome_for_each_recipient() {
    for story in STORIES {
        let words = story.words.concat();
        let full = only_report(play(story, words.as_bytes())).unwrap();
        assert_eq!(full.unanswered().count(), 0);
        let mut before = None;
        for length in 0..=words.len() {
            let heard = play(story, &words.as_bytes()[..length]);
            let open = if heard.is_ended { "unknown" } else { "unsent" };
            let Some(report) = only_report(heard) else {
                continue;
            };
            let now = outcomes(&report);
            for (outcome, last) in now.iter().zip(outcomes(&full)) {
                // Known, and then it stays so, or open.
                assert!(
                    *outcome == last || outcome.1 == open,
                    "{outcome:?} {last:?}"
                );
            }
            // Only a reply that is complete changes anything.
            if !reply_ends(&words).contains(&length) {
                assert!(before.is_none_or(|before| before == now));
            }
            before = Some(now);
        }
    }
}

#[test]
fn what_is_no_reply_at_any_place_tells_nothing_of_anybody() {
    for story in STORIES {
        let words = story.words.concat();
        for end in reply_ends(&words) {
            let before = &words.as_bytes()[..end];
            let known = only_report(play(story, before)).map(|report| outcomes(&report));
            for odd in [
                &b"000 zero\r\n"[..],
                b"100 wait\r\n",
                b"199 wait\r\n",
                b"600 what\r\n",
                b"999 what\r\n",
                b"25\r\n",
                b"2500 ok\r\n",
                b"250_ok\r\n",
                b" 250 ok\r\n",
                b"250-ok\r\n550 no\r\n",
                b"250-ok\r\n251 ok\r\n",
                b"\r\n",
                b"\n",
                b"\r\r\n",
                b"\0\r\n",
                b"\x00250 ok\r\n",
                b"2\x0050 ok\r\n",
                "\u{662}\u{665}\u{660} ok\r\n".as_bytes(),
                b"+OK\r\n",
                b"* OK IMAP4rev1\r\n",
                b"SSH-2.0-x\r\n",
                b"\x15\x03\x01\x00\x02\x02\x46\n",
            ] {
                let heard = play(story, &[before, odd].concat());
                assert!(heard.is_error, "{}", odd.escape_ascii());
                let report = only_report(heard);
                assert_eq!(report.map(|report| outcomes(&report)), known);
            }
        }
    }
}

#[test]
fn a_421_at_any_place_refuses_whatever_is_open_for_now() {
    for story in STORIES {
        let words = story.words.concat();
        for end in [0].into_iter().chain(reply_ends(&words)) {
            let before = &words.as_bytes()[..end];
            let known = only_report(play(story, before)).map(|report| outcomes(&report));
            let heard = play(
                story,
                &[before, b"421-4.3.2 bye\r\n421 bye\r\n250 ok\r\n"].concat(),
            );
            assert!(matches!(heard.events.last(), Some(Event::Closed(_))));
            assert!(!heard.is_error);
            let Some(report) = only_report(heard) else {
                assert!(known.is_none());
                continue;
            };
            assert_eq!(report.unanswered().count(), 0);
            let known = known.unwrap();
            for (now, known) in outcomes(&report).into_iter().zip(known) {
                match &*known.1 {
                    "unknown" | "unsent" => assert_eq!(now.2, "421 4.3.2 bye bye"),
                    _ => assert_eq!(now, known),
                }
            }
        }
    }
}

#[test]
fn a_step_where_none_is_does_not_tell_what_became_of_the_message() {
    let story = &STORIES[1];
    let words = story.words[..3].concat();
    let heard = play(story, &[words.as_bytes(), b"354 more\r\n"].concat());
    assert!(heard.is_error && heard.is_ended);
    let report = only_report(heard).unwrap();
    assert_eq!(
        outcomes(&report),
        [
            outcome("b@example.com", "unknown", ""),
            outcome("c@example.com", "RCPT", "550 no c"),
            outcome("d@example.com", "unknown", ""),
        ]
    );
}

#[test]
fn a_message_that_cannot_be_sent_to_its_end_is_with_nobody() {
    let mut session = conversation::Session::new(Client::new(config()), usize::MAX);
    session.greet(&["PIPELINING"]);
    session.begin(&envelope(&RECIPIENTS));
    session.hear("250 a\r\n250 b\r\n550 no c\r\n250 d\r\n354 go\r\n");
    let written = session.client.body(b"a bare LF\n", &mut session.out);
    assert!(written.is_err());
    let reports = session.client.into_reports();
    let [report] = &*reports else {
        panic!("{reports:?}");
    };
    let verbs: Vec<_> = outcomes(report).into_iter().map(|it| it.1).collect();
    assert_eq!(verbs, ["unsent", "RCPT", "unsent"]);
    let open: Vec<_> = report.unanswered().map(ToString::to_string).collect();
    assert_eq!(open, ["b@example.com", "d@example.com"]);
}

#[test]
fn of_two_messages_under_way_each_has_its_report() {
    let mut session = conversation::Session::new(Client::new(config()), usize::MAX);
    session.greet(&["PIPELINING"]);
    session.begin(&envelope(&["b@example.com"]));
    session.hear("250 a\r\n250 b\r\n354 go\r\n");
    session.send_body(b"one\r\n");
    session.begin(&envelope(&["c@example.com", "d@example.com"]));
    let reports = session.client.into_reports();
    let told: Vec<_> = reports.iter().flat_map(outcomes).collect();
    assert_eq!(
        told,
        [
            outcome("b@example.com", "unknown", ""),
            outcome("c@example.com", "unsent", ""),
            outcome("d@example.com", "unsent", ""),
        ]
    );
}
