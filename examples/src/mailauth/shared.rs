//! What all subcommands share: whom to ask, what time it is, and in which form to answer.

use core::net::{IpAddr, SocketAddr};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use clap::{Arg, Args, Command};
use dns_hickory::{HickoryResolver, Options};
use dns_txt::{Answer, AsyncResolve, Domain, Inquiry, Lookup, Question, Recorder, Zone};
use dns_txt::{DomainError, drive_async};
use tokio::runtime::{Builder, Runtime};

use super::fault::Fault;
use super::message::remark;
use super::output::Output;
use crate::config::{ConfigError, read};
use crate::dns;
use crate::milter::Resolution;

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
    #[arg(long, global = true, value_name = "UNIX", value_parser = unix_time)]
    #[arg(allow_negative_numbers = true)]
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
    /// The flags of these names for a subcommand that has no use for them: known so that
    /// [`remark_useless`](Self::remark_useless) can say so, and not shown.
    pub(crate) fn hidden(names: &[&str]) -> Vec<Arg> {
        Self::augment_args(Command::new(""))
            .get_arguments()
            .filter(|arg| names.contains(&arg.get_id().as_str()))
            .map(|arg| arg.clone().hide(true))
            .collect()
    }

    /// Says of the flags of these names that they have no effect.
    pub(crate) fn remark_useless(&self, names: &[&str]) {
        let given = [
            ("--nameserver", self.nameserver.is_some()),
            ("--now", self.now.is_some()),
            ("--record", self.record.is_some()),
            ("--zone", self.zone.is_some()),
        ];
        for (flag, is_given) in given {
            if is_given && names.contains(&flag.trim_start_matches('-')) {
                remark(flag, "has no effect on this subcommand");
            }
        }
    }

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
        self.dns_or(None)
    }

    /// Whom to ask; where the flags do not say, whom a configuration names.
    pub(super) fn dns_or(&self, configured: Option<&Resolution>) -> Result<Dns<'_>, Fault> {
        if let (Some(zone), Some(record)) = (&self.zone, &self.record)
            && is_one_file(zone, record)
        {
            return Err(Fault::flag("--record", "is the file of --zone"));
        }
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Fault::runtime(&error))?;
        let within = runtime.enter();
        let resolver: Arc<dyn AsyncResolve> = match &self.zone {
            Some(_) if self.nameserver.is_some() => {
                return Err(Fault::flag("--nameserver", "cannot be used with --zone"));
            }
            Some(path) => Arc::new(read_zone(path)?),
            None => match (self.nameserver, configured) {
                (None, Some(Resolution::Zone(zone))) => Arc::new((**zone).clone()),
                (None, Some(Resolution::NameServers(servers))) => {
                    let resolver = HickoryResolver::with_name_servers(servers, &Options::new());
                    Arc::new(resolver.map_err(|error| Fault::flag("Nameservers", error))?)
                }
                _ => dns::resolver(None, self.nameserver)?,
            },
        };
        drop(within);
        Ok(Dns {
            runtime,
            recording: Recording {
                resolver,
                seen: Mutex::default(),
            },
            record: self.record.as_deref(),
        })
    }
}

/// Whom to ask, and what was answered.
pub struct Dns<'s> {
    runtime: Runtime,
    recording: Recording,
    record: Option<&'s Path>,
}

impl Dns<'_> {
    /// Answers all that an inquiry asks, what can be asked at once together.
    pub fn drive(&self, inquiry: &mut (impl Inquiry + ?Sized)) {
        self.runtime.block_on(drive_async(inquiry, &self.recording));
    }

    /// Asks one question.
    pub fn ask(&self, question: &Question) -> Answer {
        let lookup = self.recording.resolve(question.clone());
        self.runtime.block_on(lookup)
    }

    /// Writes the recording, if one is wanted. To be called when all is asked.
    pub fn finish(self) -> Result<(), Fault> {
        let Some(path) = self.record else {
            return Ok(());
        };
        let seen = self.recording.seen.into_inner();
        let seen = seen.unwrap_or_else(PoisonError::into_inner);
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

/// Keeps what the DNS answers.
struct Recording {
    resolver: Arc<dyn AsyncResolve>,
    seen: Mutex<Recorder>,
}

impl AsyncResolve for Recording {
    fn resolve(&self, question: Question) -> Lookup<'_> {
        Box::pin(async move {
            let answer = self.resolver.resolve(question.clone()).await;
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.note(&question, &answer);
            answer
        })
    }
}

/// Reads the address of a client.
pub(crate) fn client(text: &str) -> Result<IpAddr, &'static str> {
    text.parse().map_err(|_| "expected an IPv4 or IPv6 address")
}

/// Reads a point in time.
pub(crate) fn unix_time(text: &str) -> Result<u64, &'static str> {
    text.parse()
        .map_err(|_| "expected seconds since 1970, a number without a sign")
}

/// Reads a domain from the command line: letters of any script, and a dot at the end if somebody
/// wrote one.
pub(crate) fn domain(text: &str) -> Result<Domain, DomainError> {
    Domain::from_unicode(text.strip_suffix('.').unwrap_or(text))
}

/// The zone in a file of either form.
fn read_zone(path: &Path) -> Result<Zone, ConfigError> {
    if !is_json(path) {
        return dns::zone(path);
    }
    Zone::from_json(dns::without_mark(&read(path)?)).map_err(|error| {
        let what = format!("{} at column {}", error.fault(), error.column());
        ConfigError::line(path, error.line(), what)
    })
}

/// Whether two paths, one of which there may not be yet, lead to the same file.
fn is_one_file(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

fn is_json(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}
