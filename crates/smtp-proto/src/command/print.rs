//! Commands written to the wire.

use alloc::string::ToString;
use alloc::vec::Vec;

use super::{Auth, Command, ForwardPath, Mail, Rcpt};

impl Command<'_> {
    /// Appends the command and its CRLF.
    pub fn print(&self, out: &mut Vec<u8>) {
        match self {
            Self::Auth(auth) => print_auth(auth, out),
            Self::Bdat(bdat) => {
                put(out, "BDAT");
                bdat.print(out);
            }
            Self::Data => put(out, "DATA"),
            Self::Ehlo(name) => print_with(out, "EHLO", name.as_str()),
            Self::Expn(argument) => print_with(out, "EXPN", argument.as_str()),
            Self::Helo(name) => print_with(out, "HELO", name.as_str()),
            Self::Help(None) => put(out, "HELP"),
            Self::Help(Some(argument)) => print_with(out, "HELP", argument.as_str()),
            Self::Lhlo(name) => print_with(out, "LHLO", name.as_str()),
            Self::Mail(mail) => print_mail(mail, out),
            Self::Noop(None) => put(out, "NOOP"),
            Self::Noop(Some(argument)) => print_with(out, "NOOP", argument.as_str()),
            Self::Quit => put(out, "QUIT"),
            Self::Rcpt(rcpt) => print_rcpt(rcpt, out),
            Self::Rset => put(out, "RSET"),
            Self::StartTls => put(out, "STARTTLS"),
            Self::Vrfy(argument) => print_with(out, "VRFY", argument.as_str()),
            Self::XClient(xclient) => print_with(out, "XCLIENT", &xclient.to_string()),
        }
        put(out, "\r\n");
    }
}

/// `"AUTH" SP mechanism [SP initial-response]`, where `=` is an empty response (RFC 4954 §4).
fn print_auth(auth: &Auth<'_>, out: &mut Vec<u8>) {
    print_with(out, "AUTH", auth.mechanism.name());
    match auth.initial_response.map(|response| response.as_base64()) {
        None => {}
        Some(b"") => put(out, " ="),
        Some(base64) => {
            put(out, " ");
            out.extend_from_slice(base64);
        }
    }
}

/// `"MAIL FROM:" Reverse-path [SP Mail-parameters]`
fn print_mail(mail: &Mail<'_>, out: &mut Vec<u8>) {
    put(out, "MAIL FROM:<");
    put(
        out,
        mail.reverse_path.map_or("", |mailbox| mailbox.as_str()),
    );
    put(out, ">");
    if let Some(size) = mail.size {
        put(out, " SIZE=");
        put(out, &size.to_string());
    }
    if let Some(body) = mail.body {
        put(out, " BODY=");
        put(out, body.as_str());
    }
    if mail.smtp_utf8 {
        put(out, " SMTPUTF8");
    }
    if let Some(auth) = mail.auth {
        put(out, " AUTH=");
        put(out, auth.as_str());
    }
    if mail.require_tls {
        put(out, " REQUIRETLS");
    }
    if let Some(ret) = mail.ret {
        put(out, " RET=");
        put(out, ret.as_str());
    }
    if let Some(envelope_id) = mail.envelope_id {
        put(out, " ENVID=");
        put(out, envelope_id.as_str());
    }
}

/// `"RCPT TO:" Forward-path [SP Rcpt-parameters]`
fn print_rcpt(rcpt: &Rcpt<'_>, out: &mut Vec<u8>) {
    put(out, "RCPT TO:<");
    match rcpt.forward_path {
        ForwardPath::Mailbox(mailbox) => put(out, mailbox.as_str()),
        ForwardPath::Postmaster => put(out, "Postmaster"),
    }
    put(out, ">");
    if let Some(notify) = rcpt.notify {
        put(out, " NOTIFY=");
        put(out, &notify.to_string());
    }
    if let Some(original) = rcpt.original_recipient {
        put(out, " ORCPT=");
        put(out, original.address_type());
        put(out, ";");
        put(out, original.address().as_str());
    }
}

/// A verb and its argument.
fn print_with(out: &mut Vec<u8>, verb: &str, argument: &str) {
    put(out, verb);
    put(out, " ");
    put(out, argument);
}

fn put(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}
