#!/usr/bin/env python3
"""Fills in from_fields.txt what the e-mail package of Python makes of each From.

Reads the file and prints it with the third and the fourth column as they are here:

    python3 from_fields.py < from_fields.txt
"""

import email
import email.policy
import email.utils
import re
import sys

BEHIND = b"\r\nTo: c@example.org\r\nSubject: x\r\n\r\nBody\r\n"
ESCAPES = {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0"}


def message(text):
    """Other backslashes stand for themselves, so that quoted pairs can be read."""
    repeated = re.sub(r"\\\*(\d+)\{(.*?)\}", lambda m: m[2] * int(m[1]), text)
    octets = bytearray()
    for piece in re.split(r"(\\x[0-9a-f]{2}|\\[rnt0])", repeated):
        if piece.startswith("\\x") and len(piece) == 4:
            octets.append(int(piece[2:], 16))
        elif piece[:1] == "\\" and piece[1:] in ESCAPES:
            octets += ESCAPES[piece[1:]]
        else:
            octets += piece.encode()
    return bytes(octets) + BEHIND


def shown(domains):
    """One word: the domains, each once, without what is no address at all."""
    words = [repr(domain.lower())[1:-1].replace(" ", "\\x20") for domain in domains if domain]
    text = ",".join(dict.fromkeys(words)) or "-"
    return text if len(text) <= 80 else text[:80] + "..."


def modern(octets):
    field = email.message_from_bytes(octets, policy=email.policy.default)["From"]
    return shown(address.domain for address in field.addresses) if field is not None else "-"


def compat32(octets):
    field = email.message_from_bytes(octets, policy=email.policy.compat32)["From"]
    if field is None:
        return "-"
    addresses = email.utils.getaddresses([str(field)])
    return shown(address.rpartition("@")[2] for _, address in addresses)


def read(reader, octets):
    try:
        return reader(octets)
    except Exception as error:
        return "!" + type(error).__name__


for line in sys.stdin.buffer.read().decode().splitlines():
    if line.startswith("# ") or not line:
        print(line)
        continue
    columns = line.split("\t") + [""] * 4
    octets = message(columns[0])
    columns[2:4] = read(modern, octets), read(compat32, octets)
    print("\t".join(columns[:5]).rstrip("\t"))
