//! Inputs of the benches: messages drawn by a seeded generator, the same in every run.

/// A message of 25 header fields and a body of about `size` octets, `text` of it in hundredths text
/// and HTML and the rest base64.
pub fn message(size: usize, text: usize) -> Vec<u8> {
    let mut message = header().into_bytes();
    message.extend(body(size, text));
    message
}

/// A body of about `size` octets, `text` of it in hundredths text and HTML and the rest base64.
pub fn body(size: usize, text: usize) -> Vec<u8> {
    let mut draw = Draw(0x9e37_79b9_7f4a_7c15 ^ size as u64);
    let mut body = Vec::with_capacity(size + 256);
    if text > 0 {
        body.extend_from_slice(b"--=_part\r\nContent-Type: text/html; charset=utf-8\r\n\r\n");
    }
    while body.len() < size / 100 * text {
        draw.text_line(&mut body);
    }
    if text < 100 {
        body.extend_from_slice(b"--=_part\r\nContent-Transfer-Encoding: base64\r\n\r\n");
    }
    while body.len() + 96 < size {
        match text {
            100 => draw.text_line(&mut body),
            _ => draw.base64_line(&mut body),
        }
    }
    body.extend_from_slice(b"\r\n--=_part--\r\n\r\n\r\n");
    body
}

/// 25 fields as mail has them behind a list of relays, 2.7 KB.
fn header() -> String {
    let mut header = String::new();
    for hop in 0..5 {
        header.push_str(&format!(
            "Received: from out{hop}.relay.example.net (out{hop}.relay.example.net [192.0.2.1{hop}])\r\n\
             \tby in{hop}.mail.example.com (Postfix) with ESMTPS id 5Wq{hop}Zt81kz2\r\n\
             \tfor <member{hop}@example.org>; Mon, 16 Nov 2026 11:2{hop}:07 +0000 (UTC)\r\n"
        ));
    }
    header.push_str(
        "Authentication-Results: mx.example.org; spf=pass smtp.mailfrom=example.com;\r\n\
         \tdkim=none\r\n\
         Received-SPF: pass (mx.example.org: 192.0.2.10 may send for example.com)\r\n\
         \tclient-ip=192.0.2.10; envelope-from=\"orders@example.com\";\r\n\
         X-Originating-IP: [192.0.2.10]\r\n\
         X-Mailer: Post Office 7.1\r\n\
         X-Job: 52c1f6a09be34d778e10\r\n\
         X-Filter: clean, score 0.3 of 5.0, rules LONG_WORDS,\r\n\
         \tHAS_PICTURES version 2.11 trained yes\r\n\
         From: \"Example Books, Orders\" <orders@example.com>\r\n\
         To: \"Joan R. Reader\" <joan.reader@example.org>\r\n\
         Cc: shelf@example.org,\r\n desk@example.org\r\n\
         Reply-To: orders+answer@example.com\r\n\
         Subject: The books you asked for   are on their way, and a list of\r\n what came in this week\r\n\
         Date: Mon, 16 Nov 2026 11:20:00 +0000\r\n\
         Message-ID: <20261116112000.1742.3@mail.example.com>\r\n\
         In-Reply-To: <20261115090000.1741.2@mail.example.org>\r\n\
         References: <20261114080000.1740.1@mail.example.org>\r\n \
         <20261115090000.1741.2@mail.example.org>\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed;\r\n boundary=\"=_part\"\r\n\
         List-Unsubscribe: <https://example.com/leave/1742/0a1b2c3d4e5f6789>, <mailto:leave@example.com>\r\n\
         List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\
         Feedback-ID: 1742:books:example:post\r\n\r\n",
    );
    header
}

/// A xorshift generator.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) % bound
    }

    /// Lines as programs write them for people: every tenth empty, every third an indented element
    /// of HTML, with a double space, a TAB or trailing white space now and then.
    fn text_line(&mut self, out: &mut Vec<u8>) {
        if self.below(10) == 0 {
            out.extend_from_slice(b"\r\n");
            return;
        }
        let start = out.len();
        let is_element = self.below(3) == 0;
        if is_element {
            let depth = self.below(8) as usize;
            out.extend_from_slice(b"  ".repeat(depth).as_slice());
            out.extend_from_slice(b"<p class=\"y\">");
        }
        let length = 50 + self.below(24) as usize;
        while out.len() - start < length {
            let word = 1 + self.below(9);
            out.extend((0..word).map(|_| b'a' + self.below(26) as u8));
            out.extend_from_slice(match self.below(50) {
                0 => b"  ",
                1 => b"\t",
                _ => b" ",
            });
        }
        out.truncate(out.trim_ascii_end().len());
        if is_element {
            out.extend_from_slice(b"</p>");
        }
        match self.below(40) {
            0 => out.extend_from_slice(b" "),
            1 => out.extend_from_slice(b" \t "),
            _ => {}
        }
        out.extend_from_slice(b"\r\n");
    }

    fn base64_line(&mut self, out: &mut Vec<u8>) {
        const ALPHABET: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        out.extend((0..76).map(|_| ALPHABET[self.below(64) as usize]));
        out.extend_from_slice(b"\r\n");
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn messages_have_the_size_and_the_fields_that_were_asked_for() {
        for (size, text) in [(2 << 10, 100), (50 << 10, 30), (1 << 20, 10), (1 << 20, 0)] {
            let message = super::message(size, text);
            let at = message.windows(4).position(|four| four == b"\r\n\r\n");
            let (header, body) = message.split_at(at.unwrap() + 4);
            assert!(body.len().abs_diff(size) < 200, "{}", body.len());
            let lines = header.split_inclusive(|&octet| octet == b'\n');
            let fields = lines.filter(|line| !matches!(line, [b' ' | b'\t' | b'\r', ..]));
            assert_eq!(fields.count(), 25);
        }
    }
}
