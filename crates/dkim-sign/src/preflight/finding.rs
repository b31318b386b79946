//! What was found.

use core::fmt;

use dkim_canon::Defect;

/// Something about a message that receivers refuse, or that the message does not get what it was
/// made for with.
///
/// Places are octets from the start of the message. Prints as one sentence.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Finding {
    /// A folded field has a line of nothing but white space, which some take for the end of the
    /// header (RFC 5322 §3.2.2).
    BlankFold {
        /// How many such lines.
        count: usize,
        /// Where the field with the first of them begins.
        offset: usize,
    },
    /// CR without LF. Some make a line end of it and some do not, so that two readers do not see
    /// the same message (RFC 5322 §2.3).
    BareCarriageReturn {
        /// How many.
        count: u64,
        /// Where the first is.
        offset: u64,
    },
    /// LF without CR, as [`BareCarriageReturn`](Self::BareCarriageReturn).
    /// [`ToCrlf`](dkim_canon::ToCrlf) mends both.
    BareLineFeed {
        /// How many.
        count: u64,
        /// Where the first is.
        offset: u64,
    },
    /// No Date (RFC 5322 §3.6).
    DateMissing,
    /// A field that cannot be empty says nothing (RFC 5322 §3.6).
    FieldEmpty {
        /// Its name.
        name: &'static str,
        /// Where the field begins.
        offset: usize,
    },
    /// Fields that are not well-formed, which one reader passes over and another does not
    /// (RFC 5322 §2.2).
    FieldMalformed {
        /// What is wrong with them.
        defect: Defect,
        /// How many.
        count: usize,
        /// Where the first begins.
        offset: usize,
    },
    /// A field stands there more often than once, and it is for each reader to choose one of them
    /// (RFC 5322 §3.6).
    FieldRepeated {
        /// Its name.
        name: &'static str,
        /// How many there are.
        count: usize,
    },
    /// No From (RFC 5322 §3.6).
    FromMissing,
    /// Several From fields (RFC 5322 §3.6). One reader shows the first and another judges the
    /// last.
    FromRepeated {
        /// How many.
        count: usize,
    },
    /// Octets in the header that are not UTF-8 (RFC 5322 §2.2, RFC 6532 §3.1).
    HeaderNotUtf8 {
        /// Where the first is.
        offset: usize,
    },
    /// Lines longer than 998 octets without their end (RFC 5322 §2.1.1). Those in between cut
    /// them, and the signature breaks.
    LongLine {
        /// How many.
        count: u64,
        /// Octets of the longest.
        octets: u64,
        /// Where the first begins.
        offset: u64,
    },
    /// Message-ID is not `<left@right>` (RFC 5322 §3.6.4).
    MessageIdMalformed {
        /// Where the field begins.
        offset: usize,
    },
    /// No Message-ID, which should be there (RFC 5322 §3.6.4). Large receivers refuse such mail.
    MessageIdMissing,
    /// NUL octets, at which some stop to read (RFC 5322 §4.1).
    Nul {
        /// How many.
        count: u64,
        /// Where the first is.
        offset: u64,
    },
    /// White space before the colon of a field, by which some do not know it any more
    /// (RFC 5322 §4.5).
    SpaceBeforeColon {
        /// How many fields.
        count: usize,
        /// Where the first begins.
        offset: usize,
    },
    /// List-Unsubscribe-Post without List-Unsubscribe: there is nothing to post to
    /// (RFC 8058 §3.1).
    UnsubscribePostAlone,
    /// List-Unsubscribe-Post does not say `List-Unsubscribe=One-Click` (RFC 8058 §5).
    UnsubscribePostMalformed {
        /// Where the field begins.
        offset: usize,
    },
    /// List-Unsubscribe-Post, and no `https:` in List-Unsubscribe (RFC 8058 §3.1).
    UnsubscribeWithoutHttps {
        /// Where the List-Unsubscribe field begins.
        offset: usize,
    },
}

impl Finding {
    /// A word for it that does not change: `from-repeated`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BareCarriageReturn { .. } => "bare-carriage-return",
            Self::BareLineFeed { .. } => "bare-line-feed",
            Self::BlankFold { .. } => "blank-fold",
            Self::DateMissing => "date-missing",
            Self::FieldEmpty { .. } => "field-empty",
            Self::FieldMalformed { .. } => "field-malformed",
            Self::FieldRepeated { .. } => "field-repeated",
            Self::FromMissing => "from-missing",
            Self::FromRepeated { .. } => "from-repeated",
            Self::HeaderNotUtf8 { .. } => "header-not-utf8",
            Self::LongLine { .. } => "long-line",
            Self::MessageIdMalformed { .. } => "message-id-malformed",
            Self::MessageIdMissing => "message-id-missing",
            Self::Nul { .. } => "nul",
            Self::SpaceBeforeColon { .. } => "space-before-colon",
            Self::UnsubscribePostAlone => "unsubscribe-post-alone",
            Self::UnsubscribePostMalformed { .. } => "unsubscribe-post-malformed",
            Self::UnsubscribeWithoutHttps { .. } => "unsubscribe-without-https",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BareCarriageReturn { count, offset } => {
                write!(
                    f,
                    "Not followed by LF: {count} CR, the first at octet {offset}."
                )
            }
            Self::BareLineFeed { count, offset } => {
                write!(
                    f,
                    "Not preceded by CR: {count} LF, the first at octet {offset}."
                )
            }
            Self::BlankFold { count, offset } => write!(
                f,
                "Folded fields have lines of nothing but white space: {count}, the first in the \
                 field at octet {offset}.",
            ),
            Self::DateMissing => f.write_str("There is no Date field."),
            Self::FieldEmpty { name, offset } => {
                write!(f, "The {name} field at octet {offset} is empty.")
            }
            Self::FieldMalformed {
                defect,
                count,
                offset,
            } => {
                let what = describe(*defect);
                write!(
                    f,
                    "Header fields with {what}: {count}, the first at octet {offset}."
                )
            }
            Self::FieldRepeated { name, count } => {
                write!(f, "There are {count} {name} fields, and there may be one.")
            }
            Self::FromMissing => f.write_str("There is no From field."),
            Self::FromRepeated { count } => {
                write!(f, "There are {count} From fields, and there has to be one.")
            }
            Self::HeaderNotUtf8 { offset } => {
                write!(f, "The header is not UTF-8 at octet {offset}.")
            }
            Self::LongLine {
                count,
                octets,
                offset,
            } => write!(
                f,
                "Lines of more than 998 octets: {count}, the first at octet {offset}, the longest \
                 of {octets} octets.",
            ),
            Self::MessageIdMalformed { offset } => {
                write!(
                    f,
                    "The Message-ID field at octet {offset} is not <left@right>."
                )
            }
            Self::MessageIdMissing => f.write_str("There is no Message-ID field."),
            Self::Nul { count, offset } => {
                write!(f, "NUL octets: {count}, the first at octet {offset}.")
            }
            Self::SpaceBeforeColon { count, offset } => write!(
                f,
                "Header fields with white space before the colon: {count}, the first at octet \
                 {offset}.",
            ),
            Self::UnsubscribePostAlone => {
                f.write_str("List-Unsubscribe-Post stands there without List-Unsubscribe.")
            }
            Self::UnsubscribePostMalformed { offset } => write!(
                f,
                "The List-Unsubscribe-Post field at octet {offset} does not say \
                 List-Unsubscribe=One-Click.",
            ),
            Self::UnsubscribeWithoutHttps { offset } => write!(
                f,
                "List-Unsubscribe-Post stands there, and the List-Unsubscribe field at octet \
                 {offset} has no https URI.",
            ),
        }
    }
}

fn describe(defect: Defect) -> &'static str {
    match defect {
        Defect::BareLineEnd => "a bare line end",
        Defect::LeadingWhiteSpace => "white space before the name",
        Defect::Name => "a malformed name",
        Defect::NoColon => "no colon",
        Defect::Unterminated => "no line end",
        _ => "a defect",
    }
}
