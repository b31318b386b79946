//! What the server knows about a message before it arrives.

use alloc::boxed::Box;
use core::net::IpAddr;

use auth_results::Value;
use dkim_canon::UnixTime;
use dns_txt::Domain;

/// What the server knows about a message before it arrives: who sends it, who receives it, when.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Facts {
    /// The address of the SMTP client.
    pub client: IpAddr,
    /// The name given with HELO or EHLO, as it came.
    pub helo: Box<[u8]>,
    /// The reverse-path of MAIL FROM, as it came, without angle brackets; empty for the null path.
    pub reverse_path: Box<[u8]>,
    /// The name of the receiving host.
    pub receiver: Domain,
    /// By which name the results go (RFC 8601 §2.5): the receiver's name, unless set.
    pub authserv_id: Value<'static>,
    /// The present time.
    pub now: UnixTime,
}

impl Facts {
    /// The facts of one transaction, at `receiver`, at the time `now`.
    pub fn new(
        client: IpAddr,
        helo: &[u8],
        reverse_path: &[u8],
        receiver: Domain,
        now: UnixTime,
    ) -> Self {
        let authserv_id = Value::try_from(receiver.as_str())
            .expect("a domain is letters, digits, hyphens, underscores and dots, at most 253")
            .into_owned();
        Self {
            client,
            helo: helo.into(),
            reverse_path: reverse_path.into(),
            receiver,
            authserv_id,
            now,
        }
    }

    /// Sets [`Facts::authserv_id`], where several hosts go by one name.
    #[must_use]
    pub fn authserv_id(mut self, authserv_id: Value<'_>) -> Self {
        self.authserv_id = authserv_id.into_owned();
        self
    }
}
