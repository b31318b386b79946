//! `mailauth dkim genkey`: a new key and the record to publish, as `opendkim-genkey` writes them.

use core::net::Ipv4Addr;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{ArgAction, Args};
use dkim_canon::{HashAlgorithm, key_name};
use dkim_sign::rand_core::UnwrapErr;
use dkim_sign::{KeyKind, PrivateKey, SigningKey, ZoneEntry};
use dns_txt::Domain;
use getrandom::SysRng;
use serde::Serialize;

use super::remark_one_label;
use crate::mailauth::Fault;
use crate::mailauth::message::remark;
use crate::mailauth::shared::{Shared, domain};

/// Makes a key: SELECTOR.private holds it, SELECTOR.txt the record to publish, in zone-file form.
///
/// Options, files and their layout are those of opendkim-genkey. Both files have mode 0600. A file
/// that is there already is not overwritten unless --overwrite says so. Keys of less than 2048 bits
/// are not made: RFC 8301 §3.2 asks for 2048 at least.
#[derive(Args, Debug)]
#[command(
    verbatim_doc_comment,
    disable_help_flag = true,
    version,
    args = Shared::hidden(USELESS),
    after_help = "\
Example: mailauth dkim genkey -d example.com -s 2026a

JSON keys: private and record, the names of the two files."
)]
pub(super) struct Genkey {
    /// Writes the whole name of the record, with a dot at its end; without -d no domain is known, and
    /// the name is written as it is without -a
    #[arg(short = 'a', long)]
    append_domain: bool,

    /// The size of the RSA key: 2048, 3072 or 4096
    #[arg(short = 'b', long, value_name = "BITS", conflicts_with = "ed25519", value_parser = rsa)]
    bits: Option<KeyKind>,

    /// The domain that will sign; in a comment behind the record, and in its name with -a
    #[arg(short = 'd', long, value_name = "DOMAIN", value_parser = domain)]
    domain: Option<Domain>,

    /// Writes the files to this directory
    #[arg(short = 'D', long, value_name = "DIR")]
    directory: Option<PathBuf>,

    /// Makes an Ed25519 key (RFC 8463)
    #[arg(long)]
    ed25519: bool,

    /// The only hash algorithms that may be used with the key, as a list with colons
    #[arg(short = 'h', long, value_name = "NAMES", default_value = "sha256")]
    hash_algorithms: String,

    /// A note for people, in the record
    #[arg(short = 'n', long, value_name = "TEXT")]
    note: Option<String>,

    /// Overwrites a key that is there already
    #[arg(long)]
    overwrite: bool,

    /// Lets the key be used for mail only
    #[arg(short = 'r', long)]
    restrict: bool,

    /// The name of the key
    #[arg(short = 's', long, value_name = "NAME", default_value = "default", value_parser = domain)]
    selector: Domain,

    /// Does not let the key sign for subdomains
    #[arg(short = 'S', long, overrides_with = "subdomains")]
    nosubdomains: bool,

    /// Lets the key sign for subdomains, as is the default
    #[arg(long)]
    subdomains: bool,

    /// Says in the record that the domain is only testing DKIM
    #[arg(short = 't', long, overrides_with = "notestmode")]
    testmode: bool,

    /// Does not say that the domain is only testing, as is the default
    #[arg(long)]
    notestmode: bool,

    /// Says what is done; may be given several times
    #[arg(short = 'v', long, action = ArgAction::Count)]
    verbose: u8,

    /// Print help
    #[arg(long, action = ArgAction::Help)]
    help: Option<bool>,
}

impl Genkey {
    pub(super) fn run(self, shared: &Shared) -> Result<ExitCode, Fault> {
        shared.remark_useless(USELESS);
        self.check_names()?;
        let kind = match self.ed25519 {
            true => KeyKind::Ed25519,
            false => self.bits.unwrap_or_default(),
        };
        let directory = self.directory.clone().unwrap_or_default();
        let private = directory.join(format!("{}.private", self.selector));
        let record = directory.join(format!("{}.txt", self.selector));
        // Before the seconds that an RSA key takes.
        for path in [&private, &record] {
            if !self.overwrite && path.symlink_metadata().is_ok() {
                return Err(Fault::file(path, "is there already; see --overwrite"));
            }
        }
        let random = &mut UnwrapErr(SysRng);
        let key = PrivateKey::generate(kind, random);
        let key = key.map_err(|error| Fault::file(&private, error))?;
        let entry = self.entry(&key)?;
        self.create(&private, key.to_pem().as_bytes())?;
        self.create(&record, entry.as_bytes())?;
        let answer = Answer {
            private: private.display().to_string(),
            record: record.display().to_string(),
        };
        let text = match self.verbose {
            0 => String::new(),
            _ => format!(
                "mailauth: private key written to {}\nmailauth: record written to {}\n",
                answer.private, answer.record
            ),
        };
        shared.output().answer(&answer, text)
    }

    /// Whether the record has a place in the DNS; not every name of a domain is that of one.
    fn check_names(&self) -> Result<(), Fault> {
        let Self { selector, .. } = self;
        key_name(selector, None).map_err(|error| Fault::flag("--selector", error))?;
        let Some(domain) = &self.domain else {
            return Ok(());
        };
        if domain.as_str().parse::<Ipv4Addr>().is_ok() {
            return Err(Fault::flag(
                "--domain",
                "expected a domain, found an address",
            ));
        }
        remark_one_label(domain);
        match key_name(selector, Some(domain)) {
            Ok(_) => Ok(()),
            Err(error) => {
                let what = format!("behind {selector}._domainkey: {error}");
                Err(Fault::flag("--domain", what))
            }
        }
    }

    /// What goes into the zone file.
    fn entry(&self, key: &PrivateKey) -> Result<String, Fault> {
        let key = SigningKey::new(key).map_err(|error| Fault::flag("--bits", error))?;
        let names = self.hash_algorithms.split(':').map(str::trim);
        let record = key
            .key_record()
            .clone()
            .with_hash_names(names)
            .ok_or_else(|| Fault::flag("--hash-algorithms", "expected names such as sha256"))?
            .with_testing(self.testmode)
            .with_strict_identity(self.nosubdomains);
        // RFC 8301 §3.1 leaves no other.
        if !record.allows_hash(HashAlgorithm::Sha256) {
            remark(
                "--hash-algorithms",
                "without sha256 no signature of this key verifies",
            );
        }
        let record = match self.restrict {
            true => record.for_email_only(),
            false => record,
        };
        let record = match &self.note {
            // In quotes, as opendkim-genkey has it.
            Some(note) => record.with_notes(&format!("\"{note}\"")),
            None => record,
        };
        // Each string of it has an octet for its length.
        let text = record.to_string().len();
        if text + text.div_ceil(250) > LONGEST_RECORD {
            return Err(Fault::flag("--note", "makes a record too long for the DNS"));
        }
        let entry = match &self.domain {
            Some(domain) => ZoneEntry::new(self.selector.clone(), domain.clone(), &record),
            None => ZoneEntry::without_domain(self.selector.clone(), &record),
        };
        let entry = entry.map_err(|error| Fault::flag("--selector", error))?;
        Ok(match self.append_domain {
            true => entry.absolute().to_string(),
            false => entry.to_string(),
        })
    }

    /// A new file, in the place of the old one if that may be.
    fn create(&self, path: &Path, octets: &[u8]) -> Result<(), Fault> {
        let write = || {
            if self.overwrite && path.symlink_metadata().is_ok() {
                fs::remove_file(path)?;
            }
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            {
                use std::os::unix::fs::OpenOptionsExt;
                options.mode(0o600);
            }
            let mut file = options.open(path)?;
            file.write_all(octets)?;
            file.sync_all()
        };
        write().map_err(|error: io::Error| Fault::file(path, error))
    }
}

/// Reads the size of an RSA key.
fn rsa(bits: &str) -> Result<KeyKind, &'static str> {
    match bits {
        "2048" => Ok(KeyKind::Rsa2048),
        "3072" => Ok(KeyKind::Rsa3072),
        "4096" => Ok(KeyKind::Rsa4096),
        _ => Err("expected 2048, 3072 or 4096"),
    }
}

#[derive(Serialize)]
struct Answer {
    private: String,
    record: String,
}

/// Flags of all subcommands that have no effect on this one, which asks nothing.
const USELESS: &[&str] = &["nameserver", "now", "record", "zone"];

/// What the length of a TXT record is written with (RFC 1035 §3.2.1).
const LONGEST_RECORD: usize = 0xffff;
