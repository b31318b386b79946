//! `mailauth dkim testkey`: is what is published good, and is it this key?

mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgAction, Args};
use dkim_canon::KeyRecord;
use dkim_sign::KeyCheck;
use dns_txt::Domain;
use serde::Serialize;

use self::table::Table;
use super::remark_one_label;
use crate::config::one_line;
use crate::mailauth::Fault;
use crate::mailauth::shared::{Shared, domain};
use crate::milter::{Resolution, Source};
use crate::signatories::{SignArgument, Signatory};

/// Compares a private key with the record that is published for it, as opendkim-testkey does.
///
/// Without -k the record alone is looked at. Says in one line on standard error what is wrong, if
/// something is: there is no record or more than one, it is that of another key, it cannot be read,
/// it was revoked, it is too small or not for mail. With -v good news is told, too, and warnings
/// are.
///
/// With -x every key of an opendkim.conf is looked at, those of its KeyTable or the one of its
/// KeyFile, and each has a line; -d and -s narrow them. All records are asked for at once, of whom
/// the configuration names unless --nameserver or --zone says otherwise. A key that signs for the
/// domain of each author (%) can only be looked at for a domain given with -d; without it a line
/// says so, which counts neither way; nor does the line of a pending successor (see rotate). Beside
/// -k only whom to ask is read from the configuration.
///
/// Exit status: 0 if all is well; 1 if it is not, or if the DNS does not answer; 2 if a key or the
/// configuration cannot be read.
#[derive(Args, Debug)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Example: mailauth dkim testkey -d example.com -s 2026a -k 2026a.private -vvv
Example: mailauth dkim testkey -x /etc/opendkim.conf

JSON keys: ok; name, where the record is looked for; reason, what is wrong or null; bits, the size of
the key; testing, whether the domain says that it is only testing DKIM. With -x: ok; keys, a list of
objects with these keys and key, the name in KeyTable or else KeyFile; their ok is null where the key
was not looked at, and for pending successors."
)]
pub(super) struct Testkey {
    /// Looks at the keys of this opendkim.conf
    #[arg(short = 'x', long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// The domain that signs
    #[arg(short = 'd', long, value_name = "DOMAIN", value_parser = domain)]
    #[arg(required_unless_present = "config")]
    domain: Option<Domain>,

    /// The name of the key
    #[arg(short = 's', long, value_name = "SELECTOR", value_parser = domain)]
    #[arg(required_unless_present = "config")]
    selector: Option<Domain>,

    /// The file with the private key
    #[arg(
        short = 'k',
        long,
        value_name = "FILE",
        requires = "domain",
        requires = "selector"
    )]
    key: Option<PathBuf>,

    /// Says more; may be given several times
    #[arg(short = 'v', long, action = ArgAction::Count)]
    verbose: u8,
}

impl Testkey {
    pub(super) fn run(self, shared: &Shared) -> Result<ExitCode, Fault> {
        self.domain.iter().for_each(remark_one_label);
        if let (Some(config), None) = (&self.config, &self.key) {
            let table = Table {
                config,
                domain: self.domain.as_ref(),
                selector: self.selector.as_ref(),
                verbose: self.verbose,
            };
            return table.run(shared);
        }
        match (&self.domain, &self.selector) {
            (Some(domain), Some(selector)) => self.test_one(domain, selector, shared),
            // The command line is not taken without both.
            _ => Err(Fault::flag(
                "--domain",
                "expected with --selector, or --config",
            )),
        }
    }

    fn test_one(
        &self,
        domain: &Domain,
        selector: &Domain,
        shared: &Shared,
    ) -> Result<ExitCode, Fault> {
        let own = self.own_record(domain, selector)?;
        let check =
            KeyCheck::new(selector, domain).map_err(|error| Fault::flag("--selector", error))?;
        let resolution = match &self.config {
            Some(config) => Some(Resolution::read(&Source::file(config.clone()).settings()?)?),
            None => None,
        };
        let dns = shared.dns_or(resolution.as_ref())?;
        let answer = dns.ask(check.question());
        dns.finish()?;
        let found = match &own {
            Some(own) => check.answer(own, &answer),
            None => check.answer_alone(&answer),
        };
        let name = check.question().name();
        let json = match &found {
            Ok(record) => Json {
                ok: true,
                name: name.to_string(),
                reason: None,
                bits: record.public_key().ok().map(|key| key.bits()),
                testing: record.is_testing(),
            },
            Err(error) => Json {
                ok: false,
                name: name.to_string(),
                reason: Some(one_line(error)),
                bits: None,
                testing: false,
            },
        };
        shared.output().answer(&json, self.text(&json))?;
        match json.reason {
            None => Ok(ExitCode::SUCCESS),
            Some(reason) => {
                eprintln!("mailauth: {name}: {reason}");
                Ok(ExitCode::from(1))
            }
        }
    }

    /// What the private key would be published with.
    fn own_record(&self, domain: &Domain, selector: &Domain) -> Result<Option<KeyRecord>, Fault> {
        let Some(path) = &self.key else {
            return Ok(None);
        };
        let argument = SignArgument {
            domain: domain.clone(),
            selector: selector.clone(),
            key_file: path.clone(),
        };
        let signatory = Signatory::read(&argument)?;
        Ok(Some(signatory.key().key_record().clone()))
    }

    fn text(&self, json: &Json) -> String {
        if self.verbose == 0 || !json.ok {
            return String::new();
        }
        let text = match self.key {
            Some(_) => format!("{}: key OK\n", json.name),
            None => format!("{}: record OK\n", json.name),
        };
        text + &warnings(json.testing, json.bits)
    }
}

/// What is worth knowing of a record that is good.
fn warnings(testing: bool, bits: Option<usize>) -> String {
    let mut text = String::new();
    if testing {
        text += "warning: the domain says that it is only testing DKIM\n";
    }
    // RFC 8301 §3.2; an Ed25519 key is as strong with its 256.
    if bits.is_some_and(|bits| (257..2048).contains(&bits)) {
        text += "warning: RSA keys of less than 2048 bits are too small today\n";
    }
    text
}

#[derive(Serialize)]
struct Json {
    ok: bool,
    name: String,
    reason: Option<String>,
    bits: Option<usize>,
    testing: bool,
}
