//! What structured header fields share: words, comments, white space, and how lines are folded
//! (RFC 5322 §2.2 and §3.2).

pub mod cfws;
pub mod fold;
pub mod token;

pub use self::fold::FieldWriter;
pub use self::token::{Splittable, TextError, Token, Value, Visible};
