//! Commands read from a line.
//!
//! Verbs and keywords are read in any case, blanks at the end of the line are dropped (RFC 5321
//! §4.1.1), and a blank behind `FROM:` and `TO:` is forgiven.

use mail_address::MailboxRef;
use memchr::memchr;
use nom::bytes::complete::{tag, tag_no_case, take_while, take_while1};
use nom::combinator::{opt, recognize, rest};
use nom::multi::many0_count;
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

use super::word::{
    AUTH, BDAT, BODY, DATA, EHLO, ENVID, EXPN, HELO, HELP, LHLO, MAIL, NOOP, NOTIFY, ORCPT, QUIT,
    RCPT, RET, RSET, SIZE, SMTPUTF8, STARTTLS, VRFY, Word, XCLIENT,
};
use super::{
    Argument, Auth, Bdat, Body, ClientName, Command, CommandError, ForwardPath, Mail, Notify,
    OriginalRecipient, Rcpt, Response, Ret, XClient, Xtext, dsn,
};
use crate::sasl::Mechanism;

impl<'i> Command<'i> {
    /// Reads one line without its CRLF.
    pub fn parse(line: &'i [u8]) -> Result<Self, CommandError> {
        command(line).map_err(|error| match error {
            _ if may_be_bdat(line) => CommandError::Chunk,
            CommandError::Argument { offset }
            | CommandError::Parameter { offset }
            | CommandError::ParameterValue { offset }
                if line.get(offset..).is_none_or(<[u8]>::is_ascii) =>
            {
                error
            }
            // Only addresses have a use for these octets, so they are what is wrong.
            _ if !line.is_ascii() => CommandError::EightBit,
            _ => error,
        })
    }
}

fn command(line: &[u8]) -> Result<Command<'_>, CommandError> {
    let trimmed = trim_end(line);
    let (arguments, verb) = verb(trimmed).map_err(|_| CommandError::Verb)?;
    let argument_error = CommandError::Argument {
        offset: trimmed.len() - arguments.len(),
    };
    let alone = |command| match arguments {
        b"" => Ok(command),
        _ => Err(argument_error),
    };
    let text = || one_argument(arguments).and_then(Argument::parse);
    // `VRFY SP String [ SP "SMTPUTF8" ]` (RFC 6531 §3.7.4.2): the parameter is part of the text.
    let name = || one_argument(arguments).and_then(Argument::parse_utf8);
    let text_or_nothing = || match arguments {
        b"" => Ok(None),
        _ => text().map(Some).ok_or(argument_error),
    };
    let client_name = || {
        one_argument(arguments)
            .and_then(client_name)
            .ok_or(argument_error)
    };
    match Word::new(verb) {
        AUTH => auth(arguments, argument_error),
        BDAT => Bdat::parse(arguments)
            .map(Command::Bdat)
            .ok_or(CommandError::Chunk),
        DATA => alone(Command::Data),
        EHLO => client_name().map(Command::Ehlo),
        EXPN => name().map(Command::Expn).ok_or(argument_error),
        HELO => client_name().map(Command::Helo),
        HELP => text_or_nothing().map(Command::Help),
        LHLO => client_name().map(Command::Lhlo),
        MAIL => mail(trimmed, arguments),
        NOOP => text_or_nothing().map(Command::Noop),
        QUIT => alone(Command::Quit),
        RCPT => rcpt(trimmed, arguments),
        RSET => alone(Command::Rset),
        STARTTLS => alone(Command::StartTls),
        VRFY => name().map(Command::Vrfy).ok_or(argument_error),
        XCLIENT => one_argument(arguments)
            .and_then(XClient::parse)
            .map(Command::XClient)
            .ok_or(argument_error),
        _ => Err(CommandError::Verb),
    }
}

/// Whether somebody might take a line for `BDAT`, who forgives more than this crate: then a chunk
/// stands behind it, in which nobody must look for commands.
fn may_be_bdat(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    let verb = line.get(..4).unwrap_or_default();
    let next = line.get(4);
    Word::new(verb) == BDAT && !next.is_some_and(u8::is_ascii_alphabetic)
}

/// A line without the blanks at its end (RFC 5321 §4.1.1).
fn trim_end(mut line: &[u8]) -> &[u8] {
    while let [start @ .., b' ' | b'\t'] = line {
        line = start;
    }
    line
}

/// Letters, up to the end of the line or a blank.
fn verb(input: &[u8]) -> IResult<&[u8], &[u8], ()> {
    let (rest, verb) = take_while1(|octet: u8| octet.is_ascii_alphabetic()).parse(input)?;
    match rest.first() {
        None | Some(b' ') => Ok((rest, verb)),
        Some(_) => Err(nom::Err::Error(())),
    }
}

/// What stands behind the blanks, if anything does.
fn one_argument(arguments: &[u8]) -> Option<&[u8]> {
    let (rest, _) = blanks(arguments).ok()?;
    Some(rest)
}

/// `Domain / address-literal`, and whatever some clients say after it (RFC 5321 §4.1.1.1).
fn client_name(input: &[u8]) -> Option<ClientName<'_>> {
    let name = input.split(|&octet| octet == b' ').next()?;
    let rest = input.get(name.len()..)?;
    if !rest.is_empty() {
        Argument::parse(rest.trim_ascii())?;
    }
    ClientName::parse(name)
}

/// `"AUTH" SP mechanism [SP initial-response]` (RFC 4954 §4)
fn auth(arguments: &[u8], argument_error: CommandError) -> Result<Command<'_>, CommandError> {
    let mut words = (
        preceded(blanks, take_while1(|octet| octet != b' ')),
        opt(preceded(blanks, rest)),
    );
    let (_, (name, response)) = words
        .parse(arguments)
        .map_err(|_: nom::Err<()>| argument_error)?;
    let mechanism = Mechanism::parse(name).ok_or(CommandError::Mechanism)?;
    let initial_response = match response {
        None => None,
        Some(word) => Some(Response::parse_initial(word).ok_or(CommandError::Response)?),
    };
    Ok(Command::Auth(Auth::new(mechanism, initial_response)))
}

/// `mail = "MAIL FROM:" Reverse-path [SP Mail-parameters] CRLF`
fn mail<'i>(line: &'i [u8], arguments: &'i [u8]) -> Result<Command<'i>, CommandError> {
    let (parameters, reverse_path) = preceded(prefix("FROM:"), reverse_path)
        .parse(arguments)
        .map_err(|_| CommandError::ReversePath)?;
    let mut mail = Mail::new(reverse_path);
    for_each_parameter(line, parameters, |keyword, value| {
        Parameter::known(match Word::new(keyword) {
            AUTH => once(&mut mail.auth, value.and_then(Xtext::parse)),
            // A kind of body that nobody here can carry is no malformed one.
            BODY => match value.map(body_value) {
                Some(None) => return Parameter::Unknown,
                body => once(&mut mail.body, body.flatten()),
            },
            ENVID => once(&mut mail.envelope_id, value.and_then(dsn::envelope_id)),
            RET => once(&mut mail.ret, value.and_then(Ret::parse)),
            SIZE => once(&mut mail.size, value.and_then(size_value)),
            SMTPUTF8 => flag(&mut mail.smtp_utf8, value),
            _ if keyword.eq_ignore_ascii_case(b"REQUIRETLS") => flag(&mut mail.require_tls, value),
            _ => return Parameter::Unknown,
        })
    })?;
    Ok(Command::Mail(mail))
}

/// `rcpt = "RCPT TO:" ( "<Postmaster@" Domain ">" / "<Postmaster>" / Forward-path )
/// [SP Rcpt-parameters] CRLF`
fn rcpt<'i>(line: &'i [u8], arguments: &'i [u8]) -> Result<Command<'i>, CommandError> {
    let (parameters, forward_path) = preceded(prefix("TO:"), forward_path)
        .parse(arguments)
        .map_err(|_| CommandError::ForwardPath)?;
    let mut rcpt = Rcpt::new(forward_path);
    for_each_parameter(line, parameters, |keyword, value| {
        Parameter::known(match Word::new(keyword) {
            NOTIFY => once(&mut rcpt.notify, value.and_then(Notify::parse)),
            ORCPT => {
                let original = value.and_then(OriginalRecipient::parse);
                once(&mut rcpt.original_recipient, original)
            }
            _ => return Parameter::Unknown,
        })
    })?;
    Ok(Command::Rcpt(rcpt))
}

/// A blank, the Word, and the blank that some clients put behind it.
fn prefix<'i>(word: &'static str) -> impl Parser<&'i [u8], Output = &'i [u8], Error = ()> {
    delimited(blanks, tag_no_case(word), take_while(|octet| octet == b' '))
}

/// `Reverse-path = Path / "<>"`
fn reverse_path(input: &[u8]) -> IResult<&[u8], Option<MailboxRef<'_>>, ()> {
    match input.strip_prefix(b"<>") {
        Some(rest) => Ok((rest, None)),
        None => path.map(Some).parse(input),
    }
}

/// `"<Postmaster>" / Forward-path`, where "Postmaster" is read in any case (RFC 5321 §4.1.1.3).
fn forward_path(input: &[u8]) -> IResult<&[u8], ForwardPath<'_>, ()> {
    match tag_no_case::<_, _, ()>("<Postmaster>").parse(input) {
        Ok((rest, _)) => Ok((rest, ForwardPath::Postmaster)),
        Err(_) => path.map(ForwardPath::Mailbox).parse(input),
    }
}

/// `Path = "<" [ A-d-l ":" ] Mailbox ">"`; the source route is dropped (RFC 5321 §4.1.1.3).
fn path(input: &[u8]) -> IResult<&[u8], MailboxRef<'_>, ()> {
    delimited(
        tag("<"),
        preceded(opt(terminated(at_domain_list, tag(":"))), mailbox),
        tag(">"),
    )
    .parse(input)
}

/// `A-d-l = At-domain *( "," At-domain )`
fn at_domain_list(input: &[u8]) -> IResult<&[u8], &[u8], ()> {
    recognize((at_domain, many0_count(preceded(tag(","), at_domain)))).parse(input)
}

/// `At-domain = "@" Domain`
fn at_domain(input: &[u8]) -> IResult<&[u8], &[u8], ()> {
    let is_domain =
        |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_');
    preceded(tag("@"), take_while1(is_domain)).parse(input)
}

fn mailbox(input: &[u8]) -> IResult<&[u8], MailboxRef<'_>, ()> {
    MailboxRef::split(input)
        .map(|(mailbox, rest)| (rest, mailbox))
        .map_err(|_| nom::Err::Error(()))
}

/// `1*SP`
fn blanks(input: &[u8]) -> IResult<&[u8], &[u8], ()> {
    take_while1(|octet| octet == b' ').parse(input)
}

/// What is thought of a parameter.
enum Parameter {
    Good,
    Malformed,
    Unknown,
}

impl Parameter {
    fn known(is_good: bool) -> Self {
        match is_good {
            true => Self::Good,
            false => Self::Malformed,
        }
    }
}

/// `Mail-parameters = esmtp-param *(SP esmtp-param)`
///
/// What `judge` takes for good fits the grammar of every parameter too, so that only what is left
/// is held against it.
fn for_each_parameter<'i>(
    line: &[u8],
    mut parameters: &'i [u8],
    mut judge: impl FnMut(&'i [u8], Option<&'i [u8]>) -> Parameter,
) -> Result<(), CommandError> {
    while !parameters.is_empty() {
        let before_blanks = line.len() - parameters.len();
        let Ok((parameter, _)) = blanks(parameters) else {
            return Err(CommandError::Argument {
                offset: before_blanks,
            });
        };
        let length = memchr(b' ', parameter).unwrap_or(parameter.len());
        let (parameter, rest) = parameter
            .split_at_checked(length)
            .unwrap_or((parameter, b""));
        let (keyword, value) = match memchr(b'=', parameter) {
            None => (parameter, None),
            Some(equals) => (
                parameter.get(..equals).unwrap_or_default(),
                parameter.get(equals + 1..),
            ),
        };
        let offset = line.len() - rest.len() - parameter.len();
        match judge(keyword, value) {
            Parameter::Good => parameters = rest,
            bad => {
                let after = esmtp_param(parameter).map_or(parameter, |(after, _)| after);
                return Err(match bad {
                    _ if !after.is_empty() => CommandError::Argument {
                        offset: line.len() - rest.len() - after.len(),
                    },
                    Parameter::Unknown => CommandError::Parameter { offset },
                    _ => CommandError::ParameterValue { offset },
                });
            }
        }
    }
    Ok(())
}

/// `esmtp-param = esmtp-keyword ["=" esmtp-value]`
fn esmtp_param(input: &[u8]) -> IResult<&[u8], &[u8], ()> {
    let keyword = take_while1(|octet: u8| octet.is_ascii_alphanumeric() || octet == b'-');
    let value = take_while1(|octet| matches!(octet, 33..=60 | 62..=126));
    recognize((keyword, opt(preceded(tag("="), value)))).parse(input)
}

/// Fills a parameter that may be given once only; whether it could.
fn once<T>(place: &mut Option<T>, value: Option<T>) -> bool {
    let fits = place.is_none() && value.is_some();
    *place = value;
    fits
}

/// Sets a parameter without a value that may be given once only; whether it could.
fn flag(place: &mut bool, value: Option<&[u8]>) -> bool {
    let fits = value.is_none() && !*place;
    *place = true;
    fits
}

/// `size-value = 1*20DIGIT` (RFC 1870 §3)
fn size_value(value: &[u8]) -> Option<u64> {
    if value.len() > 20 {
        return None;
    }
    value.iter().try_fold(0u64, |octets, digit| {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
        Some(octets.saturating_mul(10).saturating_add(digit))
    })
}

/// `body-value ::= "7BIT" / "8BITMIME" / "BINARYMIME"` (RFC 3030 §3)
fn body_value(value: &[u8]) -> Option<Body> {
    [Body::EightBitMime, Body::SevenBit, Body::BinaryMime]
        .into_iter()
        .find(|body| body.as_str().as_bytes().eq_ignore_ascii_case(value))
}
