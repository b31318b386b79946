//! `mailauth check`: what a receiver would find out about a message, and write on top of it.

use core::fmt;
use core::mem;
use core::net::IpAddr;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use dkim_aws_lc::AwsLc;
use dkim_verify::{UnixTime, Verdict};
use dns_txt::Domain;
use mail_address::rfc5322::Value;
use mail_address::{Authors, FromDefect};
use message_auth::{Facts, Inbound, Options, Report};
use serde::Serialize;

use super::Fault;
use super::dkim::verify::{self, Diagnosis};
use super::message::{Message, remark};
use super::shared::{Shared, client, domain};
use super::spf::without_brackets;
use super::{dmarc, spf};

/// Checks a message as a receiver does: SPF of MAIL FROM and HELO, every DKIM signature, and DMARC.
///
/// What is printed are the header fields that the receiver would put on top of the message:
/// Authentication-Results (RFC 8601) and Received-SPF (RFC 7208). Fields of the message that claim
/// to be from this receiver are removed on the way in; a remark on standard error names each.
///
/// A message whose first line ends in LF alone is taken as if all lines ended in CRLF, and a remark
/// on standard error says so.
#[derive(Args, Debug)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Example: mailauth check --ip 192.0.2.1 --helo mail.example.com --mail-from amy@example.com
         --authserv-id mx.example.org message.eml

JSON keys: spf, a list with MAIL FROM and HELO, each with the keys of mailauth spf; dkim, with the
keys of mailauth dkim verify; dmarc, with the keys of mailauth dmarc, a permerror if From has not
one domain; from, with domains and defect (null without one); headers, the fields to put on top, the
topmost first; removed, the fields that claim to be this receiver's."
)]
pub(super) struct Check {
    /// The address of the client, IPv4 or IPv6
    #[arg(long, value_name = "IP", value_parser = client)]
    ip: IpAddr,

    /// The name that it gave with HELO or EHLO
    #[arg(long, value_name = "NAME")]
    helo: OsString,

    /// The sender that it gave with MAIL FROM, "" for the null path of bounces
    #[arg(long, value_name = "ADDR")]
    mail_from: OsString,

    /// The name by which the results go, in most cases that of the receiving host
    #[arg(long, value_name = "ID", value_parser = authserv_id)]
    authserv_id: Value<'static>,

    /// The name of the receiving host, if it is not the --authserv-id
    #[arg(long, value_name = "NAME", value_parser = domain)]
    receiver: Option<Domain>,

    /// The message, - for standard input
    #[arg(value_name = "FILE|-")]
    file: PathBuf,
}

impl Check {
    pub(super) fn run(self, shared: &Shared) -> Result<ExitCode, Fault> {
        let message = Message::open(&self.file)?;
        let name = message.name().to_owned();
        let dns = shared.dns()?;
        let mut inbound = self.begin(UnixTime::from_secs(shared.now()));
        message.stream(|chunk| inbound.push(chunk).map(drop))?;
        inbound.end_header();
        let removed = removed(&inbound);
        let first = inbound
            .header()
            .and_then(|header| header.as_octets().first().copied());
        if matches!(first, Some(b' ' | b'\t')) {
            remark(
                &name,
                "the first line begins with white space; no field can be put above it",
            );
        }
        dns.drive(&mut inbound);
        let mut report = inbound.finish();
        dns.finish()?;
        for field in &removed {
            remark(&name, format_args!("removed: {field}"));
        }
        let headers = [
            report.authentication_results().to_field(),
            report.received_spf(),
        ];
        let verdicts = mem::take(&mut report.dkim).into_iter();
        let dkim: Vec<_> = verdicts.map(|verdict| (verdict, Vec::new())).collect();
        let json = Json::new(&report, &dkim, &headers, &removed);
        shared.output().answer(&json, Text(&headers))
    }

    fn begin(&self, now: UnixTime) -> Inbound {
        let options = Options::default().to_ascii(|text| Domain::from_unicode(text).ok());
        let path = without_brackets(self.mail_from.as_encoded_bytes());
        let helo = self.helo.as_encoded_bytes();
        let facts = Facts::new(self.ip, helo, path, self.receiver(), now)
            .authserv_id(self.authserv_id.clone());
        Inbound::begin(facts, &options, AwsLc::shared())
    }

    /// RFC 7208 §7.3: what is not known is `unknown`.
    fn receiver(&self) -> Domain {
        let named = self.receiver.clone();
        named
            .or_else(|| domain(self.authserv_id.as_str()).ok())
            .unwrap_or_else(|| "unknown".parse().expect("seven letters are a domain"))
    }
}

fn authserv_id(text: &str) -> Result<Value<'static>, String> {
    let value = Value::try_from(text).map_err(|error| error.to_string())?;
    match text {
        "" => Err("is empty".to_owned()),
        _ => Ok(value.into_owned()),
    }
}

/// The fields that claim to be ours, each without its last line end.
fn removed(inbound: &Inbound) -> Vec<String> {
    let header = inbound.header();
    let fields = inbound.forged().iter();
    fields
        .filter_map(|&index| header?.field(index))
        .map(|field| String::from_utf8_lossy(field.raw()).trim_end().to_owned())
        .collect()
}

/// What was found, in the keys that `--json` has.
#[derive(Serialize)]
struct Json<'r> {
    spf: [spf::Json<'r>; 2],
    dkim: verify::Json<'r>,
    dmarc: dmarc::Json<'r>,
    from: From<'r>,
    headers: Vec<&'r str>,
    removed: &'r [String],
}

#[derive(Serialize)]
struct From<'r> {
    domains: Vec<&'r str>,
    defect: Option<String>,
}

impl<'r> Json<'r> {
    fn new(
        report: &'r Report,
        dkim: &'r [(Verdict, Vec<Diagnosis>)],
        headers: &'r [String],
        removed: &'r [String],
    ) -> Self {
        Self {
            spf: [&report.spf_mail_from, &report.spf_helo].map(spf::Json::new),
            dkim: verify::Json::new(dkim),
            dmarc: match (&report.dmarc, &report.from) {
                (Some(dmarc), _) => dmarc::Json::new(dmarc),
                (None, Err(defect)) => dmarc::Json::without_author(defect.to_string()),
                (None, Ok(_)) => dmarc::Json::without_author("From names several domains".into()),
            },
            from: From::new(report.from.as_ref()),
            // Without their last line ends.
            headers: headers.iter().map(|field| field.trim_end()).collect(),
            removed,
        }
    }
}

impl<'r> From<'r> {
    fn new(from: Result<&'r Authors, &FromDefect>) -> Self {
        match from {
            Ok(authors) => Self {
                domains: authors.domains().iter().map(Domain::as_str).collect(),
                defect: None,
            },
            Err(defect) => Self {
                domains: Vec::new(),
                defect: Some(defect.to_string()),
            },
        }
    }
}

/// The fields for a person, or to be put on top of a file.
struct Text<'r>(&'r [String]);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = self.0.iter();
        fields.try_for_each(|field| f.write_str(&field.replace("\r\n", "\n")))
    }
}
