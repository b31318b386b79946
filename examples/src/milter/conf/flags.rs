//! The flags of opendkim(8).

use clap::Args;

use super::directive::Directive;
use super::fault::OptionFault;
use crate::config::ConfigError;
use crate::milter::place::Place;

/// Flags of opendkim that stand for lines of opendkim.conf, under their letters.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "In the place of lines of opendkim.conf")]
pub struct Flags {
    /// AutoRestart yes
    #[arg(short = 'A')]
    auto_restart: bool,

    /// Mode
    #[arg(short = 'b', value_name = "MODES")]
    mode: Option<String>,

    /// Canonicalization
    #[arg(short = 'c', value_name = "CANON")]
    canonicalization: Option<String>,

    /// Domain
    #[arg(short = 'd', value_name = "DATASET")]
    domain: Option<String>,

    /// SubDomains yes
    #[arg(short = 'D')]
    sub_domains: bool,

    /// KeyFile
    #[arg(short = 'k', value_name = "FILE")]
    key_file: Option<String>,

    /// Syslog yes
    #[arg(short = 'l')]
    syslog: bool,

    /// Minimum
    #[arg(short = 'L', value_name = "MIN", hide = true)]
    minimum: Option<String>,

    /// OmitHeaders
    #[arg(short = 'o', value_name = "DATASET")]
    omit_headers: Option<String>,

    /// Socket
    #[arg(short = 'p', value_name = "SOCKET")]
    socket: Option<String>,

    /// PidFile
    #[arg(short = 'P', value_name = "FILE")]
    pid_file: Option<String>,

    /// Quarantine yes
    #[arg(short = 'q', hide = true)]
    quarantine: bool,

    /// RequiredHeaders yes
    #[arg(short = 'r', hide = true)]
    required_headers: bool,

    /// Selector
    #[arg(short = 's', value_name = "SELECTOR")]
    selector: Option<String>,

    /// SignatureAlgorithm
    #[arg(short = 'S', value_name = "ALGORITHM")]
    signature_algorithm: Option<String>,

    /// DNSTimeout
    #[arg(short = 'T', value_name = "SECONDS")]
    dns_timeout: Option<String>,

    /// UserID
    #[arg(short = 'u', value_name = "USER[:GROUP]")]
    user_id: Option<String>,

    /// LogWhy yes
    #[arg(short = 'W')]
    log_why: bool,

    /// Nothing: what is obsolete is accepted with a warning anyway
    #[arg(short = 'X', hide = true)]
    _deprecated: bool,

    #[arg(short = 'e', value_name = "NAME", hide = true)]
    extract: Option<String>,

    #[arg(short = 'F', value_name = "TIME", hide = true)]
    fixed_time: Option<String>,

    #[arg(short = 'Q', hide = true)]
    query: bool,

    #[arg(short = 't', value_name = "FILES", hide = true)]
    test: Option<String>,
}

impl Flags {
    /// What they say as lines of opendkim.conf, each placed where it was said. Those that ask for
    /// something else than a filter are refused with what does it.
    pub fn directives(&self) -> Result<Vec<Directive>, ConfigError> {
        for (is_given, flag, advice) in [
            (self.extract.is_some(), "-e", "grep finds an option"),
            (
                self.fixed_time.is_some(),
                "-F",
                "`mailauth dkim sign --timestamp` signs as of a time",
            ),
            (
                self.query,
                "-Q",
                "-n -v tells what each table means, and --who what becomes of an author",
            ),
            (
                self.test.is_some(),
                "-t",
                "`mailauth dkim verify FILE` verifies a message",
            ),
        ] {
            if is_given {
                let what = format!("there are no test modes here: {advice}");
                return Err(ConfigError::flag(flag, what));
            }
        }
        let switches = [
            (self.auto_restart, "-A", "AutoRestart"),
            (self.sub_domains, "-D", "SubDomains"),
            (self.syslog, "-l", "Syslog"),
            (self.quarantine, "-q", "Quarantine"),
            (self.required_headers, "-r", "RequiredHeaders"),
            (self.log_why, "-W", "LogWhy"),
        ];
        let on = switches.into_iter().filter(|(is_on, ..)| *is_on);
        let on = on.map(|(_, flag, name)| directive(flag, name, "yes"));
        let values = [
            (&self.mode, "-b", "Mode"),
            (&self.canonicalization, "-c", "Canonicalization"),
            (&self.domain, "-d", "Domain"),
            (&self.key_file, "-k", "KeyFile"),
            (&self.minimum, "-L", "Minimum"),
            (&self.omit_headers, "-o", "OmitHeaders"),
            (&self.socket, "-p", "Socket"),
            (&self.pid_file, "-P", "PidFile"),
            (&self.selector, "-s", "Selector"),
            (&self.signature_algorithm, "-S", "SignatureAlgorithm"),
            (&self.dns_timeout, "-T", "DNSTimeout"),
            (&self.user_id, "-u", "UserID"),
        ];
        let given = values.into_iter().filter_map(|(value, flag, name)| {
            let value = value.as_deref()?;
            Some(directive(flag, name, value))
        });
        let directives: Vec<Directive> = on.chain(given).collect();
        match directives.iter().find(|one| one.value.is_empty()) {
            Some(one) => Err(one.place.fault(OptionFault::missing(&one.name))),
            None => Ok(directives),
        }
    }
}

fn directive(flag: &'static str, name: &str, value: &str) -> Directive {
    Directive {
        place: Place::flag(flag),
        name: name.into(),
        value: value.trim().into(),
    }
}
