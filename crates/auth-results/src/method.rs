//! The methods that a message is checked with.

use crate::keyword::registry;

registry! {
    /// A method of the IANA registry of Email Authentication Methods, or another (RFC 8601 §2.7).
    pub enum Method {
        /// Authenticated Received Chain (RFC 8617).
        Arc = "arc",
        /// SMTP AUTH (RFC 8601 §2.7.4).
        Auth = "auth",
        /// DKIM (RFC 8601 §2.7.1).
        Dkim = "dkim",
        /// Author Domain Signing Practices (RFC 5617), historic.
        DkimAdsp = "dkim-adsp",
        /// Authorized third-party signatures (RFC 6541).
        DkimAtps = "dkim-atps",
        /// DMARC (RFC 9989).
        Dmarc = "dmarc",
        /// A DNS list of known senders (RFC 8904).
        Dnswl = "dnswl",
        /// DomainKeys (RFC 4870), historic.
        DomainKeys = "domainkeys",
        /// The reverse name of the client's address (RFC 8601 §3).
        Iprev = "iprev",
        /// Require-Recipient-Valid-Since (RFC 7293).
        Rrvs = "rrvs",
        /// Sender ID (RFC 4406), historic.
        SenderId = "sender-id",
        /// S/MIME (RFC 7281).
        Smime = "smime",
        /// SPF (RFC 8601 §2.7.2).
        Spf = "spf",
        /// Vouch By Reference (RFC 6212).
        Vbr = "vbr",
    }
}
