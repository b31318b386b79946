//! `mailauth dkim sign`: a message with signatures on top.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use dkim_sign::rand_core::UnwrapErr;
use dkim_sign::{Canonicalization, Fields, FieldsError, SignMessage, SignRequest, UnixTime};
use dkim_sign::{preflight, sign};
use getrandom::SysRng;

use crate::mailauth::Fault;
use crate::mailauth::message::{Message, remark};
use crate::mailauth::output::write;
use crate::mailauth::shared::Shared;
use crate::signatories::{SignArgument, Signatory};

/// Signs a message: writes the new DKIM-Signature fields, then the message octet by octet.
///
/// If the first line ends in LF alone, the message is signed as it will be on the wire, with CRLF,
/// and a remark on standard error says so; what is written then has LF throughout. What receivers
/// are known to refuse is remarked as well, and signed all the same.
#[derive(Args, Debug)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Example: mailauth dkim sign --as example.com:2026a:2026a.private message.eml > signed.eml

Fields signed where neither --headers nor --oversign says otherwise: From, To, Cc, Subject, Date,
Reply-To, MIME-Version and Content-Type, so that nobody can add another one, and others such as
Message-ID, References and List-Unsubscribe as often as the message has them."
)]
pub(super) struct Sign {
    /// Signs for this domain, under this selector, with the private key in this file; several give
    /// several signatures, in this order
    #[arg(long = "as", value_name = "DOMAIN:SELECTOR:KEYFILE", required = true)]
    signatories: Vec<SignArgument>,

    /// The canonical forms of header and body
    #[arg(long, value_name = "c/c", default_value = "relaxed/relaxed", value_parser = canonicalization)]
    canonicalization: Canonicalization,

    /// Signs the fields of these names as often as the message has them, and no others
    #[arg(long, value_name = "a:b:c")]
    headers: Option<String>,

    /// Signs the fields of these names too, and lets nobody add another one
    #[arg(long, value_name = "a:b")]
    oversign: Option<String>,

    /// The time of signing, t=; that of --now if not given
    #[arg(long, value_name = "UNIX")]
    timestamp: Option<u64>,

    /// How long after its time the signature expires, x=; never if not given
    #[arg(long, value_name = "SECONDS")]
    expires: Option<u64>,

    /// The message, - for standard input
    #[arg(value_name = "FILE|-")]
    file: PathBuf,
}

impl Sign {
    pub(super) fn run(self, shared: &Shared) -> Result<ExitCode, Fault> {
        let fields = self.fields()?;
        let signatories = self.signatories.iter().map(Signatory::read);
        let signatories: Vec<Signatory> = signatories.collect::<Result<_, _>>()?;
        let requests: Vec<SignRequest> = signatories
            .iter()
            .map(|signatory| {
                let request = signatory.request().clone();
                let request = request
                    .canonicalization(self.canonicalization)
                    .fields(fields.clone());
                match self.expires {
                    Some(seconds) => request.lifetime(seconds),
                    None => request,
                }
            })
            .collect();
        let keys = signatories.iter().map(|signatory| signatory.key());
        let keys = keys.map(|key| -> &dyn SignMessage { key });
        let requests: Vec<_> = requests.iter().zip(keys).collect();

        let message = Message::open(&self.file)?;
        let name = message.name().to_owned();
        let (octets, wire) = message.whole()?;
        let on_the_wire = wire.as_deref().unwrap_or(&octets);
        let now = UnixTime::from_secs(self.timestamp.unwrap_or_else(|| shared.now()));
        let signed = sign(on_the_wire, &requests, now, &mut UnwrapErr(SysRng))
            .map_err(|error| Fault::file(name.as_ref(), error))?;
        for finding in preflight(on_the_wire) {
            remark(&name, finding);
        }
        let mut out: String = signed.iter().map(ToString::to_string).collect();
        if wire.is_some() {
            out = out.replace("\r\n", "\n");
        }
        write(out.as_bytes())?;
        write(&octets)?;
        Ok(ExitCode::SUCCESS)
    }

    fn fields(&self) -> Result<Fields, Fault> {
        let fault = |flag| move |error: FieldsError| Fault::flag(flag, error);
        let fields = match &self.headers {
            Some(names) => Fields::only(names.split(':').map(str::trim)),
            None => Ok(Fields::default()),
        };
        let fields = fields.map_err(fault("--headers"))?;
        let names = self.oversign.iter().flat_map(|names| names.split(':'));
        names
            .map(str::trim)
            .try_fold(fields, Fields::oversign)
            .map_err(fault("--oversign"))
    }
}

fn canonicalization(text: &str) -> Result<Canonicalization, &'static str> {
    Canonicalization::parse(text.as_bytes())
        .ok_or("expected simple or relaxed for the header, a slash, and one of them for the body")
}
