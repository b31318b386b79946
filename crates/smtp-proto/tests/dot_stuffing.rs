//! The writer of messages against the obvious rule, on every short message.

use smtp_proto::data::{BareLineEnds, DotStuffer};

/// What goes out, or `None` if the message is refused.
fn stuff(bare: BareLineEnds, pieces: &[&[u8]]) -> Option<Vec<u8>> {
    let mut stuffer = DotStuffer::new(bare);
    let mut out = Vec::new();
    for piece in pieces {
        stuffer.write(piece, &mut out).ok()?;
    }
    stuffer.finish(&mut out).ok()?;
    Some(out)
}

/// One octet at a time.
fn slow(message: &[u8]) -> Vec<u8> {
    let mut lines = Vec::new();
    let mut octets = message.iter().copied().peekable();
    while let Some(octet) = octets.next() {
        match octet {
            b'\r' if octets.next_if_eq(&b'\n').is_some() => lines.extend(b"\r\n"),
            b'\r' => lines.push(b' '),
            b'\n' => lines.extend(b"\r\n"),
            _ => lines.push(octet),
        }
    }
    if !lines.is_empty() && !lines.ends_with(b"\r\n") {
        lines.extend(b"\r\n");
    }
    let mut out = Vec::new();
    for octet in lines {
        if octet == b'.' && (out.is_empty() || out.ends_with(b"\n")) {
            out.push(b'.');
        }
        out.push(octet);
    }
    out.extend(b".\r\n");
    out
}

/// Every message of up to seven octets over those that matter.
fn every_short_message(mut check: impl FnMut(&[u8])) {
    for length in 0..=7u32 {
        for number in 0..4usize.pow(length) {
            let message: Vec<u8> = (0..length)
                .map(|place| b"\r\n.a"[number / 4usize.pow(place) % 4])
                .collect();
            check(&message);
        }
    }
}

#[test]
fn b02_every_short_message_is_normalized_and_stuffed() {
    every_short_message(|message| {
        let out = Some(slow(message));
        assert_eq!(stuff(BareLineEnds::Normalize, &[message]), out);
        for at in 0..=message.len() {
            let (head, tail) = message.split_at(at);
            assert_eq!(stuff(BareLineEnds::Normalize, &[head, tail]), out);
        }
    });
}

#[test]
fn b02_only_messages_without_bare_line_ends_go_out_unchanged() {
    every_short_message(|message| {
        let bare = String::from_utf8_lossy(message)
            .replace("\r\n", "")
            .contains(['\r', '\n']);
        let out = (!bare).then(|| slow(message));
        assert_eq!(stuff(BareLineEnds::Reject, &[message]), out);
    });
}

#[test]
fn b02_no_message_holds_an_end_of_data() {
    every_short_message(|message| {
        let out = slow(message);
        let ends = out
            .windows(5)
            .filter(|window| *window == b"\r\n.\r\n")
            .count();
        let at_once = usize::from(out.starts_with(b".\r\n"));
        assert_eq!(ends + at_once, 1);
    });
}
