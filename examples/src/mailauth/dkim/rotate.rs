//! `mailauth dkim rotate`: from one key to the next without a message that does not verify.

mod edit;
mod finish;
mod naming;
mod prepare;
mod targets;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use dns_txt::Domain;
use serde::Serialize;

use self::prepare::Prepared;
use self::targets::Site;
use super::remark_one_label;
use crate::date::DateTime;
use crate::mailauth::shared::{Shared, domain};
use crate::mailauth::{Fault, message::remark};

/// Prepares the next key beside the present one, and puts it into its place when that is safe.
///
/// The first call makes a new key of the same kind for every key of an opendkim.conf (-x), those of
/// its KeyTable or the one of its KeyFile, in a new file beside the present one with the same owner
/// and mode 0600 (0640 if the present one can be read by its group). No file is overwritten. The
/// record to publish is written beside it, in the layout of opendkim-genkey. The new key becomes the
/// pending successor of the present one: a line `#=successor NAME SELECTOR KEYFILE` below its entry,
/// which OpenDKIM takes for a comment. Nothing is signed with it yet.
///
/// With --finish each pending successor whose record is published, that record and no other,
/// takes the place of the present key: selector and key file of the entry are changed, and a line
/// `#=retired NAME SELECTOR DATE KEYFILE` says until when the old record has to stay published.
///
/// The new selector, unless --next gives one: a date at the end (YYYYMMDD, YYYYMM, YYYY) becomes
/// that of --now, with a letter behind it if there was one or if it is taken; another number grows
/// by one; what has neither gets a 2. It is never one that the table or a file has already.
///
/// Files are written beside the old ones and put into their place, with the same owner, group and
/// mode. What else hangs on a file, such as an ACL or a label of SELinux that was set by hand, is not
/// kept: set it anew.
///
/// Exit status: 0 if it was done, 1 if a successor is still pending, 2 if it could not be done.
#[derive(Args, Debug)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Example: mailauth dkim rotate -x /etc/opendkim.conf -d example.com
Example: mailauth dkim rotate -x /etc/opendkim.conf --finish
Example: mailauth dkim rotate -d example.com -s 2026a -D /etc/dkimkeys

JSON: keys, a list of objects with the keys key, the name in KeyTable or else KeyFile; domain;
selector, the present one or the one retired; next, the selector of the successor; state, one of
prepared, pending, finished, waiting (its record is not published yet), retired (its record is still
needed) and withdrawable; private and record, the files of the successor; publish, the record in
zone-file form; until, the day until which the old record has to stay; reason, what keeps it waiting."
)]
pub(super) struct Rotate {
    /// Rotates the keys of this opendkim.conf
    #[arg(
        short = 'x',
        long,
        value_name = "FILE",
        required_unless_present = "directory"
    )]
    config: Option<PathBuf>,

    /// Rotates the key of this domain alone
    #[arg(short = 'd', long, value_name = "DOMAIN", value_parser = domain)]
    #[arg(required_unless_present = "config")]
    domain: Option<Domain>,

    /// Rotates the key of this selector alone
    #[arg(short = 's', long, value_name = "SELECTOR", value_parser = domain)]
    #[arg(required_unless_present = "config")]
    selector: Option<Domain>,

    /// The directory with SELECTOR.private, where there is no configuration
    #[arg(short = 'D', long, value_name = "DIR", conflicts_with_all = ["config", "finish"])]
    directory: Option<PathBuf>,

    /// The name of the new key
    #[arg(long, value_name = "SELECTOR", value_parser = domain, conflicts_with = "finish")]
    next: Option<Domain>,

    /// Puts the successors that are published into the place of the present keys
    #[arg(long)]
    finish: bool,

    /// How long the old record has to stay published
    #[arg(long, value_name = "DAYS", default_value_t = KEEP, requires = "finish")]
    #[arg(value_parser = days, allow_negative_numbers = true)]
    keep: u32,
}

impl Rotate {
    pub(super) fn run(self, shared: &Shared) -> Result<ExitCode, Fault> {
        self.domain.iter().for_each(remark_one_label);
        let now = DateTime::from_unix(shared.now());
        let site = match (&self.config, &self.directory) {
            (Some(config), _) => Site::of_config(config)?,
            (None, Some(directory)) => self.site_of_directory(directory)?,
            // The command line is not taken without one.
            (None, None) => return Err(Fault::flag("--config", "or --directory is needed")),
        };
        for (name, reason) in &site.skipped {
            remark(name, reason);
        }
        let wants = |domain: &Domain, selector: &Domain| {
            self.domain.as_ref().is_none_or(|wanted| wanted == domain)
                && self
                    .selector
                    .as_ref()
                    .is_none_or(|wanted| wanted == selector)
        };
        let mut targets = site.targets.iter();
        if !targets.any(|target| wants(&target.domain, &target.selector)) {
            return Err(self.no_key(&site));
        }
        let done = match self.finish {
            true => finish::finish(&site, wants, now, self.keep, shared)?,
            false => {
                let prepared = Prepared::make(&site, wants, self.next.as_ref(), now)?;
                prepared.into_done(self.config.as_deref())
            }
        };
        shared
            .output()
            .answer(&Answer { keys: &done.rows }, &done.text)?;
        let waits = |row: &Row| matches!(row.state, "pending" | "waiting");
        Ok(ExitCode::from(u8::from(done.rows.iter().any(waits))))
    }

    /// Why nothing is rotated, with the first file that is to blame.
    fn no_key(&self, site: &Site) -> Fault {
        let config = self
            .config
            .as_deref()
            .unwrap_or_else(|| Path::new("--config"));
        let text = match (&site.targets[..], &site.skipped[..]) {
            ([], [(name, reason), more @ ..]) => {
                let more = match more.len() {
                    0 => String::new(),
                    count => format!("; {count} more above"),
                };
                format!("no key can be rotated: {name}: {reason}{more}")
            }
            ([], []) => "names no keys".into(),
            _ => {
                let flag = match (&self.domain, &self.selector) {
                    (Some(_), Some(_)) => "domain and selector",
                    (Some(_), None) => "domain",
                    (None, _) => "selector",
                };
                format!("no key has this {flag}")
            }
        };
        Fault::file(config, text)
    }

    fn site_of_directory(&self, directory: &Path) -> Result<Site, Fault> {
        match (&self.domain, &self.selector) {
            (Some(domain), Some(selector)) => Site::of_directory(directory, domain, selector),
            _ => Err(Fault::flag("--directory", "needs --domain and --selector")),
        }
    }
}

/// What was done, for people and for scripts.
struct Done {
    rows: Vec<Row>,
    text: String,
}

#[derive(Serialize)]
struct Answer<'d> {
    keys: &'d [Row],
}

/// What became of a key in a domain.
#[derive(Clone, Debug, Default, Serialize)]
struct Row {
    key: String,
    domain: String,
    selector: String,
    next: Option<String>,
    state: &'static str,
    private: Option<String>,
    record: Option<String>,
    publish: Option<String>,
    until: Option<String>,
    reason: Option<String>,
}

fn days(text: &str) -> Result<u32, &'static str> {
    text.parse()
        .map_err(|_| "expected a number of days, without a sign")
}

/// RFC 6376 §5.2 has the old record stay "for a reasonable validation interval", and no number.
/// This one has room for a message that waits five days in the queue of its sender and five in that
/// of a host that forwards it (RFC 5321 §4.5.4.1), and for four until somebody reads it, since some
/// verify only then.
const KEEP: u32 = 14;

#[cfg(test)]
mod tests;
