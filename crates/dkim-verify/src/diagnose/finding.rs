//! What became of a signed message on its way.

use alloc::boxed::Box;
use core::fmt;

use dkim_canon::Form;

/// One thing that explains why a signature does not fit, with its evidence.
///
/// Most are proven: with the alteration undone, the hash or the signature fits. Those whose names end
/// in `Changed`, [`OtherKey`](Self::OtherKey) and [`Unexplained`](Self::Unexplained) are what is left
/// when nothing fits, and [`BodyCut`](Self::BodyCut) and [`BodyPartlySigned`](Self::BodyPartlySigned)
/// are counted. What is proven of the body is proven for `bh=`, `c=` and `l=` as they are now, so it
/// is certain where nothing is left of the header that is not known.
///
/// Offsets and lengths are in octets of the body as it is now. Names and values are those of header
/// fields, as they are in the message, and may hold any octets; [`Display`](fmt::Display) escapes
/// them.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Finding {
    /// Text was added behind the body. Empty lines in front of it count with it, since no canonical
    /// form tells whether they were there.
    BodyAppended {
        /// How many octets of the body stand before the text.
        at: usize,
        /// How long the text is.
        octets: usize,
    },
    /// The body was changed in a way that was not found, or `bh=` was.
    BodyChanged,
    /// The body is shorter than `l=` says.
    BodyCut {
        /// How many octets of the canonical body there are.
        present: u64,
        /// `l=`.
        signed: u64,
    },
    /// `bh=` is the hash of the other canonical form than `c=` names.
    BodyForm {
        /// The form that fits.
        form: Form,
    },
    /// Text was put into the body: in front of it, or at the beginning or the end of a MIME part,
    /// or as a part of its own.
    BodyInserted {
        /// Where the text begins.
        at: usize,
        /// How long the text is.
        octets: usize,
    },
    /// `bh=` is the hash of another length of the body than `l=` says.
    BodyLength {
        /// How many octets of the canonical body were hashed.
        hashed: u64,
        /// `l=`.
        said: u64,
    },
    /// `l=` leaves a part of the body unsigned, in which anything can stand.
    BodyPartlySigned {
        /// `l=`.
        signed: u64,
        /// How many octets of the canonical body follow.
        unsigned: u64,
    },
    /// 8bit text was brought into another transfer encoding.
    BodyReencoded {
        /// Which one.
        encoding: TransferEncoding,
        /// How many parts of the message it was.
        parts: usize,
    },
    /// The body became a part of a new multipart, as a list does it that adds its footer as another
    /// part.
    BodyWrapped {
        /// Where the body begins that was signed.
        at: usize,
        /// How long it is, without the line end that belongs to the boundary.
        octets: usize,
    },
    /// Lines that began with `From ` begin with `>From ` now, as in a mailbox file.
    FromEscaped {
        /// How many.
        lines: usize,
    },
    /// A header field was added whose absence, or the absence of a further one, was signed.
    FieldAdded {
        /// The field's name.
        name: Box<[u8]>,
    },
    /// A header field says the same in another encoding of its characters (RFC 2047).
    FieldReencoded {
        /// The field's name.
        name: Box<[u8]>,
    },
    /// A header field has another folding or other white space.
    FieldRefolded {
        /// The field's name.
        name: Box<[u8]>,
    },
    /// A header field was taken away.
    FieldRemoved {
        /// The field's name.
        name: Box<[u8]>,
        /// What it said.
        value: Box<[u8]>,
    },
    /// A header field has another value.
    FieldReplaced {
        /// The field's name.
        name: Box<[u8]>,
        /// The value that was signed.
        value: Box<[u8]>,
    },
    /// Header fields of one name stand in another order.
    FieldsReordered {
        /// Their name.
        name: Box<[u8]>,
    },
    /// The signed fields were changed in a way that was not found, the signature's own one perhaps;
    /// the key is the right one.
    HeaderChanged,
    /// The signature is that of the other canonical form than `c=` names.
    HeaderForm {
        /// The form that fits.
        form: Form,
    },
    /// Lines end with CRLF now that ended with a bare LF when they were signed, or the other way.
    LineEnds {
        /// How many.
        lines: usize,
        /// Whether they have a bare LF now.
        bare: bool,
    },
    /// The signature was not made with any key that is published, or `b=` was damaged: the two look
    /// the same.
    OtherKey {
        /// The length of the signature in bits.
        signature_bits: usize,
    },
    /// Something was put in front of the subject.
    SubjectPrefix {
        /// What, without white space around it.
        prefix: Box<[u8]>,
    },
    /// White space was added to the ends of lines or taken from them.
    TrailingWhiteSpace {
        /// Whether it was added.
        added: bool,
        /// How many lines.
        lines: usize,
    },
    /// The signature does not fit; whether the header was changed or another key was used cannot
    /// be told.
    Unexplained,
}

impl Finding {
    /// A word that names the kind of finding and stays the same, for programs and statistics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BodyAppended { .. } => "body-appended",
            Self::BodyChanged => "body-changed",
            Self::BodyCut { .. } => "body-cut",
            Self::BodyForm { .. } => "body-form",
            Self::BodyInserted { .. } => "body-inserted",
            Self::BodyLength { .. } => "body-length",
            Self::BodyPartlySigned { .. } => "body-partly-signed",
            Self::BodyReencoded { .. } => "body-reencoded",
            Self::BodyWrapped { .. } => "body-wrapped",
            Self::FromEscaped { .. } => "from-escaped",
            Self::FieldAdded { .. } => "field-added",
            Self::FieldReencoded { .. } => "field-reencoded",
            Self::FieldRefolded { .. } => "field-refolded",
            Self::FieldRemoved { .. } => "field-removed",
            Self::FieldReplaced { .. } => "field-replaced",
            Self::FieldsReordered { .. } => "fields-reordered",
            Self::HeaderChanged => "header-changed",
            Self::HeaderForm { .. } => "header-form",
            Self::LineEnds { .. } => "line-ends",
            Self::OtherKey { .. } => "other-key",
            Self::SubjectPrefix { .. } => "subject-prefix",
            Self::TrailingWhiteSpace { .. } => "trailing-white-space",
            Self::Unexplained => "unexplained",
        }
    }
}

/// One plain sentence, which is true also where the signature field itself was changed.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BodyAppended { at, octets } => write!(
                f,
                "The first {at} octets of the body are what was signed, and {octets} more follow \
                 them."
            ),
            Self::BodyChanged => {
                f.write_str("The body does not have the hash in bh=, and it is not known why.")
            }
            Self::BodyCut { present, signed } => {
                write!(f, "The body has {present} octets, and l= says that {signed} are signed.")
            }
            Self::BodyForm { form } => write!(
                f,
                "The hash in bh= is that of the {form} form of the body, and c= names another one."
            ),
            Self::BodyInserted { at, octets } => write!(
                f,
                "Without {octets} octets behind the first {at}, the body is what was signed."
            ),
            Self::BodyLength { hashed, said } => write!(
                f,
                "The hash in bh= is that of the first {hashed} octets of the body, and l= says \
                 {said}."
            ),
            Self::BodyPartlySigned { signed, unsigned } => write!(
                f,
                "Only the first {signed} octets of the body are signed, and {unsigned} more follow \
                 them."
            ),
            Self::BodyReencoded { encoding, parts } => {
                let parts = Count(*parts, "part");
                write!(f, "Text in 8bit was encoded as {encoding}, in {parts} of the message.")
            }
            Self::BodyWrapped { at, octets } => write!(
                f,
                "The signed body is a part of a new multipart now, {octets} octets behind the \
                 first {at}."
            ),
            Self::FromEscaped { lines } => {
                let lines = Count(*lines, "line");
                write!(f, "A \">\" was put in front of \"From \" in {lines}.")
            }
            Self::FieldAdded { name } => {
                write!(f, "A header field {} was added.", name.escape_ascii())
            }
            Self::FieldReencoded { name } => write!(
                f,
                "The header field {} says the same in another encoding now.",
                name.escape_ascii()
            ),
            Self::FieldRefolded { name } => write!(
                f,
                "The header field {} was folded or spaced anew.",
                name.escape_ascii()
            ),
            Self::FieldRemoved { name, value } => write!(
                f,
                "A header field {} was removed, which said \"{}\".",
                name.escape_ascii(),
                value.trim_ascii().escape_ascii()
            ),
            Self::FieldReplaced { name, value } => write!(
                f,
                "The header field {} said \"{}\" when it was signed.",
                name.escape_ascii(),
                value.trim_ascii().escape_ascii()
            ),
            Self::FieldsReordered { name } => write!(
                f,
                "The header fields {} were put into another order.",
                name.escape_ascii()
            ),
            Self::HeaderChanged => {
                f.write_str("What was signed of the header was changed, and it is not known how.")
            }
            Self::HeaderForm { form } => write!(
                f,
                "The signature is that of the {form} form of the header, and c= names another one."
            ),
            Self::LineEnds { lines, bare } => {
                let (was, is) = match bare {
                    true => ("CRLF", "a bare LF"),
                    false => ("A bare LF", "CRLF"),
                };
                write!(f, "{was} became {is} at the end of {}.", Count(*lines, "line"))
            }
            Self::OtherKey { signature_bits } => write!(
                f,
                "The signature of {signature_bits} bits was made with no key that is published, or \
                 b= was damaged."
            ),
            Self::SubjectPrefix { prefix } => {
                write!(f, "The subject was given the prefix \"{}\".", prefix.escape_ascii())
            }
            Self::TrailingWhiteSpace { added, lines } => {
                let what = if *added { "added to" } else { "taken from" };
                write!(f, "White space was {what} the end of {}.", Count(*lines, "line"))
            }
            Self::Unexplained => f.write_str(
                "The signature does not fit, because the header was changed or another key was used.",
            ),
        }
    }
}

/// So many of what the word names.
struct Count(usize, &'static str);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(count, word) = self;
        let plural = if *count == 1 { "" } else { "s" };
        write!(f, "{count} {word}{plural}")
    }
}

/// A transfer encoding that holds lines of ASCII only (RFC 2045 §6).
#[expect(clippy::exhaustive_enums, reason = "RFC 2045 §6.1 defines these two")]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum TransferEncoding {
    /// `base64`.
    Base64,
    /// `quoted-printable`.
    QuotedPrintable,
}

impl TransferEncoding {
    /// The encoding's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::QuotedPrintable => "quoted-printable",
        }
    }
}

impl fmt::Display for TransferEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
