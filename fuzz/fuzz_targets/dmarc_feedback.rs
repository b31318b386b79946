//! A report that was read and written reads the same, and takes no more than its share of octets;
//! whatever texts a report is built of, what is written is a report.

#![no_main]

use dmarc::feedback::Feedback;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let text = String::from_utf8_lossy(input);
    if let Ok(read) = Feedback::parse(&text) {
        written_reads_the_same(&read, text.len());
    }
    let mut texts = text.split('|').map(str::to_owned);
    let mut built = Feedback::parse(TEMPLATE).expect("a report");
    let metadata = &mut built.metadata;
    metadata.org_name = texts.next().unwrap_or_default();
    metadata.email = texts.next().unwrap_or_default();
    metadata.report_id = texts.next().unwrap_or_default();
    metadata.extra_contact_info = texts.next();
    metadata.error = texts.next();
    built.published.domain = texts.next().unwrap_or_default();
    for row in &mut built.rows {
        row.header_from = texts.next().unwrap_or_default();
        row.envelope_from = texts.next();
        for reason in &mut row.reasons {
            reason.comment = texts.next();
        }
        for dkim in &mut row.dkim {
            dkim.domain = texts.next().unwrap_or_default();
            dkim.selector = texts.next();
        }
        if let Some(spf) = &mut row.spf {
            spf.human_result = texts.next();
        }
    }
    written_reads_the_same(&built, TEMPLATE.len() + text.len());
});

/// Characters that XML cannot hold, and white space around a text, are lost at the first time and
/// never after.
fn written_reads_the_same(report: &Feedback, octets: usize) {
    let printed = report.to_xml();
    // A mark is printed as an entity of six octets, and what is inside of an element is indented.
    assert!(printed.len() <= 8 * octets + 1024);
    let read = Feedback::parse(&printed).expect("a report that was written");
    assert_eq!(read.rows.len(), report.rows.len());
    assert_eq!(read.published.p, report.published.p);
    let again = read.to_xml();
    assert_eq!(Feedback::parse(&again).as_ref(), Ok(&read));
}

const TEMPLATE: &str = "<feedback><report_metadata><org_name/><email/><report_id/>\
    <date_range><begin>1</begin><end>2</end></date_range></report_metadata>\
    <policy_published><domain/><p>reject</p><fo>1:d</fo></policy_published>\
    <record><row><source_ip>2001:db8::25</source_ip><count>17</count>\
    <policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>fail</spf>\
    <reason><type>mailing_list</type></reason></policy_evaluated></row>\
    <identifiers><header_from/></identifiers>\
    <auth_results><dkim><domain/><selector/><result>pass</result></dkim>\
    <spf><domain>x.example</domain><scope>mfrom</scope><result>fail</result></spf></auth_results>\
    </record></feedback>";
