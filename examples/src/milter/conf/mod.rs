//! OpenDKIM's configuration file, opendkim.conf(5).
//!
//! Three things can become of an option: it is honoured, it is accepted with a [`Warning`] that it
//! does nothing, or it keeps the server from starting, because without it something else would be
//! signed, judged or delivered than before.
//!
//! [`Warning`]: crate::milter::Warning

mod apply;
mod directive;
mod fault;
mod flags;
#[cfg(test)]
mod guide;
mod on;
mod settings;
mod socket;
mod source;
mod standing;
#[cfg(test)]
mod tests;
mod user_id;
mod value;

pub use self::directive::Directive;
pub use self::fault::OptionFault;
pub use self::flags::Flags;
pub use self::on::{Actions, OnAction};
pub use self::settings::{Mode, Settings};
pub use self::socket::{Socket, SocketError};
pub use self::source::Source;
pub use self::user_id::{Account, NoSuchAccount, UserId};
