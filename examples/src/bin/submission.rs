//! Takes mail of its users under TLS, signs it, and hands it to the next server.

use core::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use dns_txt::Domain;
use examples::accounts::Accounts;
use examples::bounds::Bounds;
use examples::config::ConfigError;
use examples::courier::Courier;
use examples::shutdown::{self, Signals};
use examples::signatories::{SignArgument, Signatory};
use examples::submission::Submission;
use examples::{listener, logging, program, tls};
use tracing::warn;

/// Takes mail of its users under TLS, signs it, and hands it to the next server.
///
/// A user is told that a message was taken only once the next server has it: there is no queue,
/// and nothing is lost whatever happens. A signature is made by every --sign whose domain is the
/// author's (in From) or a parent of it; mail for which there is none goes out unsigned.
#[derive(Debug, Parser)]
#[command(name = PROGRAM, version)]
struct Arguments {
    /// Where to listen for clients that start TLS by command (port 587); port 0 takes a free one.
    #[arg(long, value_name = "ADDR:PORT")]
    listen: SocketAddr,

    /// Where to listen for clients that start with TLS (port 465).
    #[arg(long, value_name = "ADDR:PORT")]
    tls_listen: SocketAddr,

    /// Who may send: lines of user:password, in a file that only its owner can read.
    #[arg(long, value_name = "FILE")]
    accounts: PathBuf,

    /// Who signs, under which selector, with which private key (PEM; RSA or Ed25519). May be given
    /// several times.
    #[arg(long = "sign", value_name = "DOMAIN:SELECTOR:KEYFILE", required = true)]
    signatories: Vec<SignArgument>,

    /// Where all mail goes.
    #[arg(long, value_name = "HOST:PORT", value_parser = program::host_and_port)]
    next_hop: String,

    /// The certificate chain, in PEM; a self-signed certificate is made if it is not given.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,

    /// The private key of the certificate, in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,

    /// The name of this server; mail.DOMAIN of the first --sign if not given.
    #[arg(long, value_name = "NAME")]
    hostname: Option<Domain>,

    /// Lets users send in their own name only: MAIL FROM and From have to be the login, or the
    /// login at a domain that signs.
    #[arg(long)]
    bind_senders: bool,

    /// Lets users log in without TLS, and offers AUTH as clients of old expect it: for trying by
    /// hand. Passwords pass in clear.
    #[arg(long)]
    old_clients: bool,

    #[command(flatten)]
    bounds: Bounds,
}

fn main() -> ExitCode {
    match program::command_line(PROGRAM) {
        Ok(arguments) => program::run(PROGRAM, run(arguments)),
        Err(exit) => exit,
    }
}

async fn run(arguments: Arguments) -> Result<(), ConfigError> {
    logging::to_stderr(arguments.bounds.level());
    let start_tls = listener::bind(arguments.listen).await?;
    let implicit = listener::bind(arguments.tls_listen).await?;
    let submission = submission(&arguments)?;
    let (trigger, shutdown) = shutdown::pair();
    // Whoever reads the announcement may send a signal at once.
    let signals = Signals::listen().map_err(ConfigError::Signals)?;
    program::announce(PROGRAM, &start_tls, "SMTP with STARTTLS");
    program::announce(PROGRAM, &implicit, "SMTP over TLS");
    let server = submission.serve(start_tls, implicit, arguments.bounds.room(), shutdown);
    program::serve_until(server, signals, trigger).await;
    Ok(())
}

fn submission(arguments: &Arguments) -> Result<Submission, ConfigError> {
    let accounts = Accounts::read(&arguments.accounts)?;
    let signatories = arguments
        .signatories
        .iter()
        .map(Signatory::read)
        .collect::<Result<Vec<_>, _>>()?;
    let hostname = match &arguments.hostname {
        Some(hostname) => hostname.clone(),
        None => default_hostname(&arguments.signatories)?,
    };
    let acceptor = match (&arguments.tls_cert, &arguments.tls_key) {
        (Some(certificates), Some(key)) => tls::from_files(certificates, key)?,
        _ => {
            warn!("no --tls-cert: made a self-signed certificate for {hostname}");
            let names = [hostname.as_str(), "localhost", "127.0.0.1", "::1"];
            let made = tls::self_signed(&names);
            made.map_err(|error| ConfigError::flag("--hostname", error))?
                .0
        }
    };
    let courier = Courier::new(&*arguments.next_hop, hostname.clone().into());
    let mut submission = Submission::new(hostname, accounts, signatories, courier, acceptor)
        .limits(arguments.bounds.session());
    if arguments.bind_senders {
        submission = submission.bind_senders();
    }
    if arguments.old_clients {
        submission = submission.old_clients();
    }
    Ok(submission)
}

fn default_hostname(signatories: &[SignArgument]) -> Result<Domain, ConfigError> {
    let first = signatories.first().map(|argument| argument.domain.as_str());
    let name = format!("mail.{}", first.unwrap_or_default());
    name.parse()
        .map_err(|error: dns_txt::DomainError| ConfigError::flag("--hostname", error))
}

const PROGRAM: &str = "submission";
