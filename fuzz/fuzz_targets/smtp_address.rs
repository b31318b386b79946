//! An address is the same by itself, in a command, and made anew of its parts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mail_address::{Mailbox, MailboxRef};
use smtp_proto::Command;
use smtp_proto::command::ForwardPath;

fuzz_target!(|octets: &[u8]| {
    let rcpt = [b"RCPT TO:<", octets, b">"].concat();
    let parsed = MailboxRef::parse(octets);
    match (parsed, Command::parse(&rcpt)) {
        (Ok(mailbox), Ok(Command::Rcpt(rcpt))) => {
            assert_eq!(rcpt.forward_path, ForwardPath::Mailbox(mailbox));
        }
        (Ok(mailbox), other) => panic!("{mailbox} is an address, and not in {other:?}"),
        // Routes, the postmaster, and brackets closed early belong to the path.
        (Err(_), _) => return,
    }
    let mailbox = parsed.expect("it was matched");
    assert_eq!(mailbox.as_str().as_bytes(), octets);
    assert_eq!(mailbox.to_owned().view(), mailbox);
    let text = mailbox.to_string();
    assert_eq!(text.parse::<Mailbox>().map(|it| it.to_string()), Ok(text));
    if let Some(domain) = mailbox.domain() {
        let name = mailbox.local_part().unquoted();
        let anew = Mailbox::new(&name, &domain).expect("the name stood in an address");
        assert_eq!(anew.view().local_part().unquoted(), name);
    }
});
