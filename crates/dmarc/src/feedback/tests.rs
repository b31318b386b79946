use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::{Check, Identifier, Mechanism, Options, Outcome};

fn checked(author: &str, record: &str, signed: Option<&str>) -> Report {
    let zone = alloc::format!("_dmarc.shop.example. TXT \"v=DMARC1; {record}\"");
    let zone: dns_txt::Zone = zone.parse().unwrap();
    let mut check = Check::begin(author.parse().unwrap(), &Options::default());
    check.identifiers(signed.map(|domain| Identifier {
        domain: domain.parse().unwrap(),
        mechanism: Mechanism::Dkim,
        outcome: Outcome::Authenticated,
    }));
    dns_txt::drive(&mut check, |question| zone.answer(question));
    check.finish()
}

fn metadata() -> Metadata {
    Metadata::new(
        "Mail Receiver Ltd",
        "postmaster@mx.receiver.example",
        "1795651200x7q",
    )
    .period(1_795_564_800, 1_795_651_199)
}

#[test]
fn a_report_says_who_decided_where_the_record_is() {
    let published = |options: &Options| {
        let zone: dns_txt::Zone = "_dmarc.shop.example. TXT \"v=DMARC1; p=reject\""
            .parse()
            .unwrap();
        let mut check = Check::begin("shop.example".parse().unwrap(), options);
        dns_txt::drive(&mut check, |question| zone.answer(question));
        PolicyPublished::new(&check.finish()).unwrap()
    };
    let walked = published(&Options::default()).discovery_method;
    assert_eq!(walked, Some(DiscoveryMethod::TreeWalk));
    let listed = Options::default().organizational_domain(Clone::clone);
    let listed = published(&listed).discovery_method;
    assert_eq!(listed, Some(DiscoveryMethod::PublicSuffixList));
}

#[test]
fn a_day_of_mail_reads_back_as_it_was_written() {
    let record = "p=reject; sp=quarantine; np=reject; aspf=s; t=y";
    let passed = checked("shop.example", record, Some("shop.example"));
    let ghost = checked("ghost.shop.example", record, None);
    let mut first = Row::new(
        "2001:db8::25".parse().unwrap(),
        &passed,
        Disposition::from(&passed),
    );
    first.envelope_from = Some("bounce.shop.example".into());
    first.dkim.push(DkimAuth {
        domain: "shop.example".into(),
        selector: Some("s1".into()),
        result: AuthResult::Pass,
        human_result: None,
    });
    let mut second = Row::new(
        "192.0.2.77".parse().unwrap(),
        &ghost,
        Disposition::from(&ghost),
    );
    second.envelope_from = Some("".into());
    second.spf = Some(SpfAuth {
        domain: "relay.example.net".into(),
        result: AuthResult::SoftFail,
        human_result: Some("<why> & \"how\"".into()),
    });
    let rows = vec![first.clone(), second.clone(), first.clone()];
    let published = PolicyPublished::new(&passed).unwrap();
    let feedback = Feedback::new(metadata(), published, rows);
    assert_eq!(feedback.rows.len(), 2);
    assert_eq!(feedback.rows[0].count, 2);
    assert_eq!(feedback.rows[0].disposition, Disposition::Pass);
    assert_eq!(second.disposition, Disposition::Quarantine);
    assert_eq!(second.reasons[0].kind, OverrideType::PolicyTestMode);
    let xml = feedback.to_xml();
    assert_eq!(Feedback::parse(&xml).as_ref(), Ok(&feedback));
    for part in [
        "<feedback xmlns=\"urn:ietf:params:xml:ns:dmarc-2.0\">",
        "<discovery_method>treewalk</discovery_method>",
        "<testing>y</testing>",
        "<type>policy_test_mode</type>",
        "&lt;why&gt; &amp; ",
    ] {
        assert!(xml.contains(part), "{part}: {xml}");
    }
}

/// RFC 9990 appendix A has a sequence in most places, and any order in the rest.
#[test]
fn elements_stand_in_the_order_of_the_schema() {
    let mut metadata = metadata();
    metadata.extra_contact_info = Some("https://receiver.example/".into());
    metadata.error = Some("none".into());
    metadata.generator = Some("mta 1".into());
    let report = checked("shop.example", "p=reject", Some("shop.example"));
    let mut row = Row::new("192.0.2.1".parse().unwrap(), &report, Disposition::None);
    row.envelope_from = Some(String::new());
    row.envelope_to = Some("example.org".into());
    row.reasons = vec![OverrideReason {
        kind: OverrideType::LocalPolicy,
        comment: Some("known".into()),
    }];
    row.dkim = vec![DkimAuth {
        domain: "shop.example".into(),
        selector: Some("s1".into()),
        result: AuthResult::Pass,
        human_result: Some("good".into()),
    }];
    row.spf = Some(SpfAuth {
        domain: "shop.example".into(),
        result: AuthResult::Pass,
        human_result: Some("good".into()),
    });
    let published = PolicyPublished::new(&report).unwrap();
    let xml = Feedback::new(metadata, published, vec![row]).to_xml();
    let names = xml.split('<').filter_map(|tag| {
        let name = tag.split([' ', '>', '/']).next()?;
        (!name.is_empty() && !name.starts_with('?')).then_some(name)
    });
    let names: Vec<&str> = names.collect();
    assert_eq!(
        names.join(" "),
        "feedback version report_metadata org_name email extra_contact_info report_id date_range \
         begin end error generator policy_published domain discovery_method p sp np fo adkim aspf \
         testing record row source_ip count policy_evaluated disposition dkim spf reason type \
         comment identifiers header_from envelope_from envelope_to auth_results dkim domain \
         selector result human_result spf domain scope result human_result"
    );
}

/// The form of RFC 7489: another namespace, another order, `pct`, and SPF of HELO.
const OLD: &str = "<?xml version='1.0'?><f:feedback xmlns:f='http://dmarc.org/dmarc-xml/0.1'>\
    <policy_published><domain>shop.example</domain><adkim>r</adkim><p>none</p><sp/><pct>100</pct>\
    </policy_published><report_metadata><org_name><![CDATA[A & B]]></org_name><email>a@b.example\
    </email><report_id>1</report_id><date_range><begin>1</begin><end>2</end></date_range>\
    </report_metadata><record><row><source_ip>192.0.2.1</source_ip><count>2</count>\
    <policy_evaluated><disposition>none</disposition><dkim>fail</dkim><spf>pass</spf><reason>\
    <type>forwarded</type></reason></policy_evaluated></row><identifiers><header_from>shop.example\
    </header_from></identifiers><auth_results><spf><domain>h.example</domain><scope>helo</scope>\
    <result>none</result></spf><spf><domain>shop.example</domain><result>pass</result></spf>\
    </auth_results></record></f:feedback>";

#[test]
fn reports_of_rfc_7489_are_read() {
    let feedback = Feedback::parse(OLD).unwrap();
    assert_eq!(feedback.metadata.org_name, "A & B");
    assert_eq!(
        (feedback.published.p, feedback.published.sp),
        (Policy::None, None)
    );
    let row = &feedback.rows[0];
    assert_eq!(row.spf.as_ref().unwrap().domain, "shop.example");
    assert_eq!(row.reasons[0].kind, OverrideType::Other);
}

#[test]
fn what_is_no_report_is_refused() {
    let deep = "<feedback>".repeat(100);
    let bomb = alloc::format!("<!DOCTYPE f [<!ENTITY a 'aaaa'>]>{OLD}");
    let entity = OLD.replace("<email>", "<email>&a;");
    for (xml, error) in [
        (
            "",
            FeedbackError::Missing {
                element: "feedback",
            },
        ),
        (&deep, FeedbackError::TooDeep),
        (&bomb, FeedbackError::DocumentType),
        (
            &OLD.replace("<count>2", "<count>-2"),
            FeedbackError::Value { element: "count" },
        ),
        (
            &OLD.replace("<p>none</p>", ""),
            FeedbackError::Missing { element: "p" },
        ),
        (
            &OLD.replace("<dkim>fail", "<dkim>bad"),
            FeedbackError::Value { element: "dkim" },
        ),
    ] {
        assert_eq!(Feedback::parse(xml), Err(error), "{xml}");
    }
    for xml in [&entity, &OLD.replace("</row>", ""), &OLD[..OLD.len() - 5]] {
        let error = Feedback::parse(xml).unwrap_err();
        assert!(matches!(error, FeedbackError::Syntax { .. }), "{error}");
    }
}

proptest! {
    #[test]
    fn any_text_goes_into_a_report_and_comes_out(text in "[\\PC<&\\x00-\\x1f]{0,40}") {
        let report = checked("shop.example", "p=none", None);
        let mut row = Row::new("192.0.2.1".parse().unwrap(), &report, Disposition::None);
        row.reasons.push(OverrideReason {
            kind: OverrideType::Other,
            comment: Some(text.trim().to_string()),
        });
        let published = PolicyPublished::new(&report).unwrap();
        let feedback = Feedback::new(metadata(), published, vec![row]);
        let once = Feedback::parse(&feedback.to_xml()).unwrap();
        let comments: Vec<_> = once.rows[0].reasons[0].comment.iter().collect();
        prop_assert_eq!(comments.len(), 1);
        // Printed once, nothing is left that XML cannot hold.
        prop_assert_eq!(Feedback::parse(&once.to_xml()), Ok(once));
    }
}
