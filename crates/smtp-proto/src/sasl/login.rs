//! `LOGIN`: two prompts, two answers.
//!
//! There is no RFC. The draft ([draft-murchison-sasl-login]) prompts with `User Name` and
//! `Password`; what clients have come to look for is the text below.
//!
//! [draft-murchison-sasl-login]: https://datatracker.ietf.org/doc/draft-murchison-sasl-login/

use alloc::borrow::ToOwned;
use alloc::string::String;

use super::{Credentials, Secret};

/// Asks for the user name.
pub(super) const USERNAME: &[u8] = b"Username:";

/// Asks for the password.
pub(super) const PASSWORD: &[u8] = b"Password:";

/// The answer to the first prompt: text, as `PLAIN` would have it.
pub(super) fn parse_user_name(response: &[u8]) -> Option<String> {
    let name = core::str::from_utf8(response).ok()?;
    (!name.is_empty() && !name.contains('\0')).then(|| name.to_owned())
}

/// The answer to the second prompt: any octets, for no charset was ever agreed on.
pub(super) fn parse_password(authcid: String, response: &[u8]) -> Option<Credentials> {
    (!response.is_empty()).then(|| Credentials::new(None, authcid, Secret::from(response)))
}
