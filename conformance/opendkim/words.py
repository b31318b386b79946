"""What both files and envelopes are made of, so that they meet."""

DOMAINS = [
    "example.test", "sub.example.test", "a.sub.example.test", "other.test", "www.other.test",
    "wild.test", "x.wild.test", "y.x.wild.test", "xn--bcher-kva.test", "123.test", "test",
    "unlisted.example", "under_score.test", "example.test.example",
]
LOCALS = ["amy", "bob", "Amy", "b+c", "d.e", "o'neil", "amy-x", "*", "%", "a=b", "#1"]
NAMES = [
    "mx.example.net", "a.mx.example.net", "example.net", "MX.Example.Net", "localhost",
    "h.trusted.test", "trusted.test", "bad.trusted.test", "x", "[192.0.2.1]", "unknown",
]
ADDRESSES = [
    "127.0.0.1", "::1", "192.0.2.1", "192.0.2.5", "192.0.2.130", "198.51.100.7", "203.0.113.9",
    "10.1.2.3", "2001:db8::1", "2001:db8:0:1::2", "2001:db8:0:1:a:b:c:d", "fe80::1",
    "::ffff:192.0.2.1",
]
# Of clients that would be taken for addresses.
LIKE_ADDRESSES = ["192.0.2.1", "192.0.2.0/24", "127.0.0.1", "10.1.2.3", "192.0.2.test", "::1", "2001:db8::1"]
SELECTORS = ["s1", "s2", "mail.2026", "S3"]
DAEMONS = ["ORIGINATING", "smtpd", "originating"]
MACROS = ["login", "{login}", "auth_author", "i", "class"]


def author(draw):
    return f"{draw.choices(LOCALS, [8, 6] + [1] * 9)[0]}@{domain(draw)}"


def domain(draw):
    return draw.choices(DOMAINS, [10, 6, 3, 6, 3] + [1] * 9)[0]
