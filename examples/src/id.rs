//! Names that nobody has had before.

/// Sixteen hexadecimal digits of the system's random: the name of a delivery in the log and in
/// its Received field, and the left side of a Message-ID.
pub fn fresh() -> String {
    format!("{:016x}", u64::from_ne_bytes(random()))
}

/// Octets of the system's random.
pub fn random<const N: usize>() -> [u8; N] {
    let mut octets = [0; N];
    getrandom::fill(&mut octets).expect("an operating system that runs a server has random");
    octets
}
