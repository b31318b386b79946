//! `mailauth dkim sign`: a message with signatures on top.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use dkim_sign::rand_core::UnwrapErr;
use dkim_sign::{Canonicalization, Fields, FieldsError, SignError, SignMessage, SignRequest};
use dkim_sign::{SignRequestError, UnixTime, preflight, sign};
use getrandom::SysRng;
use serde::Serialize;

use crate::mailauth::Fault;
use crate::mailauth::message::{Message, remark};
use crate::mailauth::output::{Output, write};
use crate::mailauth::shared::{Shared, unix_time};
use crate::signatories::{SignArgument, Signatory};

/// Signs a message: writes the new DKIM-Signature fields, then the message octet by octet.
///
/// If the first line ends in LF alone, the message is signed as it will be on the wire, with CRLF,
/// and a remark on standard error says so; what is written then has LF throughout. What receivers
/// are known to refuse is remarked as well, and signed all the same. With --json the new fields
/// alone are written.
#[derive(Args, Debug)]
#[command(
    verbatim_doc_comment,
    args = Shared::hidden(USELESS),
    after_help = "\
Example: mailauth dkim sign --as example.com:2026a:2026a.private message.eml > signed.eml

Fields signed where neither --headers nor --oversign says otherwise: From, To, Cc, Subject, Date,
Reply-To, MIME-Version and Content-Type, so that nobody can add another one, and others such as
Message-ID, References and List-Unsubscribe as often as the message has them.

JSON keys: headers, the new fields, the topmost first."
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
    #[arg(long, value_name = "UNIX", value_parser = unix_time, allow_negative_numbers = true)]
    timestamp: Option<u64>,

    /// How long after its time the signature expires, x=; never if not given
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    expires: Option<u64>,

    /// The message, - for standard input
    #[arg(value_name = "FILE|-")]
    file: PathBuf,
}

impl Sign {
    pub(super) fn run(self, shared: &Shared) -> Result<ExitCode, Fault> {
        shared.remark_useless(USELESS);
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
            .map_err(|error| self.fault(&name, now, error))?;
        for finding in preflight(on_the_wire) {
            remark(&name, finding);
        }
        let fields: Vec<String> = signed.iter().map(ToString::to_string).collect();
        if shared.output() == Output::Json {
            // Without their last line ends.
            let headers = fields.iter().map(|field| field.trim_end()).collect();
            return Output::Json.answer(&Json { headers }, "");
        }
        let mut out = fields.concat();
        if wire.is_some() {
            out = out.replace("\r\n", "\n");
        }
        write(out.as_bytes())?;
        write(&octets)?;
        Ok(ExitCode::SUCCESS)
    }

    /// Blames the flag that asks for a signature which cannot be made, or else the message.
    fn fault(&self, name: &str, now: UnixTime, error: SignError) -> Fault {
        let SignError::Request(request) = &error else {
            return Fault::flag("--as", error);
        };
        let flag = match request {
            SignRequestError::DomainOfOneLabel { .. }
            | SignRequestError::NameTooLong { .. }
            | SignRequestError::SelectorShared { .. } => "--as",
            SignRequestError::Lifetime => "--expires",
            SignRequestError::Time if now <= LAST_TIME => "--expires",
            SignRequestError::Time if self.timestamp.is_some() => "--timestamp",
            SignRequestError::Time => "--now",
            _ => return Fault::file(name.as_ref(), error),
        };
        Fault::flag(flag, error)
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

/// The keys that `--json` has.
#[derive(Serialize)]
struct Json<'f> {
    headers: Vec<&'f str>,
}

fn seconds(text: &str) -> Result<u64, &'static str> {
    text.parse()
        .map_err(|_| "expected a number of seconds, without a sign")
}

fn canonicalization(text: &str) -> Result<Canonicalization, &'static str> {
    Canonicalization::parse(text.as_bytes())
        .ok_or("expected simple or relaxed for the header, a slash, and one of them for the body")
}

/// The latest time of the twelve digits that `t=` and `x=` have (RFC 6376 §3.5).
const LAST_TIME: UnixTime = UnixTime::from_secs(999_999_999_999);

/// Flags of all subcommands that have no effect on this one, which asks nothing.
const USELESS: &[&str] = &["nameserver", "record", "zone"];
