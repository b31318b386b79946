//! A policy as senders with two mail services publish it: 8 terms that ask the DNS, 27 networks,
//! and a pass by the term before the last.

use std::net::{IpAddr, Ipv4Addr};

use dns_txt::Zone;

pub const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 77));
pub const HELO: &str = "mx2.example.com";
pub const REVERSE_PATH: &str = "bounce-1742@example.com";

pub fn zone() -> Zone {
    ZONE.parse().expect("a literal zone")
}

const ZONE: &str = r#"
$ORIGIN example.com.
@       TXT ( "v=spf1 include:_spf.first.example.net include:_spf.other.example.org "
              "ip4:192.0.2.0/24 a:relay.example.com mx -all" )
@       MX 10 mx1
@       MX 20 mx2
relay   A 192.0.2.200
mx1     A 198.51.100.76
mx2     A 198.51.100.77

$ORIGIN first.example.net.
_spf    TXT "v=spf1 include:_one.first.example.net include:_two.first.example.net ~all"
_one    TXT ( "v=spf1 ip4:203.0.113.0/28 ip4:203.0.113.16/28 ip4:203.0.113.32/28 "
              "ip4:203.0.113.48/28 ip4:203.0.113.64/28 ip6:2001:db8:10::/48 "
              "ip6:2001:db8:11::/48 ~all" )
_two    TXT ( "v=spf1 ip4:203.0.113.80/28 ip4:203.0.113.96/28 ip4:203.0.113.112/28 "
              "ip4:203.0.113.128/28 ip4:203.0.113.144/28 ip6:2001:db8:12::/48 "
              "ip6:2001:db8:13::/48 ~all" )

$ORIGIN other.example.org.
_spf    TXT "v=spf1 include:_one.other.example.org include:_two.other.example.org ~all"
_one    TXT ( "v=spf1 ip4:198.18.0.0/24 ip4:198.18.1.0/24 ip4:198.18.2.0/24 "
              "ip4:198.18.3.0/24 ip4:198.18.4.0/24 ip4:198.18.5.0/24 ~all" )
_two    TXT ( "v=spf1 ip4:198.19.0.0/24 ip4:198.19.1.0/24 ip4:198.19.2.0/24 "
              "ip4:198.19.3.0/24 ip4:198.19.4.0/24 ip4:198.19.5.0/24 ~all" )
"#;
