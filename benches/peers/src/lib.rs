//! The crates beside others of their kind, and beside what the work takes at least, on the same
//! input.
//!
//! A room each: `input` is what everybody works on, `floor` the least that the work takes, `ours`
//! the crates, `peers` the others, `harness` measures, `table` prints.

pub mod floor;
pub mod harness;
pub mod input;
pub mod ours;
pub mod peers;
pub mod table;

use dkim_canon::Form;
use dkim_sign::Algorithm;

use crate::harness::Contest;

/// Everything that is compared.
pub fn contests() -> Vec<Contest> {
    let mut contests = vec![spf()];
    for algorithm in [Algorithm::RsaSha256, Algorithm::Ed25519Sha256] {
        for (name, size, text) in input::dkim::SIZES {
            let message = benches::message(size, text);
            contests.push(verify(
                algorithm,
                name,
                &input::dkim::signed(algorithm, &message),
            ));
            contests.push(sign(algorithm, name, &message));
        }
    }
    contests.extend([("text and HTML", 100), ("base64", 0)].map(|(name, text)| body(name, text)));
    contests.extend([smtp_commands(), smtp_message()]);
    contests
}

fn spf() -> Contest {
    Contest {
        title: "spf: a policy of 8 look-ups, pass by the last term".into(),
        tasks: vec![
            floor::spf::look_ups(),
            ours::spf::kept(),
            ours::spf::parsing(),
            ours::spf::from_zone(),
            ours::spf::records(),
            peers::mail_auth::spf::parsed(),
            peers::mail_auth::spf::parsing(),
        ],
    }
}

fn verify(algorithm: Algorithm, size: &str, message: &[u8]) -> Contest {
    Contest {
        title: format!("dkim: verify {algorithm}, {size}, {BACKEND}"),
        tasks: vec![
            floor::dkim::verify(algorithm, message),
            ours::dkim::verify_with_kept_key(algorithm, message),
            ours::dkim::verify_reading_key(algorithm, message),
            peers::mail_auth::dkim::verify_with_parsed_key(algorithm, message),
            peers::mail_auth::dkim::verify_parsing_key(algorithm, message),
        ],
    }
}

fn sign(algorithm: Algorithm, size: &str, message: &[u8]) -> Contest {
    Contest {
        title: format!("dkim: sign {algorithm}, {size}, {BACKEND}"),
        tasks: vec![
            floor::dkim::sign(algorithm, message),
            ours::dkim::sign(algorithm, message),
            peers::mail_auth::dkim::sign(algorithm, message),
        ],
    }
}

fn body(content: &str, text: usize) -> Contest {
    let body = benches::body(1 << 20, text);
    let ours = |name, form, chunk| ours::dkim::body(name, form, body.clone(), chunk);
    Contest {
        title: format!("dkim: a body of 1 MiB {content}, {BACKEND}"),
        tasks: vec![
            floor::dkim::body(body.clone()),
            ours("ours, simple", Form::Simple, body.len()),
            ours("ours, relaxed", Form::Relaxed, body.len()),
            ours("ours, relaxed, chunks of 16 KiB", Form::Relaxed, 16 << 10),
        ],
    }
}

fn smtp_commands() -> Contest {
    const SESSIONS: usize = 10_000;
    let commands = input::smtp::commands(SESSIONS);
    Contest {
        title: format!("smtp: {} commands", SESSIONS * input::smtp::COMMANDS),
        tasks: vec![
            floor::smtp::lines(commands.clone()),
            ours::smtp::serve(SESSIONS),
            ours::smtp::parse(commands.clone(), SESSIONS),
            peers::stalwart::parse(commands.clone(), SESSIONS),
            peers::stalwart::parse_in_chunks(commands, SESSIONS),
        ],
    }
}

fn smtp_message() -> Contest {
    let message = input::smtp::message(10 << 20);
    let ours = |name, chunk| ours::smtp::receive(name, message.clone(), chunk);
    Contest {
        title: "smtp: a message of 10 MiB behind DATA".into(),
        tasks: vec![
            floor::smtp::dots(message.clone()),
            ours("ours, all faults noted, chunks of 16 KiB", 16 << 10),
            ours("ours, all faults noted, in one piece", usize::MAX),
            peers::stalwart::receive(message.clone()),
        ],
    }
}

const BACKEND: &str = match cfg!(feature = "aws-lc") {
    true => "AWS-LC",
    false => "pure Rust",
};
