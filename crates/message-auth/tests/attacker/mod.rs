//! Somebody who passes SPF and DKIM for a domain of their own, and what they send.

#![allow(dead_code, reason = "each test binary uses a part")]

use auth_results::{Method, PropertyType, ResultCode};
use dkim_sign::SignRequest;
use dkim_sign::{PrivateKey, SignMessage as _, SigningKey, ZoneEntry};
use dkim_verify::RustCrypto;
use dns_txt::{Question, Zone};
use mail_address::FromDefect;
use message_auth::{Facts, Options, Report};

use crate::support::{NOW, NoRandom, facts};

pub(crate) fn key() -> SigningKey {
    SigningKey::new(&PrivateKey::from_seed(&[9; 32])).unwrap()
}

/// `legit.example` wants all else refused; `attack.example` is a domain like any other.
pub(crate) fn zone() -> Zone {
    let selector = "s1".parse().unwrap();
    let domain = "attack.example".parse().unwrap();
    let entry = ZoneEntry::new(selector, domain, key().key_record()).unwrap();
    let text = format!(
        "{}\n\
         legit.example. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n\
         _dmarc.legit.example. TXT \"v=DMARC1; p=reject\"\n\
         attack.example. TXT \"v=spf1 ip4:198.51.100.1 -all\"\n\
         mail.attack.example. TXT \"v=spf1 ip4:198.51.100.1 -all\"\n\
         _dmarc.attack.example. TXT \"v=DMARC1; p=reject\"\n",
        entry.txt_record()
    );
    Zone::parse(&text, None).unwrap()
}

pub(crate) fn attacker() -> Facts {
    facts("198.51.100.1", "mail.attack.example", "a@attack.example")
}

/// A signature of the attacker's, made over a header that its own signer takes, on top of the
/// header that is sent.
pub(crate) fn signed(header: &str) -> String {
    let body = "Pay at once.\r\n";
    let request = SignRequest::new(
        key().algorithm(),
        "attack.example".parse().unwrap(),
        "s1".parse().unwrap(),
    );
    let message = format!("{header}\r\n{body}");
    let signed = dkim_sign::sign(
        message.as_bytes(),
        &[(&request, &key())],
        NOW,
        &mut NoRandom,
    );
    match signed {
        Ok(mut fields) => format!("{}{message}", fields.remove(0)),
        // Not every header can be signed; SPF passes still.
        Err(_) => message,
    }
}

pub(crate) fn send(facts: Facts, message: &str) -> Report {
    let zone = zone();
    let options = Options::default();
    let ask = |question: &Question| zone.answer(question);
    message_auth::check(
        facts,
        message.as_bytes(),
        &options,
        RustCrypto::shared(),
        ask,
    )
    .unwrap()
}

/// What DMARC says of a message of the attacker's with this header; SPF passes for their domain.
pub(crate) fn sent(header: &str) -> Report {
    let report = send(attacker(), &signed(header));
    assert_eq!(report.spf_mail_from.verdict, spf::Verdict::Pass);
    report
}

/// The domain that DMARC passes for, as the stamped field says.
pub(crate) fn passed(report: &Report) -> Option<String> {
    let field = report.authentication_results();
    let dmarc: Vec<_> = field
        .results
        .iter()
        .filter(|result| result.method == Method::Dmarc)
        .collect();
    let [dmarc] = &*dmarc else {
        panic!("one result of DMARC: {field:?}");
    };
    let from = dmarc.property(&PropertyType::Header, "from");
    (dmarc.result == ResultCode::Pass).then(|| from.unwrap().to_owned())
}

/// A message that passes for nobody, because its From has this defect.
pub(crate) fn assert_defect(header: &str, defect: FromDefect) {
    let report = sent(header);
    assert_eq!(report.from, Err(defect), "{header}");
    assert!(report.dmarc.is_none());
    assert_eq!(passed(&report), None, "{header}");
    let field = report.authentication_results();
    let dmarc = field
        .results
        .iter()
        .find(|result| result.method == Method::Dmarc);
    assert_eq!(dmarc.unwrap().result, ResultCode::PermError, "{header}");
}

/// A message that cannot be read as anybody's.
pub(crate) fn assert_unreadable(header: &str) {
    let report = sent(header);
    assert!(
        matches!(report.from, Err(FromDefect::Syntax(_))),
        "{header}"
    );
    assert_eq!(passed(&report), None, "{header}");
}

/// A message that passes for the attacker's own domain, and for that alone.
pub(crate) fn assert_own(header: &str) {
    assert_eq!(
        passed(&sent(header)).as_deref(),
        Some("attack.example"),
        "{header}"
    );
}
