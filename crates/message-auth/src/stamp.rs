//! What a report says as Authentication-Results.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Bound;

use auth_results::{AuthenticationResults, Method, PropertyType, ResInfo, ResultCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dkim_verify::{Outcome, Refusal, ResultWord, Verdict};
use spf::{Identity, ReceivedSpf};

use crate::options::Checks;
use crate::report::Report;

pub(crate) fn authentication_results(report: &Report) -> AuthenticationResults {
    let mut field = AuthenticationResults::new(report.authserv_id.clone());
    let mail_from = &report.spf_mail_from;
    if report.checks != Checks::Dkim {
        // RFC 8601 §4: only the parameter that yielded the result. The null path is none.
        if mail_from.reverse_path.as_deref() != Some(b"") {
            field = field.with_result(spf(report, mail_from));
        }
        field = field.with_result(spf(report, &report.spf_helo));
    }
    if report.dkim.is_empty() {
        field = field.with_result(ResInfo::new(Method::Dkim, ResultCode::None));
    }
    let (unread, read): (Vec<_>, Vec<_>) =
        report.dkim.iter().partition(|verdict| is_unread(verdict));
    let tags = read.iter().filter_map(|verdict| verdict.signature.as_ref());
    let signatures: BTreeSet<&[u8]> = tags.map(|signature| signature.tags().signature()).collect();
    for verdict in read {
        field = field.with_result(dkim(report, verdict, &signatures));
    }
    // One result for all that were not looked at: how many these are is up to the sender.
    if let Some(verdict) = unread.first() {
        let result = ResInfo::new(Method::Dkim, ResultCode::Policy);
        let why = format!("{}: {} not looked at", verdict.outcome, unread.len());
        field = field.with_result(match report.reasons {
            true => result.with_reason(&why),
            false => result.with_comment(&why),
        });
    }
    match report.checks {
        Checks::All => field.with_result(dmarc(report)),
        Checks::Dkim | Checks::DkimAndSpf => field,
    }
}

fn spf(report: &Report, spf: &spf::Report) -> ResInfo {
    let result = match spf.verdict {
        spf::Verdict::Fail => ResultCode::Fail,
        spf::Verdict::Neutral => ResultCode::Neutral,
        spf::Verdict::None => ResultCode::None,
        spf::Verdict::Pass => ResultCode::Pass,
        spf::Verdict::PermError => ResultCode::PermError,
        spf::Verdict::SoftFail => ResultCode::SoftFail,
        spf::Verdict::TempError => ResultCode::TempError,
    };
    let written = match spf.identity {
        Identity::Helo => &spf.helo,
        Identity::MailFrom => spf.reverse_path.as_ref().unwrap_or(&spf.helo),
    };
    let value = match &spf.domain {
        _ if report.whole_mail_from && spf.identity == Identity::MailFrom => written,
        Some(domain) => domain.as_str().as_bytes(),
        None => written
            .rsplit(|&octet| octet == b'@')
            .next()
            .unwrap_or_default(),
    };
    let mut result = ResInfo::new(Method::Spf, result);
    result.comment = ReceivedSpf::from(spf).comment;
    result.with_property(PropertyType::Smtp, spf.identity.as_str(), value)
}

/// RFC 8601 §2.7.1.
fn dkim(report: &Report, verdict: &Verdict, signatures: &BTreeSet<&[u8]>) -> ResInfo {
    let result = match verdict.result() {
        ResultWord::Pass => ResultCode::Pass,
        // RFC 6376 §3.6.1: a domain that is testing must be none the worse for a failure, and
        // `neutral` leaves the reader no choice (RFC 8601 §2.7.1).
        _ if verdict.testing => ResultCode::Neutral,
        ResultWord::Fail => ResultCode::Fail,
        ResultWord::PermError => ResultCode::PermError,
        ResultWord::Policy => ResultCode::Policy,
        ResultWord::TempError => ResultCode::TempError,
        _ => ResultCode::Neutral,
    };
    let mut result = explained(report, verdict, ResInfo::new(Method::Dkim, result));
    let Some(signature) = &verdict.signature else {
        return result;
    };
    let tags = signature.tags();
    let domain = tags.domain().as_str();
    let identity = match tags.identity() {
        Some(identity) => identity.to_octets(),
        // RFC 6376 §3.5: what `i=` is if it is not there.
        None => format!("@{domain}").into_bytes(),
    };
    for (name, value) in [
        ("d", domain.as_bytes()),
        ("i", &identity),
        ("s", tags.selector().as_str().as_bytes()),
        ("a", tags.algorithm().as_str().as_bytes()),
        ("b", distinguishing(tags.signature(), signatures).as_bytes()),
    ] {
        result = result.with_property(PropertyType::Header, name, value);
    }
    result
}

/// With what people want to know beside the result of a signature.
fn explained(report: &Report, verdict: &Verdict, result: ResInfo) -> ResInfo {
    let why = (!verdict.is_pass()).then(|| verdict.outcome.to_string());
    let testing = verdict.testing.then(|| "testing domain".to_string());
    if !report.reasons {
        let comment: Vec<String> = why.into_iter().chain(testing).collect();
        return with_comment(result, &comment.join(", "));
    }
    let size = verdict.key_bits.map(|bits| format!("{bits}-bit key"));
    let comment: Vec<String> = size.into_iter().chain(testing).collect();
    let result = with_comment(result, &comment.join("; "));
    match why {
        Some(why) => result.with_reason(&why),
        None => result,
    }
}

fn with_comment(result: ResInfo, text: &str) -> ResInfo {
    match text {
        "" => result,
        _ => result.with_comment(text),
    }
}

/// RFC 9989 §9.1, §9.2.
fn dmarc(report: &Report) -> ResInfo {
    let permerror = || ResInfo::new(Method::Dmarc, ResultCode::PermError);
    let dmarc = match (report.strictest(), &report.from) {
        (Some(dmarc), _) => dmarc,
        (None, Err(defect)) => return permerror().with_comment(&defect.to_string()),
        (None, Ok(_)) => return permerror().with_comment("From names several domains"),
    };
    let result = match dmarc.verdict {
        dmarc::Verdict::Fail => ResultCode::Fail,
        dmarc::Verdict::None => ResultCode::None,
        dmarc::Verdict::Pass => ResultCode::Pass,
        dmarc::Verdict::PermError => ResultCode::PermError,
        dmarc::Verdict::TempError => ResultCode::TempError,
    };
    let policies = dmarc.record.as_ref().and_then(|record| record.policies());
    let comment = match (dmarc.policy, policies) {
        (Some(_), Some(published)) => {
            let disposition = dmarc.disposition();
            // The words in capitals, as readers of Gmail's field know them.
            let [p, sp, dis] = [published.p, published.sp, disposition]
                .map(|policy| policy.as_str().to_ascii_uppercase());
            format!("p={p} sp={sp} dis={dis}")
        }
        _ => dmarc.cause.to_string(),
    };
    let result = ResInfo::new(Method::Dmarc, result)
        .with_comment(&comment)
        .with_property(
            PropertyType::Header,
            "from",
            dmarc.author.as_str().as_bytes(),
        );
    match dmarc.policy {
        Some(policy) => {
            result.with_property(PropertyType::Policy, "dmarc", policy.as_str().as_bytes())
        }
        None => result,
    }
}

fn is_unread(verdict: &Verdict) -> bool {
    verdict.outcome == Outcome::Refused(Refusal::TooManySignatures)
}

/// The beginning of a signature in base64: eight characters, and more if another signature of the
/// message begins with these (RFC 6008 §4).
fn distinguishing(signature: &[u8], signatures: &BTreeSet<&[u8]>) -> String {
    let before = signatures
        .range::<[u8], _>((Bound::Unbounded, Bound::Excluded(signature)))
        .next_back();
    let behind = signatures
        .range::<[u8], _>((Bound::Excluded(signature), Bound::Unbounded))
        .next();
    let shared = before.into_iter().chain(behind).map(|other| {
        let pairs = signature.iter().zip(other.iter());
        pairs.take_while(|(one, other)| one == other).count()
    });
    let octets = shared.max().map_or(0, |shared| shared + 1);
    // Four characters stand for three octets.
    let octets = octets.next_multiple_of(3).max(MIN_OCTETS);
    STANDARD.encode(signature.get(..octets).unwrap_or(signature))
}

/// Octets that eight characters of base64 stand for.
const MIN_OCTETS: usize = 6;
