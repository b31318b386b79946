//! Replies that every server needs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Code, EnhancedCode, Reply, Text};

/// A reply whose line is put together by the compiler: one is printed for nearly every command.
macro_rules! ready {
    // RFC 3463 §2 has no enhanced code for 3yz.
    ($code:literal, $text:literal) => {
        Self {
            code: Code::known($code),
            enhanced: None,
            text: Text::ready(concat!($code, " ", $text, "\r\n"), $text),
        }
    };
    ($code:literal, $class:literal, $subject:literal, $detail:literal, $text:literal) => {
        Self {
            code: Code::known($code),
            enhanced: Some(EnhancedCode::known($class, $subject, $detail)),
            text: Text::ready(
                concat!(
                    $code, " ", $class, ".", $subject, ".", $detail, " ", $text, "\r\n"
                ),
                $text,
            ),
        }
    };
}

impl Reply {
    /// 220: answers a connection. The server puts its name before the text.
    pub const fn greeting() -> Self {
        Self::bare(220, "ESMTP")
    }

    /// 250: answers `EHLO` and `HELO`. The server puts its name before it, and its extensions
    /// behind it.
    pub const fn hello() -> Self {
        Self::bare(250, "")
    }

    /// 250 2.0.0: it was done.
    pub const fn ok() -> Self {
        ready!(250, 2, 0, 0, "OK")
    }

    /// 250 2.1.0: the sender is accepted.
    pub const fn sender_ok() -> Self {
        ready!(250, 2, 1, 0, "Sender OK")
    }

    /// 250 2.1.5: the recipient is accepted.
    pub const fn recipient_ok() -> Self {
        ready!(250, 2, 1, 5, "Recipient OK")
    }

    /// 354: the message may come.
    pub const fn start_data() -> Self {
        ready!(354, "End data with <CR><LF>.<CR><LF>")
    }

    /// 220 2.0.0: TLS may begin.
    pub const fn start_tls() -> Self {
        ready!(220, 2, 0, 0, "Ready to start TLS")
    }

    /// 334: what the client has to answer, in base64 (RFC 4954 §4).
    pub fn challenge(octets: &[u8]) -> Self {
        Self {
            code: Code::known(334),
            enhanced: None,
            text: STANDARD.encode(octets).into(),
        }
    }

    /// 235 2.7.0: the client is who it says it is (RFC 4954 §6).
    pub const fn authenticated() -> Self {
        ready!(235, 2, 7, 0, "Authentication successful")
    }

    /// 535 5.7.8: the client is not who it says it is (RFC 4954 §6).
    pub const fn bad_credentials() -> Self {
        ready!(535, 5, 7, 8, "Authentication credentials invalid")
    }

    /// 554 5.7.1: neither the sender nor the recipient is ours. RFC 5321 §3.6.2 would have 550;
    /// 554 is Postfix's (`relay_domains_reject_code`), which most clients have met.
    pub const fn relay_denied() -> Self {
        ready!(554, 5, 7, 1, "Relay access denied")
    }

    /// 550 5.1.1: the recipient's domain is ours, and has no such user.
    pub const fn no_such_user() -> Self {
        ready!(550, 5, 1, 1, "No such user")
    }

    /// 451 4.3.0: something of ours does not work now.
    pub const fn try_again() -> Self {
        ready!(451, 4, 3, 0, "Local error in processing, try again later")
    }

    /// 421 4.3.2: the server is about to stop. The server puts its name before the text, and
    /// closes.
    pub const fn shutting_down() -> Self {
        ready!(421, 4, 3, 2, "Service shutting down")
    }

    /// 421 4.4.2: the client took longer than its time. The server puts its name before the text,
    /// and closes.
    pub const fn timeout() -> Self {
        ready!(421, 4, 4, 2, "Timeout exceeded")
    }

    /// 421 4.7.0: no more connections for this client now. The server puts its name before the
    /// text, and closes.
    pub const fn too_many_connections() -> Self {
        ready!(421, 4, 7, 0, "Too many connections")
    }

    /// A reply without an enhanced code: RFC 2034 §4 has none in greetings and answers to `EHLO`.
    const fn bare(code: u16, text: &'static str) -> Self {
        Self {
            code: Code::known(code),
            enhanced: None,
            text: Text::Fixed(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn what_is_ready_is_what_would_be_printed() {
        for reply in [
            Reply::ok(),
            Reply::sender_ok(),
            Reply::recipient_ok(),
            Reply::start_data(),
            Reply::start_tls(),
            Reply::authenticated(),
            Reply::bad_credentials(),
            Reply::relay_denied(),
            Reply::no_such_user(),
            Reply::try_again(),
            Reply::shutting_down(),
            Reply::timeout(),
            Reply::too_many_connections(),
        ] {
            let enhanced = reply.enhanced().map(|it| format!("{it} "));
            let text = enhanced.unwrap_or_default() + reply.text();
            let made = Reply::new(reply.code().get(), text).unwrap();
            assert_eq!(reply, made);
            assert_eq!(printed(&reply, Reply::print), printed(&made, Reply::print));
            for name in ["", "mx.example"] {
                let enhanced = |it: &Reply, out: &mut Vec<u8>| it.print_enhanced(name, out);
                assert_eq!(printed(&reply, enhanced), printed(&made, enhanced));
                let without = |it: &Reply, out: &mut Vec<u8>| it.print_without_enhanced(name, out);
                assert_eq!(printed(&reply, without), printed(&made, without));
            }
        }
    }

    fn printed(reply: &Reply, print: impl Fn(&Reply, &mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        print(reply, &mut out);
        String::from_utf8(out).unwrap()
    }
}
