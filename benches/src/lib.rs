//! Inputs of the benches: messages drawn by a seeded generator, the same in every run.

/// A message of 20 header fields and a body of about `size` octets, `text` of it in hundredths
/// text and the rest base64.
pub fn message(size: usize, text: usize) -> Vec<u8> {
    let mut message = header().into_bytes();
    message.extend(body(size, text));
    message
}

/// A body of about `size` octets, `text` of it in hundredths text and the rest base64.
pub fn body(size: usize, text: usize) -> Vec<u8> {
    let mut draw = Draw(0x9e37_79b9_7f4a_7c15);
    let mut body = Vec::with_capacity(size + 128);
    while body.len() < size / 100 * text {
        draw.text_line(&mut body);
    }
    while body.len() < size {
        draw.base64_line(&mut body);
    }
    body
}

fn header() -> String {
    let mut header = String::new();
    for hop in 0..5 {
        header.push_str(&format!(
            "Received: from relay{hop}.example.net (relay{hop}.example.net [192.0.2.{hop}])\r\n\
             \tby mx{hop}.example.com with ESMTPS id 4Zx{hop};\r\n\
             \tTue, 10 Nov 2026 09:1{hop}:42 +0000\r\n"
        ));
    }
    for number in 0..7 {
        header.push_str(&format!(
            "X-Filter-{number}: score 0.{number}, nothing found\r\n"
        ));
    }
    header.push_str(
        "From: \"Example Shop\" <shop@example.com>\r\n\
         To: \"Jane Public\" <jane@example.org>\r\n\
         Reply-To: care@example.com\r\n\
         Subject: Your order   has been\r\n shipped\r\n\
         Date: Tue, 10 Nov 2026 09:10:00 +0000\r\n\
         Message-ID: <20261110091000.17@mail.example.com>\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: text/plain\r\n\r\n",
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

    /// Words as people write them, with a double space, a tab or trailing white space now and then.
    fn text_line(&mut self, out: &mut Vec<u8>) {
        let start = out.len();
        while out.len() - start < 60 {
            let length = 2 + self.below(8);
            out.extend((0..length).map(|_| b'a' + self.below(26) as u8));
            out.extend_from_slice(match self.below(50) {
                0 => b"  ",
                1 => b"\t",
                _ => b" ",
            });
        }
        if self.below(20) > 0 {
            out.truncate(out.trim_ascii_end().len());
        }
        out.extend_from_slice(if self.below(10) == 0 {
            b"\r\n\r\n"
        } else {
            b"\r\n"
        });
    }

    fn base64_line(&mut self, out: &mut Vec<u8>) {
        const ALPHABET: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        out.extend((0..76).map(|_| ALPHABET[self.below(64) as usize]));
        out.extend_from_slice(b"\r\n");
    }
}
