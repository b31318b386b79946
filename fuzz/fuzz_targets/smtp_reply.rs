//! A reply that was read reads the same when it is printed, and never before it is whole.
#![no_main]

use libfuzzer_sys::fuzz_target;
use smtp_proto::Reply;
use smtp_proto::reply::ReplyLimits;

fuzz_target!(|octets: &[u8]| {
    let limits = ReplyLimits::default().line_octets(100).lines(5);
    let Ok(Some((reply, consumed))) = Reply::read(octets, &limits) else {
        return;
    };
    for length in 0..consumed {
        assert_eq!(Reply::read(&octets[..length], &limits), Ok(None));
    }
    let whole = Reply::read(&octets[..consumed], &limits);
    assert_eq!(whole, Ok(Some((reply.clone(), consumed))));
    let mut printed = Vec::new();
    reply.print(&mut printed);
    let read = Reply::read(&printed, &ReplyLimits::default());
    assert_eq!(read, Ok(Some((reply, printed.len()))));
});
