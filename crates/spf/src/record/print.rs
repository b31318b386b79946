//! Records as text, in normal form.

use core::fmt;
use core::net::IpAddr;

use super::{Directive, Mechanism, Qualifier, Record, Term};
use crate::macros::DomainSpec;
use crate::network::DualCidr;

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("v=spf1")?;
        self.terms().try_for_each(|term| write!(f, " {term}"))
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directive(directive) => write!(f, "{directive}"),
            Self::Explanation(domain) => write!(f, "exp={domain}"),
            Self::Redirect(domain) => write!(f, "redirect={domain}"),
            Self::Unknown(modifier) => write!(f, "{}={}", modifier.name(), modifier.value()),
        }
    }
}

impl fmt::Display for Directive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.qualifier, self.mechanism)
    }
}

/// Prints nothing for `+`, which is the default.
impl fmt::Display for Qualifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fail => "-",
            Self::Neutral => "?",
            Self::Pass => "",
            Self::SoftFail => "~",
        })
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::A { domain, cidr } => hosts(f, "a", domain.as_ref(), *cidr),
            Self::All => f.write_str("all"),
            Self::Exists { domain } => write!(f, "exists:{domain}"),
            Self::Include { domain } => write!(f, "include:{domain}"),
            Self::Ip(network) => match network.address() {
                IpAddr::V4(_) => write!(f, "ip4:{network}"),
                IpAddr::V6(_) => write!(f, "ip6:{network}"),
            },
            Self::Mx { domain, cidr } => hosts(f, "mx", domain.as_ref(), *cidr),
            Self::Ptr { domain } => hosts(f, "ptr", domain.as_ref(), DualCidr::HOST),
        }
    }
}

fn hosts(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    domain: Option<&DomainSpec>,
    cidr: DualCidr,
) -> fmt::Result {
    f.write_str(name)?;
    if let Some(domain) = domain {
        write!(f, ":{domain}")?;
    }
    write!(f, "{cidr}")
}
