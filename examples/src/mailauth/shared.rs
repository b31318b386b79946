//! What all subcommands share: whom to ask, what time it is, and in which form to answer.

use core::cell::RefCell;
use core::net::SocketAddr;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use clap::Args;
use dns_hickory::{BlockingResolver, Options};
use dns_txt::{Answer, Domain, Inquiry, Question, Recorder, Resolve, Zone, drive};

use super::fault::Fault;
use super::output::Output;
use crate::config::{ConfigError, read};
use crate::dns;

/// The flags that all subcommands have, before or after the subcommand's name.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Whom to ask, and how to answer")]
pub struct Shared {
    /// Answers DNS questions from this file alone: a master file (RFC 1035), or JSON if its name
    /// ends in .json
    #[arg(long, global = true, value_name = "FILE")]
    zone: Option<PathBuf>,

    /// Asks this name server, at port 53 if none is given; without this and --zone those of the
    /// system are asked
    #[arg(long, global = true, value_name = "ADDR[:PORT]", value_parser = dns::name_server)]
    nameserver: Option<SocketAddr>,

    /// Takes this as the time, in seconds since 1970, in place of the clock's
    #[arg(long, global = true, value_name = "UNIX")]
    now: Option<u64>,

    /// Writes what was asked and answered to this file, for --zone to answer from: a master file,
    /// or JSON if its name ends in .json
    #[arg(long, global = true, value_name = "FILE")]
    record: Option<PathBuf>,

    /// Answers with one JSON object on one line
    #[arg(long, global = true)]
    json: bool,
}

impl Shared {
    /// In which form to answer.
    pub fn output(&self) -> Output {
        match self.json {
            true => Output::Json,
            false => Output::Text,
        }
    }

    /// Seconds since 1970.
    pub fn now(&self) -> u64 {
        self.now.unwrap_or_else(|| {
            let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
            // A clock before 1970 is one that was never set.
            since.map_or(0, |since| since.as_secs())
        })
    }

    /// Whom to ask.
    pub fn dns(&self) -> Result<Dns<'_>, Fault> {
        let resolver: Box<dyn Resolve> = match (&self.zone, self.nameserver) {
            (Some(_), Some(_)) => {
                return Err(Fault::flag("--nameserver", "cannot be used with --zone"));
            }
            (Some(path), None) => Box::new(read_zone(path)?),
            (None, Some(address)) => Box::new(
                BlockingResolver::with_name_servers(&[address], &Options::new())
                    .map_err(|error| Fault::flag("--nameserver", error))?,
            ),
            (None, None) => Box::new(
                BlockingResolver::system(&Options::new())
                    .map_err(|error| Fault::file(Path::new(dns::SYSTEM), error))?,
            ),
        };
        Ok(Dns {
            resolver,
            seen: RefCell::new(Recorder::new()),
            record: self.record.as_deref(),
        })
    }
}

/// Whom to ask, and what was answered.
pub struct Dns<'s> {
    resolver: Box<dyn Resolve>,
    seen: RefCell<Recorder>,
    record: Option<&'s Path>,
}

impl Dns<'_> {
    /// Answers all that an inquiry asks.
    pub fn drive(&self, inquiry: &mut (impl Inquiry + ?Sized)) {
        drive(inquiry, |question| self.ask(question));
    }

    /// Asks one question.
    pub fn ask(&self, question: &Question) -> Answer {
        let answer = self.resolver.resolve(question);
        self.seen.borrow_mut().note(question, &answer);
        answer
    }

    /// Writes the recording, if one is wanted. To be called when all is asked.
    pub fn finish(self) -> Result<(), Fault> {
        let Some(path) = self.record else {
            return Ok(());
        };
        let seen = self.seen.into_inner();
        let text = match is_json(path) {
            true => seen.zone().to_json() + "\n",
            false => seen.to_string(),
        };
        fs::write(path, text).map_err(|error| Fault::file(path, error))
    }
}

impl core::fmt::Debug for Dns<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Dns")
            .field("record", &self.record)
            .finish_non_exhaustive()
    }
}

/// Reads a domain from the command line: letters of any script, and a dot at the end if somebody
/// wrote one.
pub(crate) fn domain(text: &str) -> Result<Domain, dns_txt::DomainError> {
    Domain::from_unicode(text.strip_suffix('.').unwrap_or(text))
}

/// The zone in a file of either form.
fn read_zone(path: &Path) -> Result<Zone, ConfigError> {
    if !is_json(path) {
        return dns::zone(path);
    }
    Zone::from_json(&read(path)?).map_err(|error| {
        let what = format!("{} at column {}", error.fault(), error.column());
        ConfigError::line(path, error.line(), what)
    })
}

fn is_json(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}
