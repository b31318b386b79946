//! What a method found.

use crate::keyword::registry;

registry! {
    /// A result of the IANA registry of Email Authentication Result Names, or another. What it
    /// means depends on the method (RFC 8601 §2.7).
    pub enum ResultCode {
        /// Not signed by a domain that signs everything and wants the rest discarded (ADSP).
        Discard = "discard",
        /// Checked, and found not to be so.
        Fail = "fail",
        /// The older word for `fail` (RFC 5451).
        HardFail = "hardfail",
        /// Nothing that speaks for or against.
        Neutral = "neutral",
        /// There was nothing to check.
        None = "none",
        /// The author's domain does not exist (ADSP).
        NxDomain = "nxdomain",
        /// Checked, and found to be so.
        Pass = "pass",
        /// Could not be checked, and a later try will not help.
        PermError = "permerror",
        /// Not acceptable to the receiver, whatever the method says.
        Policy = "policy",
        /// Probably not authorized (SPF).
        SoftFail = "softfail",
        /// Could not be checked now; a later try may help.
        TempError = "temperror",
        /// The author's domain says nothing about its signing (ADSP).
        Unknown = "unknown",
    }
}
