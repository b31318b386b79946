//! A message as it arrives.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::mem;

use dkim_canon::{Header, HeaderReader, Progress, TooLarge};
use dkim_verify::{Policy, Refusal, Signature, Verifier, VerifySignature};
use dns_txt::{Answer, Domain, Inquiry, Question};
use mail_address::{Authors, FromDefect};

use crate::facts::Facts;
use crate::identifiers;
use crate::options::{Checks, Options};
use crate::questions::Questions;
use crate::report::Report;

/// One message, checked while it arrives.
///
/// Begin it when MAIL FROM is known: the questions of SPF can be asked from then on. The questions
/// of DKIM and DMARC come with the end of the header, and are answered while the body still arrives. Each
/// question is asked once, however many checks want its answer.
///
/// What is given in chunks may be split anywhere; the report is the same. Memory is the header
/// block plus a constant.
#[derive(Debug)]
#[must_use]
pub struct Inbound {
    checks: Checks,
    facts: Facts,
    testing_counts: bool,
    reasons: bool,
    whole_mail_from: bool,
    questions: Questions,
    helo: spf::Check,
    mail_from: spf::Check,
    stage: Stage,
}

impl Inbound {
    /// Begins with what is known before the message.
    pub fn begin(facts: Facts, options: &Options, crypto: Arc<dyn VerifySignature>) -> Self {
        let mut spf = options
            .spf
            .clone()
            .receiver(facts.receiver.clone())
            .now(facts.now.as_secs());
        spf.to_ascii = spf.to_ascii.or(options.to_ascii);
        let mut policy = options.dkim.clone();
        policy.to_ascii = policy.to_ascii.or(options.to_ascii);
        // Of nobody, SPF has nothing to ask.
        let (helo, reverse_path) = match options.checks {
            Checks::Dkim => (&b""[..], &b""[..]),
            Checks::All | Checks::DkimAndSpf => (&*facts.helo, &*facts.reverse_path),
        };
        Self {
            checks: options.checks,
            helo: spf::Check::helo(facts.client, helo, &spf),
            mail_from: spf::Check::mail_from(facts.client, helo, reverse_path, &spf),
            facts,
            questions: Questions::default(),
            stage: Stage::Header {
                reader: HeaderReader::new(options.header_octets),
                authors: options.authors,
                policy,
                crypto,
                dmarc: options.dmarc.clone(),
                to_ascii: options.to_ascii,
            },
            testing_counts: options.testing_counts,
            reasons: options.reasons,
            whole_mail_from: options.whole_mail_from,
        }
    }

    /// Takes the next octets of the message, and gives back those of them that are body.
    ///
    /// The header is complete as soon as [`header`](Self::header) gives it. An error is final: a
    /// message with such a header can only be refused, and its report is that of an empty one.
    pub fn push<'c>(&mut self, chunk: &'c [u8]) -> Result<&'c [u8], TooLarge> {
        let body = match &mut self.stage {
            Stage::Body { .. } => chunk,
            Stage::Header { reader, .. } => match reader.push(chunk)? {
                Progress::More => &[],
                Progress::Complete { header, body } => {
                    self.begin_body(header);
                    body
                }
            },
        };
        if let Stage::Body { verifier, .. } = &mut self.stage {
            let _ = verifier.body(body);
        }
        Ok(body)
    }

    /// Takes one whole header field, as a mail filter is told of it: the octets before and behind
    /// the colon, without the CRLF at the end. Ignored once the header is complete.
    pub fn field(&mut self, name: &[u8], value: &[u8]) -> Result<(), TooLarge> {
        match &mut self.stage {
            Stage::Body { .. } => Ok(()),
            Stage::Header { reader, .. } => reader.field(name, value),
        }
    }

    /// The header has ended: behind the last [`field`](Self::field), or because the message has.
    /// Does nothing if the header is complete already.
    pub fn end_header(&mut self) {
        if let Stage::Header { reader, .. } = &mut self.stage {
            let header = mem::take(reader).finish();
            self.begin_body(header);
        }
    }

    /// The header as it came, once it is complete.
    pub fn header(&self) -> Option<&Header<'static>> {
        match &self.stage {
            Stage::Body { header, .. } => Some(header),
            Stage::Header { .. } => None,
        }
    }

    /// Which fields of the header claim to be ours and must not be kept: indexes for
    /// [`Header::without`], in ascending order. Empty until the header is complete.
    pub fn forged(&self) -> &[usize] {
        match &self.stage {
            Stage::Body { forged, .. } => forged,
            Stage::Header { .. } => &[],
        }
    }

    /// The DKIM signatures that could be read; none until the header is complete.
    ///
    /// A caller that accepts less than its policy says looks at them and
    /// [refuses](Self::refuse) some, before the questions are asked.
    pub fn signatures(&self) -> impl Iterator<Item = &Signature> {
        let verifier = match &self.stage {
            Stage::Body { verifier, .. } => Some(&**verifier),
            Stage::Header { .. } => None,
        };
        verifier.into_iter().flat_map(Verifier::signatures)
    }

    /// Refuses the signature in the header field at this index, that of [`Signature::index`]. Does
    /// nothing until the header is complete; see [`Verifier::refuse`].
    pub fn refuse(&mut self, index: usize, refusal: Refusal) {
        if let Stage::Body { verifier, .. } = &mut self.stage {
            verifier.refuse(index, refusal);
        }
    }

    /// Whose mail the message says it is, or why that cannot be said; `None` until the header is
    /// complete.
    pub fn from(&self) -> Option<Result<&Authors, &FromDefect>> {
        match &self.stage {
            Stage::Body { from, .. } => Some(from.as_ref()),
            Stage::Header { .. } => None,
        }
    }

    /// Ends the message. What is still open counts as a DNS timeout.
    pub fn finish(mut self) -> Report {
        self.end_header();
        let spf_mail_from = self.mail_from.finish();
        let (dkim, mut dmarc, forged, from) = match self.stage {
            Stage::Body {
                dmarc,
                forged,
                from,
                verifier,
                ..
            } => {
                let dkim = verifier.finish();
                let known = identifiers::known(&spf_mail_from, &dkim, self.testing_counts);
                let dmarc = dmarc.into_iter().map(|mut check| {
                    check.identifiers(known.iter().cloned());
                    check.finish()
                });
                let dmarc: Vec<dmarc::Report> = dmarc.collect();
                (dkim, dmarc, forged, from)
            }
            // Not reached: the header has ended above.
            Stage::Header { .. } => {
                let missing = Err(FromDefect::Missing);
                (Vec::new(), Vec::new(), Vec::new(), missing)
            }
        };
        let has_one = from
            .as_ref()
            .is_ok_and(|authors| authors.only_domain().is_some());
        Report {
            checks: self.checks,
            authserv_id: self.facts.authserv_id,
            dkim,
            dmarc: has_one.then(|| dmarc.pop()).flatten(),
            dmarc_of_several: dmarc,
            forged,
            from,
            spf_helo: self.helo.finish(),
            spf_mail_from,
            reasons: self.reasons,
            whole_mail_from: self.whole_mail_from,
        }
    }

    fn begin_body(&mut self, header: Header<'static>) {
        let Stage::Header {
            authors,
            crypto,
            dmarc,
            policy,
            to_ascii,
            ..
        } = &self.stage
        else {
            return;
        };
        let verifier = Verifier::begin(&header, policy, Arc::clone(crypto), self.facts.now);
        let fields = header.fields().map(|field| (field.name(), field.value()));
        let forged = auth_results::forged(fields, self.facts.authserv_id.as_str());
        let fields = header.fields();
        let written = fields.map(|field| (field.name_as_written(), field.value()));
        let from = Authors::from_fields(written, *to_ascii);
        let domains = from.as_ref().map_or(&[][..], Authors::domains);
        // RFC 9989 §5.3.1: several of them are not looked at, unless the caller says so (§11.5).
        let most = match self.checks {
            Checks::All if domains.len() == 1 || *authors > 1 => *authors.max(&1),
            Checks::All | Checks::Dkim | Checks::DkimAndSpf => 0,
        };
        let dmarc = domains.iter().take(most).map(|author| {
            let mut check = dmarc::Check::begin(author.clone(), dmarc);
            // Their walks are made while their checks are: there is no time for it at the end.
            check.identifiers(identifiers::expected(&self.mail_from, &verifier));
            check
        });
        let dmarc = dmarc.collect();
        self.stage = Stage::Body {
            dmarc,
            forged,
            from,
            header,
            verifier: Box::new(verifier),
        };
    }
}

impl Inquiry for Inbound {
    fn poll_question(&mut self) -> Option<Question> {
        let questions = &mut self.questions;
        questions
            .poll(&mut self.helo)
            .or_else(|| questions.poll(&mut self.mail_from))
            .or_else(|| match &mut self.stage {
                Stage::Body {
                    dmarc, verifier, ..
                } => questions
                    .poll(&mut **verifier)
                    .or_else(|| dmarc.iter_mut().find_map(|check| questions.poll(check))),
                Stage::Header { .. } => None,
            })
    }

    fn answer(&mut self, question: &Question, answer: &Answer) {
        if !self.questions.settle(question, answer) {
            return;
        }
        self.helo.answer(question, answer);
        self.mail_from.answer(question, answer);
        if let Stage::Body {
            dmarc, verifier, ..
        } = &mut self.stage
        {
            verifier.answer(question, answer);
            for check in dmarc {
                check.answer(question, answer);
            }
        }
    }

    /// Whether nothing is left to ask or to be answered for what has arrived. The end of the header
    /// may bring more.
    fn is_settled(&self) -> bool {
        self.questions.is_empty()
            && self.helo.is_settled()
            && self.mail_from.is_settled()
            && match &self.stage {
                Stage::Body {
                    dmarc, verifier, ..
                } => verifier.is_settled() && dmarc.iter().all(Inquiry::is_settled),
                Stage::Header { .. } => true,
            }
    }
}

/// Where in the message we are.
#[derive(Debug)]
enum Stage {
    Body {
        /// One for each author domain; none if the message names several that are not looked at.
        dmarc: Vec<dmarc::Check>,
        forged: Vec<usize>,
        from: Result<Authors, FromDefect>,
        header: Header<'static>,
        verifier: Box<Verifier>,
    },
    Header {
        authors: usize,
        crypto: Arc<dyn VerifySignature>,
        dmarc: dmarc::Options,
        policy: Policy,
        reader: HeaderReader,
        to_ascii: Option<fn(&str) -> Option<Domain>>,
    },
}
