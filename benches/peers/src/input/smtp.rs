//! What a client says in many short sessions, and one long message.

/// Commands in one session.
pub const COMMANDS: usize = 10;

/// The flights of sessions that differ in their names: ten commands and a short message each.
pub fn sessions(number: usize) -> Vec<[Vec<u8>; 4]> {
    (0..number).map(session).collect()
}

/// The commands of those sessions alone, in one piece.
pub fn commands(number: usize) -> Vec<u8> {
    let mut commands = Vec::new();
    for [hello, first, _, second] in sessions(number) {
        commands.extend([hello, first, second].concat());
    }
    commands
}

fn session(number: usize) -> [Vec<u8>; 4] {
    // Any odd factor will do to have numbers of all lengths.
    let number = number.wrapping_mul(40_503) % 1_000_000;
    let first = format!(
        "MAIL FROM:<bounce+{number}=jane.public@example.com> SIZE={} BODY=8BITMIME RET=HDRS \
         ENVID=QQ{number}\r\n\
         RCPT TO:<user.{number}@example.org>\r\n\
         RCPT TO:<jane.public+{number}@sub.example.org> NOTIFY=SUCCESS,FAILURE \
         ORCPT=rfc822;jane.public+2B{number}@example.org\r\n\
         rcpt to:<archive{number}@example.org>\r\n\
         DATA\r\n",
        1000 + number,
    );
    let second = format!(
        "MAIL FROM:<> SIZE={}\r\nRCPT TO:<postmaster@example.net>\r\nRSET\r\nQUIT\r\n",
        500 + number,
    );
    [
        format!("EHLO mail-{number}.out.example.com\r\n").into_bytes(),
        first.into_bytes(),
        b".\r\n".to_vec(),
        second.into_bytes(),
    ]
}

/// A message as it stands behind 354, its end included, of about so many octets: 1 line in 100
/// begins with a dot.
pub fn message(octets: usize) -> Vec<u8> {
    let mut message = Vec::with_capacity(octets + 100);
    for line in 0.. {
        if message.len() >= octets {
            break;
        }
        let start: &[u8] = if line % 100 == 0 { b"..b" } else { b"abc" };
        message.extend_from_slice(start);
        // Lines of 30 to 76 octets.
        message.extend((0..27 + line * 7 % 47).map(|column| b'a' + (column % 26) as u8));
        message.extend_from_slice(b"\r\n");
    }
    message.extend_from_slice(b".\r\n");
    message
}
