"""Random clients and their messages. A seed gives the same each time."""

import random

import words
from froms import draw_from


class Client:
    """Who connects: a name, an address, and the macros of that time."""

    def __init__(self, draw):
        self.name, self.address = draw.choice(words.NAMES), draw.choice(words.ADDRESSES)
        if self.name.startswith("["):
            # Postfix names so who has no name.
            self.name = f"[{self.address}]"
        if draw.random() < 0.3:
            self.name, self.address = draw.choice([("localhost", "127.0.0.1"), ("localhost", "::1"), ("[192.0.2.9]", "192.0.2.9")])
        if draw.random() < 0.05:
            self.name = draw.choice(words.LIKE_ADDRESSES)
        self.family = "6" if ":" in self.address else "4"
        # Mail that comes in over no network.
        if draw.random() < 0.06:
            self.family, self.name = draw.choice([("U", self.name), ("L", "localhost"), ("U", "localhost")])
        self.helo = draw.choice([self.name, "helo.test"])
        self.macros = [("j", "mx.here.test"), ("{daemon_addr}", "127.0.0.1")]
        if draw.random() < 0.5:
            self.macros.append(("{daemon_name}", draw.choice(words.DAEMONS + ["x"])))
        self.macros += own(draw, 0.08)

    def octets(self):
        text = self.name.encode() + b"\0" + self.family.encode()
        if self.family == "U":
            return text
        port = b"\0\0" if self.family == "L" else b"\x30\x39"
        address = "/run/client" if self.family == "L" else self.address
        # Postfix writes `IPv6:` in front of the address, Sendmail too.
        mark = "IPv6:" if self.family == "6" else ""
        return text + port + f"{mark}{address}\0".encode()

    def __str__(self):
        return f"{self.name} {self.address if self.family in '46' else self.family} {self.macros[2:]}"


class Message:
    def __init__(self, draw, client, pool, verifies):
        self.client = client
        self.queue_id = f"Q{draw.randrange(10 ** 6)}"
        self.macros = [("i", self.queue_id), ("{mail_addr}", "bounce@sender.test")]
        if draw.random() < 0.4:
            self.macros.append(("{auth_type}", draw.choice(["PLAIN", "LOGIN", "PLAIN", ""])))
            self.macros.append(("{auth_authen}", "amy"))
        self.macros += own(draw, 0.1)
        self.sender = draw.choice(["<bounce@sender.test>", "<>", "<amy@example.test>"])
        self.recipients = ["<user@here.test>", "<other@here.test>"][: draw.choice([1, 1, 2])]
        self.form, self.kind, self.broken = "angle", "unsigned", None
        if pool and draw.random() < (0.7 if verifies else 0.15):
            self.kind, self.broken, self.fields, self.body = pool.draw(draw)
        else:
            self.write(draw)
        self.is_signed = self.kind != "unsigned"
        if draw.random() < 0.08:
            self.fields.insert(0, ("Authentication-Results", results(draw)))

    def write(self, draw):
        author, other = words.author(draw), words.author(draw)
        self.form, self.fields = draw_from(draw, author, other)
        others = [
            ("Received", " from x by y; Tue, 24 Nov 2026 10:00:00 +0000"), ("To", " user@here.test"),
            ("Subject", " Lunch\n at noon"), ("Date", " Tue, 24 Nov 2026 10:00:00 +0000"),
            ("Message-ID", " <1@x.test>"), ("Sender", f" {other}"), ("Reply-To", f" {other}"), ("X-Mailer", "none"),
            ("MIME-Version", " 1.0"), ("Content-Type", " text/plain"), ("Cc", " a@b.test"), ("Subject", " twice"),
        ]
        self.fields += draw.sample(others, draw.randint(0, len(others)))
        draw.shuffle(self.fields)
        if draw.random() < 0.03:
            self.fields.append(("X-Large", " " + "x" * draw.choice([1900, 3000])))
        lines = draw.choice([[], ["At noon."], ["", "At noon.", "", ""], [".", "..x", " y  "], ["x" * 900] * 100])
        self.body = "".join(f"{line}\r\n" for line in lines).encode()

    def __str__(self):
        extra = [pair for pair in self.macros if pair[0] not in ("i", "{mail_addr}")]
        origin = [(name, value) for name, value in self.fields if name.lower() in ("from", "sender")]
        return f"{self.kind}, From by the form `{self.form}`: {origin} macros {extra}"


class Envelope:
    """A client and what it brings."""

    def __init__(self, seed, pool, verifies):
        draw = random.Random(seed)
        self.client = Client(draw)
        self.messages = [Message(draw, self.client, pool, verifies) for _ in range(draw.choice([1, 1, 1, 2, 3]))]


def own(draw, chance):
    """Macros of the site's own."""
    if draw.random() < chance:
        return [(draw.choice(["{login}", "{class}", "{auth_author}"]), draw.choice(["yes", "admin", "YES", "", "no"]))]
    return []


def results(draw):
    return draw.choice([
        " mx.here.test; dkim=pass header.d=example.test", " mx.here.test; spf=pass", " other.test; dkim=pass",
        " mx.here.test", " (c) MX.here.test 1; dkim=fail", " nonsense",
    ])
