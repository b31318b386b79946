//! Signs and verifies mail for Postfix and Sendmail, as an opendkim.conf says.

use core::net::IpAddr;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use examples::config::ConfigError;
use examples::milter::conf::Flags;
use examples::milter::process::{self, PidFile};
use examples::milter::{Bound, Server, Snapshot, Source, StartFault, tell_reload};
use examples::milter::{explain, syslog};
use examples::shutdown::{self, Signals};
use examples::{logging, program};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::{Level, info, warn};

/// Signs and verifies mail for Postfix and Sendmail, as an opendkim.conf says.
///
/// Reads the files of OpenDKIM as they are, and takes its place. SIGUSR1 and SIGHUP read them anew,
/// SIGTERM ends it behind the messages that are under way.
///
/// The flags of opendkim(8) that stand for a line of the configuration outdo it, and still do when
/// it is read anew.
#[derive(Debug, Parser)]
#[command(name = PROGRAM, version, args_override_self = true)]
struct Arguments {
    /// The configuration [default: /etc/opendkim.conf]
    #[arg(short = 'x', long = "config", value_name = "FILE")]
    config: Option<PathBuf>,

    /// Stays in the foreground, whatever Background says
    #[arg(short = 'f', long)]
    foreground: bool,

    /// Checks the configuration and ends
    #[arg(short = 'n', long)]
    check: bool,

    /// With -n: says what it means, and asks the DNS for the keys
    #[arg(short = 'v', long)]
    verbose: bool,

    /// With -n: says what would become of mail from this author
    #[arg(long, value_name = "USER@DOMAIN", requires = "check")]
    who: Option<String>,

    /// With --who: the address of the client that sends it
    #[arg(long, value_name = "IP", requires = "who", default_value = "127.0.0.1")]
    client: IpAddr,

    /// Was started by itself to serve in the background
    #[arg(long, hide = true, requires = "foreground")]
    detached: bool,

    #[command(flatten)]
    flags: Flags,
}

fn main() -> ExitCode {
    let arguments: Arguments = match program::command_line(PROGRAM) {
        Ok(arguments) => arguments,
        Err(exit) => return exit,
    };
    match start(arguments) {
        Ok(Start::Ended(exit)) => exit,
        Ok(Start::Check(check)) => program::run(PROGRAM, check.run()),
        Ok(Start::Serve(service)) => program::run(PROGRAM, service.run()),
        Err(error) => program::refuse(PROGRAM, &examples::config::one_line(&error)),
    }
}

enum Start {
    Check(Check),
    Ended(ExitCode),
    Serve(Service),
}

/// All that is done before there is a second thread.
fn start(arguments: Arguments) -> Result<Start, ConfigError> {
    let source = source(&arguments)?;
    let path = source.path();
    let snapshot = Snapshot::of(&source)?;
    let settings = snapshot.settings();
    let account = match &settings.user_id {
        None => None,
        Some((place, user_id)) => {
            let account = user_id.resolve().map_err(|error| place.fault(error))?;
            Some((place, user_id, account))
        }
    };
    if arguments.check {
        let mut more = Vec::new();
        if settings.socket.is_none() {
            more.push(format!("{}: {NO_SOCKET}", path.display()));
        }
        // What only root may do is not told to anybody else.
        if let Some((place, user_id, account)) = account
            && process::become_user(&account).is_ok()
        {
            let warnings = process::warn_of_keys_out_of_reach(&snapshot, place, user_id);
            more.extend(warnings.iter().map(ToString::to_string));
            if let Err(error) = Snapshot::of(&source) {
                let (user, error) = (&user_id.user, examples::config::one_line(&error));
                more.push(format!(
                    "{place}: {user} could not read the configuration anew: {error}"
                ));
            }
        }
        return Ok(Start::Check(Check {
            snapshot,
            more,
            verbose: arguments.verbose,
            who: arguments.who.map(|who| (who, arguments.client)),
        }));
    }
    let Some((socket_place, socket)) = &settings.socket else {
        return Err(ConfigError::file(path, NO_SOCKET));
    };
    if settings.background && !arguments.foreground {
        let more = DETACHED.map(OsString::from);
        let arguments = std::env::args_os().skip(1).chain(more);
        let exit = process::background(arguments);
        return exit
            .map(Start::Ended)
            .map_err(|error| ConfigError::flag("Background", error));
    }
    if arguments.detached {
        process::detach().map_err(|error| ConfigError::flag("Background", error))?;
    }
    let in_syslog = log(settings.syslog && (arguments.detached || syslog::stderr_is_journal()));
    let version = env!("CARGO_PKG_VERSION");
    info!(
        "{PROGRAM} {version} starting (arguments: {})",
        started_with()
    );
    for warning in snapshot.warnings() {
        warn!("{warning}");
    }
    if let Some(mask) = settings.umask {
        process::set_umask(mask);
    }
    let bound = Bound::new(socket).map_err(|error| {
        let socket = socket.clone();
        socket_place.fault(StartFault::Socket { socket, error })
    })?;
    let pid_file = settings.pid_file.as_ref().and_then(|(place, path)| {
        let written = PidFile::write(path).map_err(|error| {
            let path = path.clone();
            place.fault(StartFault::PidFile { path, error })
        });
        // Mail matters more, and OpenDKIM goes on, too.
        written
            .inspect_err(|error| warn!("{}", examples::config::one_line(error)))
            .ok()
    });
    if let Some((place, user_id, account)) = &account {
        bound
            .give_to(account)
            .and_then(|()| process::become_user(account))
            .map_err(|error| {
                let user_id = (*user_id).clone();
                place.fault(StartFault::UserId { user_id, error })
            })?;
        for warning in process::warn_of_keys_out_of_reach(&snapshot, place, user_id) {
            warn!("{warning}");
        }
    }
    Ok(Start::Serve(Service {
        source,
        snapshot,
        bound,
        pid_file,
        lets_go: arguments.detached && in_syslog,
    }))
}

/// The file, and what the command line says in its place. OpenDKIM needs no file where it is not
/// told of one.
fn source(arguments: &Arguments) -> Result<Source, ConfigError> {
    let flags = arguments.flags.directives()?;
    let path = arguments
        .config
        .as_deref()
        .unwrap_or_else(|| Path::new(CONFIG));
    let path = std::path::absolute(path).map_err(|error| ConfigError::file(path, error))?;
    let source = Source::file(path);
    let source = match arguments.config.is_none() && !flags.is_empty() {
        true => source.or_nothing(),
        false => source,
    };
    Ok(source.with_flags(flags))
}

/// The command line, without what this program adds for itself.
fn started_with() -> String {
    let arguments = std::env::args_os().skip(1);
    let mut arguments: Vec<String> = arguments
        .map(|argument| program::visible(&argument.to_string_lossy()))
        .collect();
    if arguments.ends_with(&DETACHED.map(String::from)) {
        arguments.truncate(arguments.len() - DETACHED.len());
    }
    arguments.join(" ")
}

/// In the foreground whoever started the process reads its log, but for systemd; in the background
/// nobody would. Whether the log is that of the system.
fn log(to_syslog: bool) -> bool {
    let failed = match to_syslog {
        true => syslog::to_syslog(PROGRAM).err(),
        false => None,
    };
    let in_syslog = to_syslog && failed.is_none();
    if !in_syslog {
        logging::to_stderr(Level::INFO);
    }
    if let Some(error) = failed {
        warn!("nobody takes the system's log, which goes here: {error}");
    }
    in_syslog
}

/// What is to be said of a configuration.
struct Check {
    snapshot: Arc<Snapshot>,
    /// What would be told at the start, beside the warnings of the configuration.
    more: Vec<String>,
    verbose: bool,
    who: Option<(String, IpAddr)>,
}

impl Check {
    async fn run(self) -> Result<(), ConfigError> {
        let warnings = self.snapshot.warnings().iter().map(ToString::to_string);
        for warning in warnings.chain(self.more) {
            eprintln!("{PROGRAM}: {}", program::visible(&warning));
        }
        let mut text = String::new();
        if self.verbose {
            text += &explain::explain(&self.snapshot).await?;
        }
        if let Some((who, client)) = &self.who {
            let line = explain::who(&self.snapshot, who, *client);
            text += &line.map_err(|error| ConfigError::flag("--who", error))?;
        }
        for line in text.lines() {
            program::say(program::visible(line));
        }
        Ok(())
    }
}

/// A filter that is ready to serve.
struct Service {
    source: Source,
    snapshot: Arc<Snapshot>,
    bound: Bound,
    pid_file: Option<PidFile>,
    /// Whether nothing is left to say to whoever started it.
    lets_go: bool,
}

impl Service {
    async fn run(self) -> Result<(), ConfigError> {
        let Self {
            source,
            snapshot,
            bound,
            pid_file,
            lets_go,
        } = self;
        let path = source.path().to_owned();
        let server = Arc::new(Server::new(source, snapshot)?);
        let (trigger, shutdown) = shutdown::pair();
        // Whoever reads the announcement may send a signal at once.
        let signals = Signals::listen().map_err(ConfigError::Signals)?;
        let [user, hang_up] = [SignalKind::user_defined1(), SignalKind::hangup()].map(signal);
        let reloads = (
            user.map_err(ConfigError::Signals)?,
            hang_up.map_err(ConfigError::Signals)?,
        );
        if lets_go {
            process::let_stderr_go().map_err(|error| ConfigError::flag("Background", error))?;
        }
        program::say(format_args!("{PROGRAM}: listening on {bound} (milter)"));
        tokio::spawn(reload(Arc::clone(&server), reloads));
        let served = program::serve_until(server.serve(bound, shutdown), signals, trigger).await;
        drop(pid_file);
        info!("ended");
        served.map_err(|error| ConfigError::file(&path, error))
    }
}

/// Reads the configuration anew at each signal.
async fn reload(server: Arc<Server>, (mut user, mut hang_up): (Signal, Signal)) {
    loop {
        tokio::select! {
            _ = user.recv() => {}
            _ = hang_up.recv() => {}
        }
        let server = Arc::clone(&server);
        let reloaded = tokio::task::spawn_blocking(move || server.reload()).await;
        match reloaded {
            Ok(reloaded) => tell_reload(&reloaded),
            Err(error) => warn!(%error, "the old configuration stays"),
        }
    }
}

const NO_SOCKET: &str =
    "Socket is missing; add a line such as `Socket inet:8891@127.0.0.1`, or give one with -p";
/// What it starts itself with for the background.
const DETACHED: [&str; 2] = ["--foreground", "--detached"];
const CONFIG: &str = "/etc/opendkim.conf";
const PROGRAM: &str = "milter";
