//! A packet that was read prints to the octets it was read from, and never reads before it is
//! whole.
#![no_main]

use libfuzzer_sys::fuzz_target;
use milter_proto::packet::Packet;

fuzz_target!(|octets: &[u8]| {
    let mut rest = octets;
    while let Ok(Some((packet, length))) = Packet::read(rest, 1000) {
        assert!(packet.payload.len() < 1000);
        for end in 0..length {
            assert_eq!(Packet::read(&rest[..end], 1000), Ok(None));
        }
        let mut printed = Vec::new();
        packet.print(&mut printed).expect("it was within the limit");
        assert_eq!(printed, &rest[..length]);
        rest = &rest[length..];
    }
});
