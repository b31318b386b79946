//! What structured header fields share: words, comments, white space, how lines are folded
//! (RFC 5322 §2.2 and §3.2), and what readers see where a header is otherwise.

pub mod cfws;
pub mod fold;
pub mod lenient;
pub mod token;

pub use self::fold::FieldWriter;
pub use self::token::{Splittable, TextError, Token, Value, Visible};
