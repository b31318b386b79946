//! A message of our own, signed while its body passes.

use dkim_canon::{Header, UnixTime};
use dkim_sign::rand_core::UnwrapErr;
use dkim_sign::{SignRequestError, SignedField, Signer, SigningFailed};
use getrandom::SysRng;
use milter_proto::Edits;
use milter_proto::edit::EditError;

use super::decision::Signing;

/// The signatures of one message. Of the body nothing is kept but hashes.
#[derive(Debug)]
pub(super) struct Sign {
    forged: Edits,
    signer: Signer,
    signings: Vec<Signing>,
}

impl Sign {
    /// Begins with the header, from which what `forged` deletes is gone already.
    pub(super) fn begin(
        header: &Header<'_>,
        forged: Edits,
        signings: Vec<Signing>,
        now: UnixTime,
    ) -> Result<Self, SignRequestError> {
        let requests = signings.iter().map(|signing| &signing.request);
        let signer = Signer::begin(header, requests, now)?;
        Ok(Self {
            forged,
            signer,
            signings,
        })
    }

    pub(super) fn body(&mut self, piece: &[u8]) {
        self.signer.body(piece);
    }

    /// The fields, in the order of the tables, each with what it was asked to say; and the
    /// deletions of what was forged.
    pub(super) fn finish(self) -> Result<(Vec<(Signing, SignedField)>, Edits), SigningFailed> {
        let unsigned = self.signer.finish();
        let made: Result<_, SigningFailed> = unsigned
            .into_iter()
            .zip(self.signings)
            .map(|(unsigned, signing)| {
                let field = unsigned.sign_with(&*signing.key, &mut UnwrapErr(SysRng))?;
                Ok((signing, field))
            })
            .collect();
        Ok((made?, self.forged))
    }
}

/// Puts a whole field, as it is printed, below `position` others.
pub(super) fn insert(edits: &mut Edits, position: u32, field: &str) -> Result<(), EditError> {
    let (name, value) = field.split_once(':').unwrap_or((field, ""));
    let value = value.strip_suffix("\r\n").unwrap_or(value);
    edits.insert_header(position, name, value)
}
