"""Lists of hosts as people write them, with the traps: see opendkim.conf(5), PeerList."""

import ipaddress

import words


def entries(draw):
    return [entry(draw) for _ in range(draw.choice([1, 1, 2, 3, 5, 8]))]


def entry(draw):
    text = draw.choice([address, address, network, network, name, name, suffix, odd])(draw)
    return ("!" if draw.random() < 0.25 else "") + text


def address(draw):
    text = draw.choice(words.ADDRESSES)
    return draw.choices([text, f"[{text}]", text.upper()], [20, 1, 3])[0]


def network(draw):
    text = draw.choice(words.ADDRESSES)
    most = 128 if ":" in text else 32
    bits = draw.choice([0, 8, 16, 20, 24, 25, 28, 30, 31, 32, 48, 64, 128])
    bits = min(bits, most)
    style = draw.random()
    if style < 0.15:
        return f"{text}/{bits}"  # host bits may be set
    base = ipaddress.ip_network(f"{text}/{bits}", strict=False).network_address
    return f"[{base}]/{bits}" if style < 0.18 else f"{base}/{bits}"


def name(draw):
    return draw.choice(words.NAMES)


def suffix(draw):
    text = draw.choice(words.NAMES).lstrip("[").rstrip("]")
    if "." in text and draw.random() < 0.5:
        text = text.partition(".")[2]
    return draw.choice(["."] * 5 + ["*."]) + text


def odd(draw):
    return draw.choice([
        "192.0.2/24", "192.0.2.0/255.255.255.0", "192.0.2.0/024", "0.0.0.0/0", "0.0.0.0/0", "127.0.0.0/8",
        "::/0", "2001:db8:0::1", "2001:DB8::1", ".", "*", "192.0.2.*", "mx.*", "trusted.test.",
        "192.0.2.1-192.0.2.9", "::ffff:192.0.2.1", "::ffff:192.0.2.0/120", "(mx|x).example.net",
        "!x", "",
    ])
