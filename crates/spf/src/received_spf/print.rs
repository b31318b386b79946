//! The field as text.

use alloc::string::String;

use mail_address::rfc5322::{FieldWriter, Token, Visible};

use super::{Pair, ReceivedSpf};
use crate::report::Report;

impl ReceivedSpf {
    /// The whole field: name, value, folds and the line end.
    ///
    /// One logical field whatever the values are; see [`FieldWriter`]. White space stands before
    /// each part and not behind the last one, as RFC 7208 erratum 5436 has it.
    pub fn to_field(&self) -> String {
        let mut field = FieldWriter::new(NAME);
        field
            .space()
            .visible(Visible::from_static(self.verdict.as_str()));
        if let Some(comment) = &self.comment {
            field.space().comment(comment);
        }
        for (index, pair) in self.pairs.iter().enumerate() {
            if index > 0 {
                field.visible(SEMICOLON);
            }
            print_pair(field.space(), pair);
        }
        field.finish()
    }
}

impl Report {
    /// The Received-SPF field of RFC 7208 §9.1: name, value, folds and the line end.
    ///
    /// It belongs above the Received field of the same server, and above every other Received-SPF
    /// field. What a peer said and no field can hold, such as a HELO name with a control character,
    /// is left out.
    pub fn received_spf(&self) -> String {
        ReceivedSpf::from(self).to_field()
    }
}

/// `key-value-pair = key [CFWS] "=" ( dot-atom / quoted-string )`
fn print_pair(field: &mut FieldWriter, pair: &Pair) {
    if let Ok(key) = Token::new(pair.key.as_bytes()) {
        field.pair(key, &pair.value);
    }
}

const NAME: Token<'static> = Token::from_static("Received-SPF");
const SEMICOLON: Visible<'static> = Visible::from_static(";");
