//! Reports that were written to hurt whoever reads them.
#![cfg(feature = "report")]

use allocation_counter::measure;
use dmarc::feedback::{Feedback, FeedbackError, Row};
use proptest::prelude::*;

const REPORT: &str = "<feedback><report_metadata><org_name>R</org_name><email>r@r.example</email>\
    <report_id>1</report_id><date_range><begin>1</begin><end>2</end></date_range>\
    </report_metadata><policy_published><domain>shop.example</domain><p>reject</p>\
    </policy_published><record><row><source_ip>192.0.2.1</source_ip><count>1</count>\
    <policy_evaluated><disposition>none</disposition><dkim>fail</dkim><spf>fail</spf>\
    <reason><type>other</type><comment>C</comment></reason></policy_evaluated></row>\
    <identifiers><header_from>shop.example</header_from></identifiers><auth_results>\
    <dkim><domain>d.example</domain><selector>s</selector><result>fail</result></dkim>\
    <spf><domain>s.example</domain><result>fail</result></spf></auth_results></record></feedback>";

fn read(text: &str) -> Result<Feedback, FeedbackError> {
    Feedback::parse(text)
}

/// The report with `text` in a place of it.
fn with(place: &str, text: &str) -> String {
    assert_eq!(REPORT.matches(place).count(), 1, "{place}");
    REPORT.replace(place, text)
}

/// Reads what has to be refused or read, and tells the octets that were held at a time for each of
/// the text, and the steps of memory for it.
fn cost(text: &str) -> (u64, Result<Feedback, FeedbackError>) {
    let mut result = None;
    let info = measure(|| result = Some(read(text)));
    (info.bytes_max / text.len() as u64, result.unwrap())
}

#[test]
fn a_document_type_is_refused_wherever_it_stands() {
    for declaration in [
        "<!DOCTYPE feedback>",
        "<!DOCTYPE f [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>",
        "<!DOCTYPE f SYSTEM 'file:///etc/passwd'>",
        "<!doctype f>",
    ] {
        let before = format!("{declaration}{REPORT}");
        assert_eq!(read(&before), Err(FeedbackError::DocumentType), "{before}");
        let inside = with("<email>", &format!("{declaration}<email>"));
        assert!(read(&inside).is_err(), "{inside}");
    }
    for broken in ["<!DOCTYPE", "<!DOCTYPE f [", "<!ENTITY a 'b'>", "<!>"] {
        assert!(read(&format!("{broken}{REPORT}")).is_err(), "{broken}");
    }
}

#[test]
fn no_entity_is_expanded_beyond_those_of_xml() {
    let comment = |text: &str| {
        let read = read(&with(">C<", &format!(">{text}<")))?;
        Ok::<_, FeedbackError>(read.rows[0].reasons[0].comment.clone().unwrap())
    };
    let known = comment("&lt;&amp;&#x41;&#66;&#x1f4e7;&quot;&apos;&gt;");
    assert_eq!(known.as_deref(), Ok("<&AB\u{1f4e7}\"'>"));
    for unknown in [
        "&a;",
        "&;",
        "&",
        "&amp",
        "&#;",
        "&#x;",
        "&#xg;",
        "&#-1;",
        "&#+1;",
        "&#x110000;",
        "&#xd800;",
        "&#99999999999;",
        "&%a;",
        // No document can hold these, written as they are or by their numbers.
        "&#0;",
        "&#1;",
        "&#xfffe;",
        "&#x1b;",
        "\0",
        "\u{1b}[2J",
        "\u{ffff}",
    ] {
        let read = comment(unknown);
        assert!(
            matches!(read, Err(FeedbackError::Syntax { .. })),
            "{unknown:?}: {read:?}"
        );
    }
}

#[test]
fn what_stands_twice_is_no_report() {
    for (element, again) in [
        ("count", "<count>2</count>"),
        ("source_ip", "<source_ip>192.0.2.2</source_ip>"),
        ("p", "<p>none</p>"),
        ("header_from", "<header_from>x.example</header_from>"),
        ("org_name", "<org_name/>"),
        ("type", "<type>other</type>"),
        ("disposition", "<disposition>reject</disposition>"),
        ("selector", "<selector>t</selector>"),
        ("row", "<row/>"),
        ("policy_published", "<policy_published/>"),
        ("report_metadata", "<report_metadata/>"),
        ("auth_results", "<auth_results/>"),
        ("date_range", "<date_range/>"),
    ] {
        for place in [format!("<{element}>"), format!("</{element}>")] {
            let text = match place.starts_with("</") {
                true => with(&place, &format!("{place}{again}")),
                false => with(&place, &format!("{again}{place}")),
            };
            let repeated = Err(FeedbackError::Repeated { element });
            assert_eq!(read(&text), repeated, "{text}");
        }
    }
    // What may: records, reasons, results; the extensions of others, whatever their names are.
    let text = with(
        "</auth_results>",
        "<dkim><domain>d</domain><result>pass</result></dkim><spf><domain>s</domain>\
         <result>pass</result></spf></auth_results><x:row xmlns:x='urn:x'>1</x:row><own/><own/>",
    );
    let read = read(&text).unwrap();
    assert_eq!((read.rows.len(), read.rows[0].dkim.len()), (1, 2));
}

#[test]
fn a_document_is_one_report_and_nothing_else() {
    for harmless in [
        format!("<?xml version='1.0' encoding='UTF-8'?>\r\n{REPORT}\r\n"),
        format!("\u{feff}<?xml version='1.0'?>{REPORT}"),
        format!("<!-- {REPORT} -->{REPORT}<!-- > --><?pi ?>\n"),
        // The text is what the caller has decoded, whatever it was before.
        format!("<?xml version='1.0' encoding='UTF-16'?>{REPORT}"),
        REPORT.replace("<feedback>", "<feedback xmlns='urn:x' a=\"<\">"),
    ] {
        assert_eq!(read(&harmless), read(REPORT), "{harmless}");
    }
    for hostile in [
        format!("{REPORT}{REPORT}"),
        format!("<x/>{REPORT}"),
        format!("{REPORT}<x/>"),
        format!("x{REPORT}"),
        format!("{REPORT}x"),
        format!("&amp;{REPORT}"),
        format!("<x>{REPORT}</x>"),
        REPORT.replace("feedback", "FEEDBACK"),
        REPORT.replace("</count>", "</Count>"),
        REPORT.replace("</count>", "<!-- </count>"),
        REPORT.replace("<count>", "<![CDATA[<count>"),
        REPORT[..REPORT.len() - 1].to_owned(),
        // UTF-16 that nobody has decoded, an octet to a character.
        REPORT.chars().flat_map(|char| [char, '\0']).collect(),
    ] {
        assert!(read(&hostile).is_err(), "{hostile}");
    }
}

#[test]
fn numbers_and_words_are_those_of_the_schema() {
    for (place, hostile) in [
        (">192.0.2.1<", ">192.0.2.1/24<"),
        (">192.0.2.1<", ">192.0.2.01<"),
        (">192.0.2.1<", ">localhost<"),
        ("<count>1<", "<count>-1<"),
        ("<count>1<", "<count>18446744073709551616<"),
        ("<count>1<", "<count>1e9<"),
        ("<count>1<", "<count>0x1<"),
        ("<count>1<", "<count>\u{661}<"),
        ("<begin>1<", "<begin>2026-11-24<"),
        (">reject<", ">REJECTED<"),
        (
            "<result>fail</result></dkim>",
            "<result>softfail</result></dkim>",
        ),
        ("<result>fail</result></dkim>", "<result/></dkim>"),
    ] {
        assert!(read(&with(place, hostile)).is_err(), "{hostile}");
    }
}

#[test]
fn depth_is_limited_before_it_costs_anything() {
    for open in ["<a>", "<feedback>", "<row><record>", "<x:a b='c'>"] {
        let deep = format!("<feedback>{}", open.repeat(1_000_000));
        let (octets, result) = cost(&deep);
        assert_eq!(result, Err(FeedbackError::TooDeep));
        assert_eq!(octets, 0);
    }
}

/// What is held is less than ten octets for each of the text, however small its elements are.
#[test]
fn memory_is_in_proportion_to_the_text() {
    let many = 100_000;
    let filled = |place: &str, piece: &str| {
        let text = format!("{}{place}", piece.repeat(many));
        with(place, &text)
    };
    // As short as they can be and still are counted.
    let record = "<record><row><source_ip>::</source_ip><count>1</count><policy_evaluated>\
        <disposition>none</disposition><dkim>fail</dkim><spf>fail</spf></policy_evaluated></row>\
        <identifiers><header_from/></identifiers><auth_results/></record>";
    let signature = "<dkim><domain/><result>fail</result></dkim>";
    let reason = "<reason><type/></reason>";
    let signed = format!("<auth_results>{}</", signature.repeat(900));
    let excused = format!("{}</policy_evaluated>", reason.repeat(900));
    let record_of_many = record
        .replace("<auth_results/>", &format!("{signed}auth_results>"))
        .replace("</policy_evaluated>", &excused);
    for records in [record.repeat(many / 10), record_of_many.repeat(50)] {
        let text = with("</feedback>", &format!("{records}</feedback>"));
        let (octets, result) = cost(&text);
        assert!(result.unwrap().rows.len() > 50);
        assert!(octets < 10, "{octets} for each of a report that is sound");
    }
    for text in [
        filled("<email>", "<a/>"),
        filled("<email>", "<a></a>"),
        filled("<email>", "<email2/>"),
        filled("</feedback>", "<a/>"),
        filled("</feedback>", "<record/>"),
        filled("</policy_evaluated>", "<reason/>"),
        filled("</auth_results>", "<dkim/>"),
        filled("</auth_results>", "<spf/>"),
        filled("</auth_results>", "<p/>"),
        filled("</row>", "<a><b><c><d/></c></b></a>"),
        filled(">C<", ">"),
        filled("</comment>", "&amp;"),
        filled("</comment>", "<![CDATA[x]]>"),
        filled("</comment>", "<b>x</b>"),
        filled("</org_name>", "<!-- -->"),
        filled("</feedback>", "<?a?>"),
        with(
            "<feedback>",
            &format!("<feedback {}>", "xmlns:a='b' ".repeat(many)),
        ),
        with(
            "<feedback>",
            &format!("<feedback a='{}'>", "x".repeat(many)),
        ),
        with("</row>", &format!("<{}/></row>", "x".repeat(many))),
    ] {
        let (octets, result) = cost(&text);
        let shown = &text[..text.len().min(900)];
        assert!(octets < 10, "{octets} for each: {shown} {:?}", result.err());
    }
}

proptest! {
    /// The slow and obvious way, with each row compared with each.
    #[test]
    fn equal_rows_are_counted_in_the_place_of_the_first(
        rows in proptest::collection::vec((0usize..2, 0usize..3, 0usize..3, 1u64..5), 0..20)
    ) {
        let Feedback { metadata, published, rows: read, .. } = read(REPORT).unwrap();
        let row = |(address, from, reason, count): &(usize, usize, usize, u64)| {
            let mut row = read[0].clone();
            row.source_ip = ["192.0.2.1", "::1"][*address].parse().unwrap();
            row.header_from = ["", "a.example", "b.example"][*from].into();
            row.reasons.truncate(*reason);
            row.count = *count;
            row
        };
        let rows: Vec<Row> = rows.iter().map(row).collect();
        let mut expected: Vec<Row> = Vec::new();
        for row in &rows {
            let same = expected.iter_mut().find(|other| {
                let mut alone = row.clone();
                alone.count = other.count;
                **other == alone
            });
            match same {
                Some(same) => same.count += row.count,
                None => expected.push(row.clone()),
            }
        }
        let counted = Feedback::new(metadata, published, rows).rows;
        prop_assert_eq!(counted, expected);
    }
}

/// Whoever sends mail chooses what rows differ in, and one address can make as many as it likes.
#[test]
fn rows_of_one_client_are_counted_without_comparing_each_with_each() {
    let Feedback {
        metadata,
        published,
        rows,
        ..
    } = read(REPORT).unwrap();
    let [row] = &*rows else {
        panic!("one row: {rows:?}");
    };
    let number = 4000;
    let different = |index: usize| {
        let mut row = row.clone();
        row.envelope_from = Some(format!("{index}.example"));
        row
    };
    let rows: Vec<Row> = (0..number).chain(0..number).map(different).collect();
    let mut report = None;
    let info = measure(|| report = Some(Feedback::new(metadata, published, rows)));
    let rows = report.unwrap().rows;
    assert_eq!(rows.len(), number);
    for (index, row) in rows.iter().enumerate() {
        let mut expected = different(index);
        expected.count = 2;
        assert_eq!(*row, expected, "in the order in which they came");
    }
    assert!(info.count_total < 8 * number as u64, "{}", info.count_total);
}
