//! What the DNS said, kept for a replay.

use alloc::collections::BTreeMap;
use core::fmt;

use crate::answer::Answer;
use crate::question::Question;
use crate::zone::Zone;

/// Answers seen while a check ran, to be kept as a zone in which it runs again offline.
///
/// `Display` prints the zone as master-file text; with feature `json`, `recorder.zone().to_json()`
/// is the same as JSON, for `Zone::from_json`.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use dns_txt::{Inquiry, Recorder, Resolve, Zone, drive};
/// # struct Check(Option<dns_txt::Question>);
/// # impl Inquiry for Check {
/// #     fn poll_question(&mut self) -> Option<dns_txt::Question> { self.0.take() }
/// #     fn answer(&mut self, _: &dns_txt::Question, answer: &dns_txt::Answer) {
/// #         assert_eq!(answer.texts().next(), Some(&b"v=spf1 -all"[..]));
/// #     }
/// #     fn is_settled(&self) -> bool { self.0.is_none() }
/// # }
/// # let domain: dns_txt::Domain = "example.org".parse()?;
/// # let question = dns_txt::Question::new(&domain, dns_txt::Kind::Txt);
/// # let (mut check, mut again) = (Check(Some(question.clone())), Check(Some(question)));
/// # let resolver: Zone = "example.org. TXT \"v=spf1 -all\"".parse()?;
/// let mut recorder = Recorder::new();
/// drive(&mut check, |question| {
///     let answer = resolver.resolve(question);
///     recorder.note(question, &answer);
///     answer
/// });
/// let kept = recorder.to_string();
///
/// let zone: Zone = kept.parse()?;
/// drive(&mut again, |question| zone.look_up(question));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Recorder {
    answers: BTreeMap<Question, Answer>,
}

impl Recorder {
    /// A recorder that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps the answer to a question. Of several to the same question the first is kept.
    pub fn note(&mut self, question: &Question, answer: &Answer) {
        if !self.answers.contains_key(question) {
            self.answers.insert(question.clone(), answer.clone());
        }
    }

    /// A zone that gives the same answers to the same questions. Aliases are gone: the records
    /// stand where they were asked for, each once (RFC 2181 §5).
    pub fn zone(&self) -> Zone {
        let mut zone = Zone::new();
        for (question, answer) in self.answers.iter().filter(|(_, answer)| !answer.is_void()) {
            zone.set(question.clone(), answer.clone());
        }
        // What is void mostly needs no word, for a zone answers so by itself. The names that exist
        // come first, since each brings its ancestors into being; then those that do not, in spite
        // of one below that does. Beside a wildcard all of it is said: which names the wildcard
        // answers for depends on what else is in the zone.
        let is_wildcard = |question: &Question| question.name().labels().next() == Some(b"*");
        let all = self.answers.keys().any(is_wildcard);
        let no_such_name = |answer: &Answer| *answer == Answer::NoSuchName;
        for missing in [false, true] {
            for (question, answer) in &self.answers {
                if answer.is_void()
                    && no_such_name(answer) == missing
                    && (all || zone.look_up(question) != answer)
                {
                    zone.set(question.clone(), answer.clone());
                }
            }
        }
        zone
    }
}

/// The zone as master-file text.
impl fmt::Display for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.zone().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec;
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;
    use crate::answer::{Failure, Record};
    use crate::name::Name;
    use crate::question::Kind;

    #[test]
    fn only_what_a_zone_would_not_say_by_itself_is_said() {
        let resolver: Zone = "a.example. TXT x\nc.example. CNAME a.example.\n\
                              $STATUS d.example. TIMEOUT\n$STATUS e.example. NODATA"
            .parse()
            .unwrap();
        let mut recorder = Recorder::new();
        for (name, kind) in [
            ("a.example", Kind::Txt),
            ("a.example", Kind::Mx),
            ("b.example", Kind::Txt),
            ("c.example", Kind::Txt),
            ("d.example", Kind::A),
            ("e.example", Kind::A),
        ] {
            let question = Question::new(name.parse::<Name>().unwrap(), kind);
            recorder.note(&question, resolver.look_up(&question));
        }
        assert_eq!(
            recorder.to_string(),
            "a.example. TXT \"x\"\n\
             c.example. TXT \"x\"\n\
             $STATUS d.example. A TIMEOUT\n\
             $STATUS e.example. A NODATA\n"
        );
    }

    #[test]
    fn a_wildcard_that_was_asked_for_answers_nothing_else() {
        let resolver: Zone = "*.example. TXT x\nn.example. MX 0 .\n$STATUS a.n.example. NODATA"
            .parse()
            .unwrap();
        let mut recorder = Recorder::new();
        let questions = [
            ("*.example", Kind::Txt),
            ("a.n.example", Kind::A),
            ("n.example", Kind::Txt),
        ];
        let questions =
            questions.map(|(name, kind)| Question::new(name.parse::<Name>().unwrap(), kind));
        for question in &questions {
            recorder.note(question, resolver.look_up(question));
        }
        let replay: Zone = recorder.to_string().parse().unwrap();
        for question in &questions {
            assert_eq!(
                replay.look_up(question),
                resolver.look_up(question),
                "{question}"
            );
        }
    }

    fn name() -> impl Strategy<Value = Name> {
        proptest::collection::vec("[ab*]", 0..4)
            .prop_map(|labels| Name::from_labels(labels.iter().map(|l| l.as_bytes())).unwrap())
    }

    fn asked() -> impl Strategy<Value = (Question, Answer)> {
        let answer = prop_oneof![
            Just(Answer::NoSuchName),
            Just(Answer::NO_DATA),
            Just(Answer::Failed(Failure::Timeout)),
            any::<Vec<u8>>().prop_map(|text| Answer::Records(vec![Record::Txt(text.into())])),
        ];
        (name(), answer).prop_map(|(name, answer)| (Question::new(name, Kind::Txt), answer))
    }

    proptest! {
        #[test]
        fn a_replay_gives_the_answers_that_were_recorded(
            seen in proptest::collection::vec(asked(), 0..12)
        ) {
            let mut recorder = Recorder::new();
            for (question, answer) in &seen {
                recorder.note(question, answer);
            }
            let replay: Zone = recorder.to_string().parse().unwrap();
            for (question, answer) in &recorder.answers {
                prop_assert_eq!(replay.look_up(question), answer);
            }
        }
    }
}
