//! A command that was read is printed on one line, and reads the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use smtp_proto::Command;

fuzz_target!(|line: &[u8]| {
    let Ok(command) = Command::parse(line) else {
        return;
    };
    let mut printed = Vec::new();
    command.print(&mut printed);
    let printed = printed.strip_suffix(b"\r\n").expect("a line has its end");
    assert!(!printed.iter().any(|octet| b"\r\n\0".contains(octet)));
    assert_eq!(Command::parse(printed), Ok(command));
});
