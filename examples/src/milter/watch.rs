//! Looking for the records of keys that wait for their turn.

use core::future::pending;
use std::sync::Arc;

use dns_txt::{Answer, Inquiry, Question, drive_async};
use tokio::time::sleep_until;
use tracing::info;

use super::server::Server;

impl Server {
    /// Asks for the records when they are due, and lets those keys sign that are published. Never
    /// ends.
    pub(super) async fn watch(&self) {
        loop {
            let due = self.rotation().next_due();
            let due = async {
                match due {
                    Some(due) => sleep_until(self.began() + due).await,
                    None => pending().await,
                }
            };
            tokio::select! {
                () = due => {}
                () = self.reread().notified() => continue,
            }
            let questions = self.rotation().poll_questions(self.began().elapsed());
            let mut round = Round {
                server: self,
                questions,
            };
            drive_async(&mut round, self.live().resolver()).await;
        }
    }

    fn take_turns(&self, question: &Question, answer: &Answer) {
        let mut rotation = self.rotation();
        let switches = rotation.answer(question, answer, self.began().elapsed());
        if switches.is_empty() {
            return;
        }
        for switch in &switches {
            info!("{switch}");
        }
        let live = self.live();
        let snapshot = live.snapshot().rotated(&rotation);
        self.swap(live.with(Arc::new(snapshot)));
    }
}

/// Questions that are due.
struct Round<'s> {
    server: &'s Server,
    questions: Vec<Question>,
}

impl Inquiry for Round<'_> {
    fn poll_question(&mut self) -> Option<Question> {
        self.questions.pop()
    }

    fn answer(&mut self, question: &Question, answer: &Answer) {
        self.server.take_turns(question, answer);
    }

    fn is_settled(&self) -> bool {
        self.questions.is_empty()
    }
}
