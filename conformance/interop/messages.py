"""Random messages: a seed gives the same ones each time.

What is drawn: how many fields, their names' case, their folds and white space; of the body its size
and the shapes of its lines. All lines end with CRLF, but the last one of some bodies. What is left
out, and why:

* Bare CR and bare LF: a filter behind an MTA is handed lines, so OpenDKIM does not see these octets.
* White space at the end of a last line that does not end with CRLF. Under relaxed it is removed
  (RFC 6376 §3.4.4); dkimpy keeps one space.
* Lines over 998 octets (RFC 5322 §2.1.1).

A shape leaves out what one of the others cannot take:

* `ANY` nothing.
* `LINES` a last line without CRLF. It counts as if it had one (RFC 6376 §3.4.3, §3.4.4); to
  Mail::DKIM a body of the form simple is another then, and OpenDKIM finds no signature on a
  message with a body of the form relaxed. An MTA never gives them such a message.
* `FILTER` that, too, and anything but one space behind the colon of a field, where the header is
  signed in the form simple: `opendkim -t` keeps the value of a field without what is before it.
"""

import random

ANY, LINES, FILTER = "any", "lines", "filter"
NEW_LINE = "\r\n"
NAMES = [
    "To", "Cc", "Subject", "Date", "Message-ID", "Reply-To", "Sender", "MIME-Version",
    "Content-Type", "Content-Transfer-Encoding", "In-Reply-To", "References", "List-Id",
    "List-Unsubscribe", "List-Unsubscribe-Post", "Received", "Received", "X-Mailer", "X-Empty",
]
WORDS = [
    "alpha", "b", "=?utf-8?q?caf=C3=A9?=", "caf\u00e9", "<x@example.org>", "\"quoted  text\"",
    "(comment)", "semi;colon", "a=b", "|", "123456789012345678901234567890", "\u65e5\u672c", ":",
]


def message(seed, shape, forms):
    """The octets of one message, to be signed in these canonical forms."""
    draw = random.Random(seed)
    only_space = shape is FILTER and forms.startswith("simple/")
    head, text = header(draw, only_space), body(draw)
    if shape is not ANY and text and not text.endswith(b"\r\n"):
        text += b"\r\n"
    return head + b"\r\n" + text


def header(draw, only_space):
    names = draw.sample(NAMES, draw.randint(0, len(NAMES)))
    names.insert(draw.randint(0, len(names)), "From")
    return "".join(field(draw, name, only_space) for name in names).encode()


def field(draw, name, only_space):
    style = draw.random()
    shown = name.upper() if style < 0.1 else name.lower() if style < 0.2 else name
    gap = draw.choice([" ", " ", " ", "", "  ", "\t", "\r\n "])
    if only_space:
        gap = " "
    if name == "From":
        return f"{shown}:{gap}Alice <alice@example.test>{trailing(draw)}\r\n"
    if name == "X-Empty":
        return f"{shown}:{gap.replace(NEW_LINE, '')}\r\n"
    value = draw.choice(WORDS)
    for _ in range(draw.choice([0, 1, 3, 10, 40])):
        value += draw.choice([" ", " ", "  ", "\t", " \t ", "\r\n ", "\r\n\t", " \r\n  "])
        value += draw.choice(WORDS)
    return f"{shown}:{gap}{value}{trailing(draw)}\r\n"


def trailing(draw):
    return draw.choice(["", "", "", " ", "\t "])


def body(draw):
    size = int(10 ** draw.uniform(0, 5)) if draw.random() > 0.1 else 0
    lines, octets = [], 0
    while octets < size:
        lines.append(line(draw))
        octets += len(lines[-1])
    lines += draw.choice([[], [], [b"\r\n"], [b"\r\n"] * 5, [b" \r\n", b"\t\r\n", b"\r\n"]])
    text = b"".join(lines)
    if draw.random() < 0.2:
        text = text.rstrip() + draw.choice([b"", b"end"])
    return text


def line(draw):
    shape = draw.random()
    if shape < 0.1:
        return b"\r\n"
    if shape < 0.2:
        return draw.choice([b" ", b"\t", b" \t  "]) + b"\r\n"
    if shape < 0.3:
        return b"." * draw.randint(1, 3) + draw.choice([b"", b" x"]) + b"\r\n"
    if shape < 0.4:
        octets = bytes(draw.choice(range(0x21, 0x100)) for _ in range(draw.randint(1, 200)))
        return octets + b"\r\n"
    if shape < 0.45:
        return b"x" * draw.randint(900, 998) + b"\r\n"
    words = (draw.choice(WORDS).encode() for _ in range(draw.randint(1, 12)))
    gaps = [b" ", b" ", b"  ", b"\t", b" \t"]
    text = b"".join(word + draw.choice(gaps) for word in words)
    return (text if draw.random() < 0.3 else text.strip()) + b"\r\n"
