//! Five mails, and what the receiver makes of them.

use core::net::SocketAddr;

use examples::config::{ConfigError, one_line};
use examples::courier::{Courier, Undelivered};
use examples::listener;
use examples::program::say;
use examples::spool::Chunks;
use mail_address::Mailbox;
use smtp_proto::client::Envelope;

use crate::meddler;
use crate::paint::Paint;
use crate::stage::{RECIPIENT, SENDER, Stage, USER, here};
use crate::verdict::{Verdict, body, stamped};

/// Plays all five; whether each ended as it should.
pub(crate) async fn play(
    stage: &mut Stage,
    quiet: bool,
    paint: Paint,
) -> Result<bool, ConfigError> {
    let mut all_as_expected = true;
    for (index, scene) in SCENES.iter().enumerate() {
        say(paint.bold(format!("{}. {}", index + 1, scene.title)));
        say("");
        let ending = scene.play(stage).await?;
        if quiet {
            stage.dialogue.forget();
        } else {
            stage.dialogue.show(paint);
            say("");
        }
        if !ending.stamped.is_empty() {
            say(format_args!(
                "  {}",
                paint.faint("stamped by the receiver:")
            ));
            for line in ending.stamped.lines() {
                say(format_args!("  {line}"));
            }
            say("");
        }
        if !ending.body.is_empty() {
            say(format_args!(
                "  {} {}",
                paint.faint("what Bob would read:"),
                ending.body
            ));
            say("");
        }
        let verdict = &ending.verdict;
        if verdict.starts_with(scene.expected) {
            say(format_args!(
                "  {} {verdict}",
                paint.green("verdict, as expected:")
            ));
        } else {
            let expected = scene.expected;
            say(format_args!(
                "  {} {verdict}",
                paint.red(format!("verdict, not {expected}:"))
            ));
            all_as_expected = false;
        }
        say("");
    }
    Ok(all_as_expected)
}

/// One mail.
struct Scene {
    title: &'static str,
    plot: Plot,
    /// How the verdict has to begin.
    expected: &'static str,
}

#[derive(Clone, Copy)]
enum Plot {
    Forged,
    Honest,
    Meddled,
    Relay,
    WrongPassword,
}

/// How a scene ended.
#[derive(Default)]
struct Ending {
    stamped: String,
    body: String,
    verdict: String,
}

impl Ending {
    fn without_mail(verdict: impl Into<String>) -> Self {
        Self {
            verdict: verdict.into(),
            ..Self::default()
        }
    }
}

const SCENES: [Scene; 5] = [
    Scene {
        title: "Alice of example.org writes to Bob, through her submission server",
        plot: Plot::Honest,
        expected: "spf=pass dkim=pass dmarc=pass",
    },
    Scene {
        title: "Somebody else types the same From by hand, from another address",
        plot: Plot::Forged,
        expected: "spf=fail dkim=none dmarc=fail",
    },
    Scene {
        title: "Alice writes again, and somebody on the way changes one word",
        plot: Plot::Meddled,
        expected: "spf=pass dkim=fail dmarc=pass (",
    },
    Scene {
        title: "Somebody tries to log in as Alice, with a guessed password",
        plot: Plot::WrongPassword,
        expected: "535 5.7.8",
    },
    Scene {
        title: "Somebody wants Bob's server to pass mail on to a third party",
        plot: Plot::Relay,
        expected: "554 5.7.1",
    },
];

impl Scene {
    async fn play(&self, stage: &mut Stage) -> Result<Ending, ConfigError> {
        let sent = match self.plot {
            Plot::Forged => send(&stage.stranger()?, RECIPIENT).await?,
            Plot::Honest => send(&stage.user(stage.submission(), true)?, RECIPIENT).await?,
            Plot::Meddled => {
                let submission = stage_with_meddler(stage).await?;
                send(&stage.user(submission, true)?, RECIPIENT).await?
            }
            Plot::Relay => send(&stage.stranger()?, "carol@elsewhere.example").await?,
            Plot::WrongPassword => send(&stage.user(stage.submission(), false)?, RECIPIENT).await?,
        };
        let message = stage.take_message()?;
        Ok(match (sent, message) {
            (Ok(()), Some(message)) => Ending {
                stamped: stamped(&message),
                body: body(&message),
                verdict: Verdict::of(&message)
                    .map_or_else(|| "no results".into(), |verdict| verdict.to_string()),
            },
            (Ok(()), None) => Ending::without_mail("nothing was delivered"),
            (Err(_), Some(_)) => Ending::without_mail("refused, and yet delivered"),
            (Err(Undelivered::Refused(refusal)), None) => {
                Ending::without_mail(refusal.reply().to_string())
            }
            (Err(error), None) => Ending::without_mail(one_line(&error)),
        })
    }
}

/// A submission server whose way to the receiver leads past somebody who changes a word.
async fn stage_with_meddler(stage: &mut Stage) -> Result<SocketAddr, ConfigError> {
    let [word, other] = CHANGED;
    let between = listener::bind(SocketAddr::new(stage.mx().ip(), 0)).await?;
    let address = between.local_addr().map_err(here)?;
    tokio::spawn(meddler::pass_on(between, stage.mx(), word, other));
    stage.start_submission(address, "meddler").await
}

/// Sends the message of all scenes to `recipient`.
async fn send(courier: &Courier, recipient: &str) -> Result<Result<(), Undelivered>, ConfigError> {
    let sender = format!("{USER}@{SENDER}");
    let [sender, recipient] = [&sender, recipient].map(|text| Mailbox::parse(text.as_bytes()));
    let envelope = Envelope::new(Some(sender.map_err(here)?), vec![recipient.map_err(here)?])
        .of_message(MESSAGE.as_bytes());
    let mut body = Chunks::from(Vec::new());
    let delivered = courier.deliver(&envelope, MESSAGE.as_bytes(), &mut body);
    Ok(delivered.await.map(|_| ()))
}

const MESSAGE: &str = "From: Alice <alice@example.org>\r\n\
                       To: Bob <bob@example.com>\r\n\
                       Subject: Lunch\r\n\
                       \r\n\
                       Let us meet at noon, in the usual place.\r\n";

/// A word of the message, and what it becomes on the way.
const CHANGED: [&str; 2] = ["noon", "nine"];
