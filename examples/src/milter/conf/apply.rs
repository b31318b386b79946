//! From a line to the field of [`Settings`] that it sets.

use core::time::Duration;

use dkim_sign::Algorithm;

use super::directive::Directive;
use super::fault::OptionFault;
use super::on::{Actions, OnAction};
use super::settings::{Mode, Settings};
use super::standing::Standing;
use super::user_id::UserId;
use crate::milter::data_set::DataSource;
use crate::milter::place::Warning;

/// Sets what the directive is about.
pub(super) fn apply(settings: &mut Settings, line: &Directive) -> Result<(), OptionFault> {
    let refused = |advice| {
        let name = line.name.clone();
        Err(OptionFault::Refused { name, advice })
    };
    match Standing::of(&line.name) {
        Standing::Honoured => honoured(settings, line),
        Standing::Idle(why) => idle(settings, line, why),
        Standing::OffOnly(advice) if line.boolean()? => refused(advice),
        Standing::OffOnly(_) => idle(settings, line, "it is always off"),
        Standing::Refused(advice) => refused(advice),
        Standing::Unknown => unknown(line),
    }
}

fn idle(settings: &mut Settings, line: &Directive, why: &str) -> Result<(), OptionFault> {
    let text = format!("{} does nothing: {why}", line.name);
    settings.warnings.push(Warning::new(&line.place, text));
    Ok(())
}

fn unknown(line: &Directive) -> Result<(), OptionFault> {
    let name = line.name.clone();
    Err(OptionFault::Unknown { name })
}

fn honoured(settings: &mut Settings, line: &Directive) -> Result<(), OptionFault> {
    let name = line.name.to_ascii_lowercase();
    if let Some(name) = name.strip_prefix("on-") {
        return on(&mut settings.on, name, line);
    }
    match name.as_str() {
        "alwaysaddarheader" => settings.always_add_ar_header = line.boolean()?,
        "authservid" => settings.authserv_id = Some(line.value.clone()),
        "background" => settings.background = line.boolean()?,
        "belowreceived" => settings.below_received = line.boolean()?,
        "canonicalization" => settings.canonicalization = line.canonicalization()?,
        "clockdrift" => settings.clock_drift = line.integer(MAX_SECONDS)?,
        "dmarc" => settings.dmarc = line.boolean()?,
        "dnstimeout" => {
            let seconds = line.integer(MAX_SECONDS)?;
            settings.dns_timeout = (seconds > 0).then(|| Duration::from_secs(seconds));
        }
        "domain" => settings.domain = Some(data_set(line)?),
        "externalignorelist" => settings.external_ignore_list = Some(data_set(line)?),
        "internalhosts" => settings.internal_hosts = Some(data_set(line)?),
        "keepauthresults" => settings.keep_auth_results = line.boolean()?,
        "keyfile" => settings.key_file = Some((line.place.clone(), line.value.clone())),
        "keytable" => settings.key_table = Some(data_set(line)?),
        "logwhy" => settings.log_why = line.boolean()?,
        "macrolist" => settings.macro_list = Some(data_set(line)?),
        "maximumheaders" => settings.maximum_headers = unless_zero(line.count()?),
        "maximumsignaturestoverify" => {
            settings.maximum_signatures_to_verify = unless_zero(line.count()?);
        }
        "minimumkeybits" => settings.minimum_key_bits = line.count()?,
        "mode" => settings.mode = Mode::parse(&line.value).ok_or_else(|| line.wrong(MODES))?,
        "mta" => settings.mta = Some(data_set(line)?),
        "multiplesignatures" => settings.multiple_signatures = line.boolean()?,
        "nameservers" => settings.name_servers = line.name_servers()?,
        "omitheaders" => settings.omit_headers = Some(data_set(line)?),
        "oversignheaders" => settings.oversign_headers = Some(data_set(line)?),
        "peerlist" => settings.peer_list = Some(data_set(line)?),
        "pidfile" => settings.pid_file = Some((line.place.clone(), line.value.clone().into())),
        "removearall" => {
            if !line.boolean()? {
                return idle(settings, line, "it is always on (RFC 8601 §5)");
            }
        }
        "removearfrom" => settings.remove_ar_from = Some(data_set(line)?),
        "requiresafekeys" => settings.require_safe_keys = line.boolean()?,
        "resolverconfiguration" => {
            settings.resolver_configuration = Some((line.place.clone(), line.value.clone().into()));
        }
        "selector" => settings.selector = Some((line.place.clone(), line.value.clone())),
        "signaturealgorithm" => {
            settings.signature_algorithm = Some((line.place.clone(), algorithm(line)?));
        }
        "signaturettl" => {
            let seconds = line.integer(MAX_SECONDS)?;
            settings.signature_ttl = (seconds > 0).then_some(seconds);
        }
        "signheaders" => settings.sign_headers = Some(data_set(line)?),
        "signingtable" => settings.signing_table = Some(data_set(line)?),
        "socket" => {
            let socket = line.value.parse().map_err(|error| OptionFault::Socket {
                name: line.name.clone(),
                error,
            })?;
            settings.socket = Some((line.place.clone(), socket));
        }
        "spf" => settings.spf = line.boolean()?,
        "subdomains" => settings.sub_domains = line.boolean()?,
        "syslog" => settings.syslog = line.boolean()?,
        "syslogsuccess" => settings.syslog_success = line.boolean()?,
        "testdnsdata" => settings.test_dns_data = Some(data_set(line)?),
        "umask" => {
            let mask = line
                .integer(0o777)
                .ok()
                .and_then(|mask| u32::try_from(mask).ok());
            let mask = mask.ok_or_else(|| line.wrong("a mask such as 022, at most 0777"))?;
            settings.umask = Some(mask);
        }
        "userid" => {
            let user_id = UserId::parse(&line.value);
            let user_id = user_id.ok_or_else(|| line.wrong("USER or USER:GROUP"))?;
            settings.user_id = Some((line.place.clone(), user_id));
        }
        _ => return unknown(line),
    }
    Ok(())
}

fn on(on: &mut Actions, occasion: &str, line: &Directive) -> Result<(), OptionFault> {
    let action = || OnAction::parse(&line.value).ok_or_else(|| line.wrong(ACTIONS));
    match occasion {
        "badsignature" => on.bad_signature = action()?,
        "default" => *on = Actions::all(action()?),
        "dnserror" => on.dns_error = action()?,
        "internalerror" => on.internal_error = action()?,
        "keynotfound" => on.key_not_found = action()?,
        "nosignature" => on.no_signature = action()?,
        "security" => on.security = action()?,
        "signatureerror" => on.signature_error = action()?,
        _ => return unknown(line),
    }
    Ok(())
}

/// RFC 8301 §3.1: signers "MUST NOT" make rsa-sha1.
fn algorithm(line: &Directive) -> Result<Algorithm, OptionFault> {
    let name = line.value.to_ascii_lowercase();
    match Algorithm::parse(name.as_bytes()) {
        Some(algorithm) => Ok(algorithm),
        None if name == "rsa-sha1" => Err(OptionFault::Refused {
            name: format!("{} {name}", line.name),
            advice: "nobody accepts it any more (RFC 8301 §3.1); write rsa-sha256",
        }),
        None => Err(line.wrong("rsa-sha256 or ed25519-sha256")),
    }
}

fn data_set(line: &Directive) -> Result<DataSource, OptionFault> {
    DataSource::parse(&line.value, line.place.clone()).map_err(|error| OptionFault::DataSource {
        name: line.name.clone(),
        error,
    })
}

fn unless_zero(number: usize) -> Option<usize> {
    (number > 0).then_some(number)
}

/// What fits OpenDKIM's integers.
const MAX_SECONDS: u64 = i32::MAX.unsigned_abs() as u64;

const ACTIONS: &str = "accept, discard, quarantine, reject or tempfail";
const MODES: &str = "s, v or sv";
