//! Takes mail for its domains, says who sent it, and delivers it to a Maildir.

use core::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use dns_txt::Domain;
use examples::bounds::Bounds;
use examples::config::ConfigError;
use examples::mx::Mx;
use examples::shutdown::{self, Signals};
use examples::{dns, listener, logging, program, tls};

/// Takes mail for its domains, says who sent it, and delivers it to a Maildir.
///
/// SPF and DKIM are checked while a message arrives. What is found stands in the
/// Authentication-Results and Received-SPF fields on top of the delivered message; nothing is
/// refused for it.
#[derive(Debug, Parser)]
#[command(name = PROGRAM, version)]
struct Arguments {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDR:PORT")]
    listen: SocketAddr,

    /// Whose mail to take. May be given several times.
    #[arg(long = "domain", value_name = "DOMAIN", required = true)]
    domains: Vec<Domain>,

    /// Where to deliver; made if it is missing.
    #[arg(long, value_name = "DIR")]
    maildir: PathBuf,

    /// The name of this server, also in its results; the first domain if not given.
    #[arg(long, value_name = "NAME")]
    hostname: Option<Domain>,

    /// Answers DNS questions from this master file.
    #[arg(long, value_name = "FILE", conflicts_with = "nameserver")]
    zone: Option<PathBuf>,

    /// Asks this name server; that of the system if neither is given.
    #[arg(long, value_name = "ADDR[:PORT]", value_parser = dns::name_server)]
    nameserver: Option<SocketAddr>,

    /// Offers STARTTLS with this certificate chain, in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,

    /// The private key of the certificate, in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,

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
    let Arguments {
        listen,
        domains,
        maildir,
        hostname,
        zone,
        nameserver,
        tls_cert,
        tls_key,
        bounds,
    } = arguments;
    logging::to_stderr(bounds.level());
    let hostname = hostname.or_else(|| domains.first().cloned());
    let hostname = hostname.ok_or_else(|| ConfigError::flag("--domain", "none is given"))?;
    let resolver = dns::resolver(zone.as_deref(), nameserver)?;
    let mut mx = Mx::new(hostname, domains, &maildir, resolver)?.limits(bounds.session());
    if let (Some(certificates), Some(key)) = (tls_cert, tls_key) {
        mx = mx.tls(tls::from_files(&certificates, &key)?);
    }
    let (trigger, shutdown) = shutdown::pair();
    // Whoever reads the announcement may send a signal at once.
    let signals = Signals::listen().map_err(ConfigError::Signals)?;
    let listener = listener::bind(listen).await?;
    program::announce(PROGRAM, &listener, "SMTP");
    let server = mx.serve(listener, bounds.room(), shutdown);
    program::serve_until(server, signals, trigger).await;
    Ok(())
}

const PROGRAM: &str = "mx";
