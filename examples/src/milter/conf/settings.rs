//! What an opendkim.conf says, option by option.

use core::net::SocketAddr;
use core::time::Duration;
use std::path::PathBuf;

use dkim_sign::{Algorithm, Canonicalization};

use super::apply::apply;
use super::directive::Directive;
use super::on::Actions;
use super::socket::Socket;
use super::user_id::UserId;
use crate::config::ConfigError;
use crate::milter::data_set::DataSource;
use crate::milter::place::{Place, Warning};

/// The options that are honoured, each with its default where nothing is said.
///
/// Fields are named for the options, which opendkim.conf(5) explains. Data sets are still where
/// they were written; [`Snapshot`](crate::milter::Snapshot) reads them.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[expect(
    missing_docs,
    reason = "opendkim.conf(5) explains each option by the name of its field"
)]
pub struct Settings {
    pub mode: Mode,
    pub socket: Option<(Place, Socket)>,
    pub domain: Option<DataSource>,
    pub selector: Option<(Place, String)>,
    pub key_file: Option<(Place, String)>,
    pub key_table: Option<DataSource>,
    pub signing_table: Option<DataSource>,
    pub multiple_signatures: bool,
    pub sub_domains: bool,
    pub internal_hosts: Option<DataSource>,
    pub external_ignore_list: Option<DataSource>,
    pub peer_list: Option<DataSource>,
    pub macro_list: Option<DataSource>,
    pub mta: Option<DataSource>,
    pub canonicalization: Canonicalization,
    /// Only warned of where a key is for another one: each signs with what it is for.
    pub signature_algorithm: Option<(Place, Algorithm)>,
    pub sign_headers: Option<DataSource>,
    pub omit_headers: Option<DataSource>,
    pub oversign_headers: Option<DataSource>,
    /// Seconds. `None` and 0 let signatures live for ever.
    pub signature_ttl: Option<u64>,
    pub authserv_id: Option<String>,
    pub always_add_ar_header: bool,
    pub remove_ar_from: Option<DataSource>,
    pub keep_auth_results: bool,
    pub on: Actions,
    pub minimum_key_bits: usize,
    /// `None` is without a limit, written 0.
    pub maximum_signatures_to_verify: Option<usize>,
    /// Octets; `None` is without a limit, written 0.
    pub maximum_headers: Option<usize>,
    /// Seconds.
    pub clock_drift: u64,
    /// `None` waits without end, written 0.
    pub dns_timeout: Option<Duration>,
    /// Empty: those of the system.
    pub name_servers: Vec<SocketAddr>,
    pub resolver_configuration: Option<(Place, PathBuf)>,
    pub test_dns_data: Option<DataSource>,
    pub syslog: bool,
    pub syslog_success: bool,
    pub log_why: bool,
    pub require_safe_keys: bool,
    pub user_id: Option<(Place, UserId)>,
    pub umask: Option<u32>,
    pub pid_file: Option<(Place, PathBuf)>,
    pub background: bool,
    /// An addition: puts fields below the topmost one, not above it.
    pub below_received: bool,
    /// An addition: SPF of the envelope in Authentication-Results.
    pub spf: bool,
    /// An addition: DMARC of the author in Authentication-Results.
    pub dmarc: bool,
    /// What was accepted and does nothing, or is probably not what was meant.
    pub warnings: Vec<Warning>,
}

impl Settings {
    /// What these say. Later ones win; but On-Default comes before all others, wherever it stands
    /// (opendkim.conf(5): it "is processed before the other "On-" values").
    pub fn of(directives: &[Directive]) -> Result<Self, ConfigError> {
        let mut settings = Self::default();
        let is_default = |line: &&Directive| line.name.eq_ignore_ascii_case("On-Default");
        let (first, then): (Vec<_>, Vec<_>) = directives.iter().partition(is_default);
        for directive in first.into_iter().chain(then) {
            apply(&mut settings, directive).map_err(|fault| directive.place.fault(fault))?;
        }
        Ok(settings)
    }
}

/// OpenDKIM's own defaults.
impl Default for Settings {
    fn default() -> Self {
        Self {
            mode: Mode::default(),
            socket: None,
            domain: None,
            selector: None,
            key_file: None,
            key_table: None,
            signing_table: None,
            multiple_signatures: false,
            sub_domains: false,
            internal_hosts: None,
            external_ignore_list: None,
            peer_list: None,
            macro_list: None,
            mta: None,
            canonicalization: Canonicalization::SIMPLE,
            signature_algorithm: None,
            sign_headers: None,
            omit_headers: None,
            oversign_headers: None,
            signature_ttl: None,
            authserv_id: None,
            always_add_ar_header: false,
            remove_ar_from: None,
            keep_auth_results: false,
            on: Actions::default(),
            minimum_key_bits: 1024,
            maximum_signatures_to_verify: Some(3),
            maximum_headers: Some(65536),
            clock_drift: 300,
            dns_timeout: Some(Duration::from_secs(5)),
            name_servers: Vec::new(),
            resolver_configuration: None,
            test_dns_data: None,
            syslog: false,
            syslog_success: false,
            log_why: false,
            require_safe_keys: true,
            user_id: None,
            umask: None,
            pid_file: None,
            background: true,
            below_received: false,
            spf: false,
            dmarc: false,
            warnings: Vec::new(),
        }
    }
}

/// Which of the two jobs are done (`Mode`).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a milter for DKIM has these two jobs"
)]
pub struct Mode {
    /// `s`: mail of our own is signed.
    pub sign: bool,
    /// `v`: mail of others is verified.
    pub verify: bool,
}

impl Mode {
    /// Reads `s`, `v` or both, in whatever order.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let is_known = text.bytes().all(|octet| matches!(octet, b's' | b'v'));
        is_known.then(|| Self {
            sign: text.contains('s'),
            verify: text.contains('v'),
        })
    }
}

/// Both.
impl Default for Mode {
    fn default() -> Self {
        Self {
            sign: true,
            verify: true,
        }
    }
}
