//! What SPF and DKIM say to DMARC (RFC 9989 §4.4).

use alloc::vec::Vec;

use dkim_verify::Verifier;
use dmarc::{Identifier, Mechanism, Outcome};

/// What is looked at, before there is any result.
pub(crate) fn expected(mail_from: &spf::Check, verifier: &Verifier) -> Vec<Identifier> {
    let spf = mail_from.domain().map(|domain| Identifier {
        domain: domain.clone(),
        mechanism: Mechanism::Spf,
        outcome: Outcome::Unsettled,
    });
    let dkim = verifier.signatures().map(|signature| Identifier {
        domain: signature.tags().domain().clone(),
        mechanism: Mechanism::Dkim,
        outcome: Outcome::Unsettled,
    });
    spf.into_iter().chain(dkim).collect()
}

/// The results.
pub(crate) fn known(
    mail_from: &spf::Report,
    dkim: &[dkim_verify::Verdict],
    testing_counts: bool,
) -> Vec<Identifier> {
    let spf = mail_from.domain.as_ref().map(|domain| Identifier {
        domain: domain.clone(),
        mechanism: Mechanism::Spf,
        outcome: match mail_from.verdict {
            spf::Verdict::Pass => Outcome::Authenticated,
            spf::Verdict::TempError => Outcome::Unsettled,
            _ => Outcome::NotAuthenticated,
        },
    });
    let dkim = dkim.iter().filter_map(|verdict| {
        Some(Identifier {
            domain: verdict.signature.as_ref()?.tags().domain().clone(),
            mechanism: Mechanism::Dkim,
            outcome: match verdict.outcome {
                // RFC 6376 §3.6.1: verifiers "MUST NOT treat messages from Signers in testing mode
                // differently from unsigned email, even should the signature fail to verify". The
                // failure is the lesser case of that sentence, and a pass that turns `dmarc=fail`
                // into `pass` is a difference. mail-auth 0.15 does not look at the flag here.
                _ if verdict.testing && !testing_counts => Outcome::NotAuthenticated,
                dkim_verify::Outcome::Pass => Outcome::Authenticated,
                dkim_verify::Outcome::Unsettled(_) => Outcome::Unsettled,
                _ => Outcome::NotAuthenticated,
            },
        })
    });
    spf.into_iter().chain(dkim).collect()
}
