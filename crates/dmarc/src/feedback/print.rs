//! A report as XML, its elements in the order of the schema (RFC 9990 appendix A).

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::document::is_char;
use super::{AuthResult, DkimAuth, Feedback, Row};

impl Feedback {
    /// The report as an XML document. Characters that XML cannot hold are printed as U+FFFD.
    pub fn to_xml(&self) -> String {
        let mut xml = Xml {
            writer: Writer::new_with_indent(Vec::new(), b' ', 1),
        };
        xml.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        xml.event(Event::Start(
            BytesStart::new("feedback").with_attributes([("xmlns", NAMESPACE)]),
        ));
        xml.text("version", "1.0");
        self.metadata(&mut xml);
        self.published(&mut xml);
        for row in &self.rows {
            record(&mut xml, row);
        }
        xml.close("feedback");
        let octets = xml.writer.into_inner();
        String::from_utf8(octets).expect("only text was written")
    }

    fn metadata(&self, xml: &mut Xml) {
        let metadata = &self.metadata;
        xml.open("report_metadata");
        xml.text("org_name", &metadata.org_name);
        xml.text("email", &metadata.email);
        xml.optional("extra_contact_info", metadata.extra_contact_info.as_deref());
        xml.text("report_id", &metadata.report_id);
        xml.open("date_range");
        xml.text("begin", &metadata.begin.to_string());
        xml.text("end", &metadata.end.to_string());
        xml.close("date_range");
        xml.optional("error", metadata.error.as_deref());
        xml.optional("generator", metadata.generator.as_deref());
        xml.close("report_metadata");
    }

    fn published(&self, xml: &mut Xml) {
        let published = &self.published;
        xml.open("policy_published");
        xml.text("domain", &published.domain);
        let method = published.discovery_method.map(|method| method.as_str());
        xml.optional("discovery_method", method);
        xml.text("p", published.p.as_str());
        xml.optional("sp", published.sp.map(|policy| policy.as_str()));
        xml.optional("np", published.np.map(|policy| policy.as_str()));
        let fo = published.fo.map(|options| options.to_string());
        xml.optional("fo", fo.as_deref());
        xml.optional("adkim", published.adkim.map(|mode| mode.as_str()));
        xml.optional("aspf", published.aspf.map(|mode| mode.as_str()));
        let testing = published
            .testing
            .map(|testing| if testing { "y" } else { "n" });
        xml.optional("testing", testing);
        xml.close("policy_published");
    }
}

/// RFC 9990 §3.1.1.7.
fn record(xml: &mut Xml, row: &Row) {
    let word = |aligned| if aligned { "pass" } else { "fail" };
    xml.open("record");
    xml.open("row");
    xml.text("source_ip", &row.source_ip.to_string());
    xml.text("count", &row.count.to_string());
    xml.open("policy_evaluated");
    xml.text("disposition", row.disposition.as_str());
    xml.text("dkim", word(row.dkim_aligned));
    xml.text("spf", word(row.spf_aligned));
    for reason in &row.reasons {
        xml.open("reason");
        xml.text("type", reason.kind.as_str());
        xml.optional("comment", reason.comment.as_deref());
        xml.close("reason");
    }
    xml.close("policy_evaluated");
    xml.close("row");
    xml.open("identifiers");
    xml.text("header_from", &row.header_from);
    xml.optional("envelope_from", row.envelope_from.as_deref());
    xml.optional("envelope_to", row.envelope_to.as_deref());
    xml.close("identifiers");
    xml.open("auth_results");
    for dkim in first_signatures(row) {
        xml.open("dkim");
        xml.text("domain", &dkim.domain);
        // Required, unlike in RFC 7489.
        xml.text("selector", dkim.selector.as_deref().unwrap_or_default());
        xml.text("result", dkim_result(dkim.result).as_str());
        xml.optional("human_result", dkim.human_result.as_deref());
        xml.close("dkim");
    }
    if let Some(spf) = &row.spf {
        xml.open("spf");
        xml.text("domain", &spf.domain);
        xml.text("scope", "mfrom");
        xml.text("result", spf.result.as_str());
        xml.optional("human_result", spf.human_result.as_deref());
        xml.close("spf");
    }
    xml.close("auth_results");
    xml.close("record");
}

/// No more than a hundred signatures, those that pass first (RFC 9990 §3.1.3). Which of these are
/// relaxed in alignment is not known here: they keep the order of the row.
fn first_signatures(row: &Row) -> impl Iterator<Item = &DkimAuth> {
    let mut signatures: Vec<&DkimAuth> = row.dkim.iter().collect();
    signatures.sort_by_key(|dkim| match dkim.result {
        AuthResult::Pass if dkim.domain.eq_ignore_ascii_case(&row.header_from) => 0,
        AuthResult::Pass => 1,
        _ => 2,
    });
    signatures.into_iter().take(MAX_SIGNATURES)
}

/// The schema has no `softfail` for DKIM, nor has RFC 8601 §2.7.1: no pass is what it has in common
/// with `fail`.
fn dkim_result(result: AuthResult) -> AuthResult {
    match result {
        AuthResult::SoftFail => AuthResult::Fail,
        other => other,
    }
}

struct Xml {
    writer: Writer<Vec<u8>>,
}

impl Xml {
    fn event(&mut self, event: Event<'_>) {
        self.writer
            .write_event(event)
            .expect("a vector takes whatever is written");
    }

    fn open(&mut self, name: &str) {
        self.event(Event::Start(BytesStart::new(name)));
    }

    fn close(&mut self, name: &str) {
        self.event(Event::End(BytesEnd::new(name)));
    }

    fn text(&mut self, name: &str, text: &str) {
        let text: String = text.chars().map(allowed).collect();
        self.open(name);
        self.event(Event::Text(BytesText::new(&text)));
        self.close(name);
    }

    fn optional(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }
}

/// What a document can hold, and something in place of all else. A CR is one of these: it would be
/// read as a line end (XML 1.0 §2.11).
fn allowed(character: char) -> char {
    match is_char(character) && character != '\r' {
        true => character,
        false => char::REPLACEMENT_CHARACTER,
    }
}

/// RFC 9990 §3.1.3.
const MAX_SIGNATURES: usize = 100;

/// RFC 9990 §3.1.1.1.
const NAMESPACE: &str = "urn:ietf:params:xml:ns:dmarc-2.0";
