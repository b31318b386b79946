//! What becomes of each option.
//!
//! Every name stands in one of the lists below. The table in docs/opendkim.md is the same for
//! people, and a test holds the two together.

/// What an option comes to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Standing {
    /// It does what opendkim.conf(5) says.
    Honoured,
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
    /// Of an option, its name in whatever case.
    pub(super) fn of(name: &str) -> Self {
        let find = |list: Reasons| {
            let known = list
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name));
            known.map(|(_, why)| *why)
        };
        let idle = find(IDLE).or_else(|| of_family(name));
        let mut honoured = HONOURED.iter().chain(ADDITIONS);
        let is_honoured = honoured.any(|known| known.eq_ignore_ascii_case(name));
        match (is_honoured, idle, find(OFF_ONLY), find(REFUSED)) {
            (true, ..) => Self::Honoured,
            (_, Some(why), ..) => Self::Idle(why),
            (_, _, Some(advice), _) => Self::OffOnly(advice),
            (.., Some(advice)) => Self::Refused(advice),
            _ => Self::Unknown,
        }
    }
}

fn of_family(name: &str) -> Option<&'static str> {
    let family = FAMILIES.iter().find(|(prefix, _)| {
        let head = name.get(..prefix.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(prefix))
    });
    family.map(|(_, why)| *why)
}

/// Names of options, each with a reason or an advice.
pub(super) type Reasons = &'static [(&'static str, &'static str)];

/// Those that OpenDKIM does not know.
pub(super) const ADDITIONS: &[&str] = &["BelowReceived", "DMARC", "SPF"];

/// Those of OpenDKIM's that do what they say.
pub(super) const HONOURED: &[&str] = &[
    "AlwaysAddARHeader",
    "AuthservID",
    "Background",
    "Canonicalization",
    "ClockDrift",
    "DNSTimeout",
    "Domain",
    "ExternalIgnoreList",
    "Include",
    "InternalHosts",
    "KeepAuthResults",
    "KeyFile",
    "KeyTable",
    "LogWhy",
    "MTA",
    "MacroList",
    "MaximumHeaders",
    "MaximumSignaturesToVerify",
    "MinimumKeyBits",
    "Mode",
    "MultipleSignatures",
    "Nameservers",
    "OmitHeaders",
    "On-BadSignature",
    "On-DNSError",
    "On-Default",
    "On-InternalError",
    "On-KeyNotFound",
    "On-NoSignature",
    "On-Security",
    "On-SignatureError",
    "OversignHeaders",
    "PeerList",
    "PidFile",
    "RemoveARAll",
    "RemoveARFrom",
    "RequireSafeKeys",
    "ResolverConfiguration",
    "Selector",
    "SignHeaders",
    "SignatureAlgorithm",
    "SignatureTTL",
    "SigningTable",
    "Socket",
    "SubDomains",
    "Syslog",
    "SyslogSuccess",
    "TestDNSData",
    "UMask",
    "UserID",
];

const ATPS: &str = "ATPS is not asked for";
const FILES: &str = "no such files are written";
const LDAP: &str = "there is no LDAP here";
const LUA: &str = "Lua scripts are not run";
const OBSOLETE: &str = "obsolete";
const REPORTS: &str = "failure reports are not sent";
const RESOLVER: &str = "the resolver has no such switch";
const RESTART: &str = "restarting is left to the service manager";
const STATISTICS: &str = "statistics are not kept";
const TRAFFIC: &str = "mail is not counted";
const VBR: &str = "VBR is not asked for";

/// Prefixes of names that versions and builds of OpenDKIM have had that Debian's has not.
pub(super) const FAMILIES: Reasons = &[
    ("ADSP", "ADSP is historic"),
    ("Flow", TRAFFIC),
    ("Reputation", "reputation is not asked for"),
];

/// Those that are accepted and do nothing.
pub(super) const IDLE: Reasons = &[
    ("ATPSDomains", ATPS),
    ("ATPSHashAlgorithm", ATPS),
    ("AllowSHA1Only", "SHA-256 is always there"),
    ("AutoRestart", RESTART),
    ("AutoRestartCount", RESTART),
    ("AutoRestartRate", RESTART),
    ("BogusKey", "DNSSEC is left to the name server"),
    (
        "CaptureUnknownErrors",
        "there are no unknown errors to quarantine for",
    ),
    ("DNSConnect", RESOLVER),
    ("DiagnosticDirectory", FILES),
    ("DisableCryptoInit", "there is nothing to initialize"),
    ("DomainKeysCompat", OBSOLETE),
    ("EnableCoredumps", "left to the service manager"),
    ("FinalPolicyScript", LUA),
    ("KeepTemporaryFiles", FILES),
    ("LDAPAuthMechanism", LDAP),
    ("LDAPAuthName", LDAP),
    ("LDAPAuthRealm", LDAP),
    ("LDAPAuthUser", LDAP),
    ("LDAPBindPassword", LDAP),
    ("LDAPBindUser", LDAP),
    ("LDAPDisableCache", LDAP),
    ("LDAPKeepaliveIdle", LDAP),
    ("LDAPKeepaliveInterval", LDAP),
    ("LDAPKeepaliveProbes", LDAP),
    ("LDAPTimeout", LDAP),
    ("LDAPUseTLS", LDAP),
    (
        "LogResults",
        "results are in the Authentication-Results field",
    ),
    ("MTACommand", REPORTS),
    ("MilterDebug", "there is no milter library to debug"),
    ("POPDBFile", "POP before SMTP is obsolete; use SMTP AUTH"),
    (
        "QueryCache",
        "keys are kept as long as the resolver keeps them",
    ),
    ("RateLimits", TRAFFIC),
    ("ReplaceHeaders", "header fields are signed as they are"),
    ("ReplaceRules", "header fields are signed as they are"),
    ("ReportAddress", REPORTS),
    ("ReportBccAddress", REPORTS),
    ("RequestReports", REPORTS),
    ("ResolverTracing", RESOLVER),
    ("SMTPURI", REPORTS),
    ("ScreenPolicyScript", LUA),
    ("SendReports", REPORTS),
    ("SetupPolicyScript", LUA),
    ("SoftStart", "there is no database to wait for"),
    (
        "SoftwareHeader",
        "no field says which software filters here",
    ),
    ("Statistics", STATISTICS),
    ("StatisticsName", STATISTICS),
    ("StatisticsPolicyScript", STATISTICS),
    ("StatisticsPrefix", STATISTICS),
    ("StrictTestMode", "there is no test mode"),
    ("SyslogFacility", "it is `mail`"),
    ("SyslogName", "it is the name of the program"),
    ("TemporaryDirectory", FILES),
    ("TrustAnchorFile", "DNSSEC is left to the name server"),
    ("UnprotectedKey", "DNSSEC is left to the name server"),
    ("VBR-Certifiers", VBR),
    ("VBR-PurgeFields", VBR),
    ("VBR-TrustedCertifiers", VBR),
    ("VBR-TrustedCertifiersOnly", VBR),
    ("VBR-Type", VBR),
    ("X-Header", OBSOLETE),
];

/// Booleans that are off where OpenDKIM is not told otherwise, and change what happens when on.
pub(super) const OFF_ONLY: Reasons = &[
    (
        "AuthservIDWithJobID",
        "set AuthservID to a name that stays, and turn this off",
    ),
    (
        "Diagnostics",
        "copies of the header (z=) are not made; turn it off",
    ),
    ("FixCRLF", "bodies are hashed as they arrive; turn it off"),
    (
        "IdentityHeaderRemove",
        "no header field is taken for an identity; turn it off",
    ),
    (
        "IgnoreMalformedMail",
        "malformed mail gets its Authentication-Results; turn it off",
    ),
    ("NoHeaderB", "header.b is always printed; turn it off"),
    ("Quarantine", "set On-BadSignature to quarantine instead"),
    (
        "RemoveOldSignatures",
        "signatures of others are kept; turn it off",
    ),
    (
        "RequiredHeaders",
        "leave the check of the header to the mail server, and turn it off",
    ),
    (
        "ResignAll",
        "received mail is not signed again; turn it off",
    ),
    (
        "StrictHeaders",
        "leave the check of the header to the mail server, and turn it off",
    ),
    (
        "WeakSyntaxChecks",
        "a From that cannot be read has no author; turn it off",
    ),
];

/// Those that would change what is signed, judged or delivered.
pub(super) const REFUSED: Reasons = &[
    (
        "BaseDirectory",
        "write paths that begin with a slash, and delete the line",
    ),
    (
        "BodyLengthDB",
        "bodies are signed whole (RFC 6376 §8.2); delete the line",
    ),
    (
        "ChangeRootDirectory",
        "let the service manager confine the server, and delete the line",
    ),
    (
        "ConditionalSignatures",
        "they are an expired draft; delete the line",
    ),
    (
        "DontSignMailTo",
        "recipients do not decide who signs; delete the line",
    ),
    (
        "ExemptDomains",
        "use PeerList to pass clients by, and delete the line",
    ),
    (
        "IdentityHeader",
        "name the signer (i=) in the SigningTable, and delete the line",
    ),
    (
        "MaximumSignedBytes",
        "bodies are signed whole (RFC 6376 §8.2); delete the line",
    ),
    (
        "Minimum",
        "a signature of part of a body does not pass; delete the line",
    ),
    (
        "MustBeSigned",
        "the fields that a signature covers do not change its verdict; delete the line",
    ),
    (
        "RedirectFailuresTo",
        "set On-BadSignature to quarantine instead, and delete the line",
    ),
    (
        "ResignMailTo",
        "received mail is not signed again; delete the line",
    ),
    (
        "SelectCanonicalizationHeader",
        "set Canonicalization instead, and delete the line",
    ),
    (
        "SenderHeaders",
        "the author is whom From names; delete the line",
    ),
    (
        "SenderMacro",
        "the author is whom From names; delete the line",
    ),
    ("TestPublicKeys", "use TestDNSData instead"),
    (
        "TrustSignaturesFrom",
        "a signature says what it says, whoever made it; delete the line",
    ),
];
