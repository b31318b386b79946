//! A check as a dialogue: questions out, answers in, a report at the end.

use core::net::IpAddr;

use dns_txt::{Answer, Domain, Inquiry, Question};

use crate::evaluation::Evaluation;
use crate::options::Options;
use crate::report::Report;
use crate::subject::Subject;

/// One SPF check: whether a client may use a domain.
///
/// It owns all that it needs, asks its questions through [`Inquiry`], and takes the answers in
/// any order: the report is the same.
///
/// ```
/// use dns_txt::{Answer, Record};
/// use spf::{Check, Options, Verdict};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let client = "192.0.2.1".parse()?;
/// let mut check = Check::mail_from(client, b"mail.example.org", b"me@example.org", &Options::default());
/// dns_txt::drive(&mut check, |_question| {
///     Answer::Records(vec![Record::Txt(b"v=spf1 ip4:192.0.2.0/24 -all"[..].into())])
/// });
/// assert_eq!(check.finish().verdict, Verdict::Pass);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Check {
    evaluation: Evaluation,
}

impl Check {
    /// Checks the name given with HELO or EHLO (RFC 7208 §2.3), as it came.
    ///
    /// What is not a domain of two labels or more settles at once with `none`.
    pub fn helo(client: IpAddr, helo: &[u8], options: &Options) -> Self {
        let (subject, domain) = Subject::helo(client, helo, options);
        Self {
            evaluation: Evaluation::begin(subject, domain, options),
        }
    }

    /// Checks the reverse-path of MAIL FROM (RFC 7208 §2.4), as it came, without angle brackets.
    ///
    /// The domain is what stands behind the last `@`. An empty path stands for
    /// `postmaster@HELO`; the identity is still that of MAIL FROM. What is not a domain of two
    /// labels or more settles at once with `none`.
    pub fn mail_from(client: IpAddr, helo: &[u8], reverse_path: &[u8], options: &Options) -> Self {
        let (subject, domain) = Subject::mail_from(client, helo, reverse_path, options);
        Self {
            evaluation: Evaluation::begin(subject, domain, options),
        }
    }

    /// The domain whose policy is asked for; `None` if the identity names none.
    pub fn domain(&self) -> Option<&Domain> {
        self.evaluation.domain()
    }

    /// Ends the check. One that is not settled is a `temperror`, whatever its remaining terms
    /// would say (RFC 7208 §4.6.4); if only an explanation is missing, the verdict stands.
    pub fn finish(self) -> Report {
        self.evaluation.finish()
    }
}

impl Inquiry for Check {
    fn poll_question(&mut self) -> Option<Question> {
        self.evaluation.poll_question()
    }

    fn answer(&mut self, question: &Question, answer: &Answer) {
        self.evaluation.answer(question, answer);
    }

    fn is_settled(&self) -> bool {
        self.evaluation.is_settled()
    }
}
