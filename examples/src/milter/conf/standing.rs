//! What becomes of the options that are not honoured.

/// What an option that is not honoured comes to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Standing {
    /// Accepted; a warning says why it does nothing.
    Idle(&'static str),
    /// A boolean whose default is accepted; the advice is for any other value.
    OffOnly(&'static str),
    /// Kept from starting with, together with what to do.
    Refused(&'static str),
    /// A name of which OpenDKIM 2.11 knows nothing either.
    Unknown,
}

impl Standing {
    /// Of an option, its name in lower case.
    pub(super) fn of(name: &str) -> Self {
        let idle = IDLE.iter().find(|(known, _)| *known == name);
        let off_only = OFF_ONLY.iter().find(|(known, _)| *known == name);
        let refused = REFUSED.iter().find(|(known, _)| *known == name);
        let family = FAMILIES.iter().find(|(prefix, _)| name.starts_with(prefix));
        match (idle.or(family), off_only, refused) {
            (Some((_, why)), ..) => Self::Idle(why),
            (_, Some((_, advice)), _) => Self::OffOnly(advice),
            (.., Some((_, advice))) => Self::Refused(advice),
            _ => Self::Unknown,
        }
    }
}

const LUA: &str = "Lua scripts are not run";
const REPORTS: &str = "failure reports are not sent";
const RESOLVER: &str = "the resolver has no such switch";
const FILES: &str = "no such files are written";
const OBSOLETE: &str = "obsolete";

/// Prefixes of names that OpenDKIM has had in one version or another.
const FAMILIES: &[(&str, &str)] = &[
    ("adsp", "ADSP is historic"),
    ("atps", "ATPS is not asked for"),
    ("autorestart", "restarting is left to the service manager"),
    ("flow", "mail is not counted"),
    ("ldap", "there is no LDAP here"),
    ("reputation", "reputation is not asked for"),
    ("statistics", "statistics are not kept"),
    ("vbr-", "VBR is not asked for"),
];

const IDLE: &[(&str, &str)] = &[
    ("allowsha1only", "SHA-256 is always there"),
    ("boguskey", "DNSSEC is left to the name server"),
    (
        "captureunknownerrors",
        "there are no unknown errors to quarantine for",
    ),
    ("diagnosticdirectory", FILES),
    ("disablecryptoinit", "there is nothing to initialize"),
    ("dnsconnect", RESOLVER),
    ("domainkeyscompat", OBSOLETE),
    ("enablecoredumps", "left to the service manager"),
    ("finalpolicyscript", LUA),
    ("keeptemporaryfiles", FILES),
    (
        "logresults",
        "results are in the Authentication-Results field",
    ),
    ("milterdebug", "there is no milter library to debug"),
    ("mtacommand", REPORTS),
    ("popdbfile", "POP before SMTP is obsolete; use SMTP AUTH"),
    (
        "querycache",
        "keys are kept as long as the resolver keeps them",
    ),
    ("ratelimits", "mail is not counted"),
    ("replaceheaders", "header fields are signed as they are"),
    ("replacerules", "header fields are signed as they are"),
    ("reportaddress", REPORTS),
    ("reportbccaddress", REPORTS),
    ("requestreports", REPORTS),
    ("resolvertracing", RESOLVER),
    ("screenpolicyscript", LUA),
    ("sendreports", REPORTS),
    ("setuppolicyscript", LUA),
    ("smtpuri", REPORTS),
    ("softstart", "there is no database to wait for"),
    (
        "softwareheader",
        "no field says which software filters here",
    ),
    ("stricttestmode", "there is no test mode"),
    ("syslogfacility", "it is `mail`"),
    ("syslogname", "it is the name of the program"),
    ("temporarydirectory", FILES),
    ("trustanchorfile", "DNSSEC is left to the name server"),
    ("unprotectedkey", "DNSSEC is left to the name server"),
    ("x-header", OBSOLETE),
];

/// Booleans that are off where OpenDKIM is not told otherwise, and change what happens when on.
const OFF_ONLY: &[(&str, &str)] = &[
    (
        "authservidwithjobid",
        "set AuthservID to a name that stays, and turn this off",
    ),
    (
        "diagnostics",
        "copies of the header (z=) are not made; turn it off",
    ),
    ("fixcrlf", "bodies are hashed as they arrive; turn it off"),
    (
        "ignoremalformedmail",
        "malformed mail gets its Authentication-Results; turn it off",
    ),
    ("noheaderb", "header.b is always printed; turn it off"),
    ("quarantine", "set On-BadSignature to quarantine instead"),
    (
        "removeoldsignatures",
        "signatures of others are kept; turn it off",
    ),
    (
        "requiredheaders",
        "leave the check of the header to the mail server, and turn it off",
    ),
    (
        "resignall",
        "received mail is not signed again; turn it off",
    ),
    (
        "strictheaders",
        "leave the check of the header to the mail server, and turn it off",
    ),
    (
        "weaksyntaxchecks",
        "a From that cannot be read has no author; turn it off",
    ),
];

const REFUSED: &[(&str, &str)] = &[
    (
        "basedirectory",
        "write paths that begin with a slash, and delete the line",
    ),
    (
        "bodylengthdb",
        "bodies are signed whole (RFC 6376 §8.2); delete the line",
    ),
    (
        "changerootdirectory",
        "let the service manager confine the server, and delete the line",
    ),
    (
        "conditionalsignatures",
        "they are an expired draft; delete the line",
    ),
    (
        "dontsignmailto",
        "recipients do not decide who signs; delete the line",
    ),
    (
        "exemptdomains",
        "use PeerList to pass clients by, and delete the line",
    ),
    (
        "maximumsignedbytes",
        "bodies are signed whole (RFC 6376 §8.2); delete the line",
    ),
    (
        "minimum",
        "a signature of part of a body does not pass; delete the line",
    ),
    (
        "mustbesigned",
        "the fields that a signature covers do not change its verdict; delete the line",
    ),
    (
        "redirectfailuresto",
        "set On-BadSignature to quarantine instead, and delete the line",
    ),
    (
        "resignmailto",
        "received mail is not signed again; delete the line",
    ),
    (
        "selectcanonicalizationheader",
        "set Canonicalization instead, and delete the line",
    ),
    (
        "senderheaders",
        "the author is whom From names; delete the line",
    ),
    (
        "sendermacro",
        "the author is whom From names; delete the line",
    ),
    ("testpublickeys", "use TestDNSData instead"),
    (
        "trustsignaturesfrom",
        "a signature says what it says, whoever made it; delete the line",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_lower_case_only_once() {
        let tables = [IDLE, OFF_ONLY, REFUSED, FAMILIES];
        let mut names: Vec<&str> = tables
            .iter()
            .flat_map(|t| t.iter().map(|(n, _)| *n))
            .collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(names.iter().all(|name| *name == name.to_ascii_lowercase()));
    }
}
