//! Questions in flight, several at once, without a runtime.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;
use core::future::poll_fn;
use core::task::{Context, Poll};

use crate::answer::Answer;
use crate::inquiry::Inquiry;
use crate::question::Question;
use crate::resolve::{AsyncResolve, Lookup};

/// Answers an inquiry's questions until it has none, several at once.
///
/// Dropping the future gives up what is in flight; the inquiry can be finished then, and takes each
/// open question for one that timed out. That is all a deadline needs, and it may be one for
/// several inquiries that are under way together:
///
/// ```
/// use std::time::Duration;
///
/// use dns_txt::{AsyncResolve, Inquiry, drive_async};
///
/// async fn both(helo: &mut impl Inquiry, mail_from: &mut impl Inquiry, dns: &dyn AsyncResolve) {
///     let checks = async { tokio::join!(drive_async(helo, dns), drive_async(mail_from, dns)) };
///     // What is open after this time has timed out.
///     let _ = tokio::time::timeout(Duration::from_secs(20), checks).await;
/// }
/// ```
pub async fn drive_async(inquiry: &mut (impl Inquiry + ?Sized), resolver: &dyn AsyncResolve) {
    let mut lookups = Lookups::new(resolver, IN_FLIGHT);
    lookups.ask(inquiry);
    while !lookups.is_idle() {
        let (question, answer) = lookups.next().await;
        inquiry.answer(&question, &answer);
        lookups.ask(inquiry);
    }
}

/// Questions on their way to a resolver, and those that wait for their turn.
///
/// Owned by the caller's loop, beside the inquiry, so that the loop can do other things while
/// answers travel: read a message from a socket, for one. A loop that has nothing else to do is
/// [`drive_async`].
///
/// Several inquiries may share it. Then each answer is for all of them: one that did not ask for it
/// ignores it. An answer may bring new questions, so that all are asked again behind it. A question
/// that two of them have is asked twice: to keep answers is the resolver's part.
///
/// ```
/// use std::pin::pin;
/// use std::time::Duration;
///
/// use dns_txt::{AsyncResolve, Inquiry, Lookups};
///
/// async fn both(helo: &mut impl Inquiry, mail_from: &mut impl Inquiry, dns: &dyn AsyncResolve) {
///     let mut lookups = Lookups::new(dns, 16);
///     let mut deadline = pin!(tokio::time::sleep(Duration::from_secs(20)));
///     loop {
///         lookups.ask(helo);
///         lookups.ask(mail_from);
///         if lookups.is_idle() {
///             break;
///         }
///         tokio::select! {
///             (question, answer) = lookups.next() => {
///                 helo.answer(&question, &answer);
///                 mail_from.answer(&question, &answer);
///             }
///             () = &mut deadline => break,
///         }
///     }
/// }
/// ```
pub struct Lookups<'r> {
    resolver: &'r dyn AsyncResolve,
    limit: usize,
    waiting: VecDeque<Question>,
    in_flight: Vec<(Question, Lookup<'r>)>,
}

impl<'r> Lookups<'r> {
    /// Keeps at most `limit` questions in flight, and one at least.
    pub fn new(resolver: &'r dyn AsyncResolve, limit: usize) -> Self {
        Self {
            resolver,
            limit: limit.max(1),
            waiting: VecDeque::new(),
            in_flight: Vec::new(),
        }
    }

    /// Takes every question that the inquiry can ask now. They set out when [`Lookups::next`] is
    /// awaited.
    pub fn ask(&mut self, inquiry: &mut (impl Inquiry + ?Sized)) {
        while let Some(question) = inquiry.poll_question() {
            self.waiting.push_back(question);
        }
    }

    /// The next answer to arrive, with its question; pending for ever while there is none to wait
    /// for.
    ///
    /// Cancel safe: a future dropped before it is ready loses no answer, so that it can stand in a
    /// `select!` as it is.
    pub async fn next(&mut self) -> (Question, Answer) {
        poll_fn(|context| self.poll_next(context)).await
    }

    /// Whether no question is in flight or waiting.
    pub fn is_idle(&self) -> bool {
        self.in_flight.is_empty() && self.waiting.is_empty()
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<(Question, Answer)> {
        while self.in_flight.len() < self.limit {
            let Some(question) = self.waiting.pop_front() else {
                break;
            };
            let lookup = self.resolver.resolve(question.clone());
            self.in_flight.push((question, lookup));
        }
        let ready = self
            .in_flight
            .iter_mut()
            .enumerate()
            .find_map(|(index, (_, lookup))| match lookup.as_mut().poll(context) {
                Poll::Ready(answer) => Some((index, answer)),
                Poll::Pending => None,
            });
        match ready {
            Some((index, answer)) => {
                let (question, _) = self.in_flight.swap_remove(index);
                Poll::Ready((question, answer))
            }
            None => Poll::Pending,
        }
    }
}

impl fmt::Debug for Lookups<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let in_flight: Vec<&Question> = self.in_flight.iter().map(|(asked, _)| asked).collect();
        f.debug_struct("Lookups")
            .field("limit", &self.limit)
            .field("waiting", &self.waiting)
            .field("in_flight", &in_flight)
            .finish_non_exhaustive()
    }
}

/// What one message may ask at once by [`drive_async`]: more than the ten hosts of an MX term
/// (RFC 7208 §4.6.4), and no flood.
const IN_FLIGHT: usize = 16;
