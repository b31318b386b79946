//! One call for a message that is in memory.

use alloc::sync::Arc;
use core::borrow::Borrow;

use dkim_canon::TooLarge;
use dkim_verify::VerifySignature;
use dns_txt::{Answer, Question};

use crate::facts::Facts;
use crate::inbound::Inbound;
use crate::options::Options;
use crate::report::Report;

/// Checks a whole message, whose lines end with CRLF, asking each question through `ask`.
///
/// What a server does with [`Inbound`], for those who have the message and can wait for the DNS. The
/// only error is a header of more octets than [`Options::header_octets`].
pub fn check<A: Borrow<Answer>>(
    facts: Facts,
    message: &[u8],
    options: &Options,
    crypto: Arc<dyn VerifySignature>,
    ask: impl FnMut(&Question) -> A,
) -> Result<Report, TooLarge> {
    let mut inbound = Inbound::begin(facts, options, crypto);
    inbound.push(message)?;
    inbound.end_header();
    dns_txt::drive(&mut inbound, ask);
    Ok(inbound.finish())
}
