//! Results without an authserv-id, as some large providers write them.

use alloc::vec::Vec;

use mail_address::rfc5322::cfws::{comment, quoted_string};

use crate::field::ResInfo;

/// Results that nobody puts their name to.
///
/// Exchange Online writes Authentication-Results that begin with the first result, or have an id in
/// front of the second, and properties without a type (`action=none`). They are of use to somebody
/// who looks for the cause of something. They must decide nothing: without an authserv-id, whoever
/// wrote the message may have written them. So they are a type of their own, which no function of
/// this crate turns into a field.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct UnidentifiedResults {
    /// What can be read as results, in the order of the field.
    pub results: Vec<ResInfo>,
}

impl UnidentifiedResults {
    /// Reads what can be read of the value of a field. Pieces between two semicolons that are no
    /// result, such as an authserv-id, are passed over; so are words behind a result that are
    /// neither a reason nor a property.
    ///
    /// ```
    /// use auth_results::{Method, PropertyType, UnidentifiedResults};
    ///
    /// let value = b" spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom=example.net; \
    ///     dmarc=bestguesspass action=none\r\n header.from=example.net;compauth=pass reason=109";
    /// let read = UnidentifiedResults::parse(value);
    /// assert_eq!(read.results.len(), 3);
    /// let from = read.results[1].property(&PropertyType::Header, "from");
    /// assert_eq!((&read.results[1].method, from), (&Method::Dmarc, Some("example.net")));
    /// ```
    pub fn parse(value: &[u8]) -> Self {
        let mut results = Vec::new();
        let mut rest = value;
        while !rest.is_empty() {
            let (piece, behind) = split_piece(rest);
            rest = behind;
            results.extend(ResInfo::parse_leniently(piece));
        }
        Self { results }
    }
}

/// What stands before the next semicolon outside of comments and quotes, and what stands behind
/// it. A comment or a quoted string that does not end goes on to the end of the field.
fn split_piece(value: &[u8]) -> (&[u8], &[u8]) {
    let mut rest = value;
    while let Some((&first, tail)) = rest.split_first() {
        rest = match first {
            b';' => {
                let length = value.len() - rest.len();
                return (value.get(..length).unwrap_or(value), tail);
            }
            b'(' => comment::<()>(rest).map_or(&[][..], |(behind, _)| behind),
            b'"' => quoted_string::<()>(rest).map_or(&[][..], |(behind, _)| behind),
            _ => tail,
        };
    }
    (value, &[])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AuthenticationResults, Method, PropertyType, ResultCode};

    fn results(value: &str) -> Vec<ResInfo> {
        UnidentifiedResults::parse(value.as_bytes()).results
    }

    #[test]
    fn an_id_in_front_of_any_result_is_passed_over() {
        // Exchange Online, about mail that was not signed.
        let value = " dkim=none (message not signed)\r\n header.d=none;example.com; dmarc=none \
            action=none\r\n header.from=example.net;\r\n";
        let expected = [
            ResInfo::new(Method::Dkim, ResultCode::None)
                .with_comment("message not signed")
                .with_property(PropertyType::Header, "d", b"none"),
            ResInfo::new(Method::Dmarc, ResultCode::None).with_property(
                PropertyType::Header,
                "from",
                b"example.net",
            ),
        ];
        assert_eq!(results(value), expected);
        assert!(AuthenticationResults::parse(value.as_bytes()).is_err());
    }

    #[test]
    fn a_sound_field_gives_its_results() {
        let value = "mx.example 1; spf=pass (a; b) smtp.helo=\"c;d\"; none; dkim/1 = fail reason=e";
        let [spf, dkim] = &*results(value) else {
            panic!("two results: {:?}", results(value));
        };
        assert_eq!(spf.property(&PropertyType::Smtp, "helo"), Some("c;d"));
        assert_eq!(dkim.reason.as_ref().map(crate::Value::as_str), Some("e"));
    }

    #[test]
    fn what_is_no_result_gives_none() {
        for value in [
            "",
            ";",
            "none",
            "a; b",
            "spf",
            "spf=",
            "=pass",
            "(spf=pass",
            "\"spf=pass",
        ] {
            assert_eq!(results(value), [], "{value}");
        }
        let results = results("spf=pass smtp.helo=; dkim=pass header.d=x");
        assert_eq!(results.len(), 2);
        assert!(results[0].properties.is_empty());
    }

    #[test]
    fn long_input_is_read_in_one_go() {
        assert!(results(&"a(;".repeat(100_000)).is_empty());
        assert!(results(&"a\";".repeat(100_001)).is_empty());
        assert_eq!(results(&"a=b x y.z;".repeat(50_000)).len(), 50_000);
        assert_eq!(results(&"a=b ".repeat(50_000)).len(), 1);
    }
}
