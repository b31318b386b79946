"""Messages that are already signed, so that there is something to verify.

Both filters sign some messages at the beginning, with many selectors of which only some are
published as they should be. A draw puts some of these signatures on top of their message, and may
break one, or the message.
"""

import base64
import re
import tempfile
from pathlib import Path

from envelopes import Envelope
from mta import Mta
from parties import Party

DOMAIN = "example.test"
# What is published of each selector; KEY is the key's `p=`, TYPE its `k=`. Of one nobody can be asked.
RECORDS = {
    "good": "v=DKIM1; k=TYPE; p=KEY",
    "short": "k=TYPE; p=KEY",
    "testing": "v=DKIM1; k=TYPE; t=y; p=KEY",
    "strict": "v=DKIM1; k=TYPE; t=s; p=KEY",
    "mail": "v=DKIM1; k=TYPE; s=email; h=sha256; n=note; p=KEY",
    "revoked": "v=DKIM1; k=TYPE; p=",
    "gone": "",
    "wrong": "v=DKIM1; k=TYPE; p=OTHER",
    "type": "v=DKIM1; k=x; p=KEY",
    "sha1": "v=DKIM1; k=TYPE; h=sha1; p=KEY",
    "service": "v=DKIM1; k=TYPE; s=other; p=KEY",
    "version": "v=DKIM2; k=TYPE; p=KEY",
    "junk": "hello",
    "broken": None,
    "cut": "v=DKIM1; k=TYPE; p=AAAA",
}
# Those that sign for a subdomain (`i=`), too.
SUB_DOMAIN_SIGNERS = ("good", "strict", "testing")


class Pool:
    def __init__(self, programs, work, keys):
        # Who signed with which algorithm, the signatures, the fields and the body of each message.
        self.signed = []
        for algorithm, file in [("rsa-sha256", "rsa.pem"), ("ed25519-sha256", "ed25519.pem")]:
            for name, program in programs.items():
                self.sign(name, program, work, algorithm, keys / file)
        self.records = published(keys)

    def sign(self, name, program, work, algorithm, key):
        kind = algorithm.partition("-")[0]
        signers = [(selector, "") for selector in RECORDS]
        signers += [(selector, f":@sub.{DOMAIN}") for selector in SUB_DOMAIN_SIGNERS]
        messages = [message(number) for number in range(4)]
        signatures = [[] for _ in messages]
        for selector, signer in signers:
            directory = Path(tempfile.mkdtemp(prefix="pool-", dir=work))
            (directory / "kt").write_text(f"k {DOMAIN}:{selector}-{kind}:{key}\n")
            (directory / "st").write_text(f"* k{signer}\n")
            party = Party(name, program, directory, (
                f"Background no\nMode s\nKeyTable {directory}/kt\nSigningTable {directory}/st\n"
                f"InternalHosts 127.0.0.1\nSignatureAlgorithm {algorithm}\n"
                "Canonicalization relaxed/relaxed\n"
            ))
            try:
                for envelope, found in zip(messages, signatures):
                    found.append(signature(party, envelope))
            finally:
                party.end()
        for envelope, found in zip(messages, signatures):
            fields, body = envelope.messages[0].fields, envelope.messages[0].body
            self.signed.append((f"{kind}, by {name}", found, fields, body))

    def draw(self, draw):
        """What is drawn in a few words, what is broken of a signature, the fields, and the body."""
        by, signatures, fields, body = draw.choice(self.signed)
        chosen = draw.sample(signatures, draw.choices([1, 2, 3, 5], [10, 3, 2, 1])[0])
        what = None
        kind = f"signed with {', '.join(selector(value) for _, value in chosen)} ({by})"
        if draw.random() < 0.25:
            at = draw.randrange(len(chosen))
            what, text = broken(draw, chosen[at][1])
            chosen[at] = (chosen[at][0], text)
            kind += f", number {at}: {what}"
        fields = chosen + fields
        change = draw.random()
        if change < 0.08:
            kind, body = kind + ", other body", body + b"PS\r\n"
        elif change < 0.16:
            kind += ", other From"
            fields = [(name, value.replace("Amy", "Bob")) for name, value in fields]
        return kind, what, list(fields), body


def signature(party, envelope):
    if party.said is not None:
        raise SystemExit(f"{party.name} does not start: {party.said}")
    mta = Mta(party.socket)
    [heard] = mta.play(envelope)
    mta.close()
    values = [value for name, value in heard.inserted if name == "DKIM-Signature"]
    if len(values) != 1:
        raise SystemExit(f"{party.name} makes {len(values)} signatures: {heard.reply} {heard.text}")
    return ("DKIM-Signature", " " + values[0].lstrip(" "))


def message(number):
    """An envelope with one message, from inside."""
    envelope = Envelope(f"pool/{number}", None, False)
    envelope.client.family, envelope.client.address = "4", "127.0.0.1"
    message = envelope.messages[0]
    host = DOMAIN if number % 2 else f"sub.{DOMAIN}"
    message.fields = [pair for pair in message.fields if pair[0].lower() != "from"]
    message.fields.append(("From", f" Amy <amy@{host}>"))
    message.body += b"Bye.\r\n"
    envelope.messages = [message]
    return envelope


def selector(value):
    found = re.search(r"\bs=([\w.-]+)", value)
    signer = re.search(r"\bi=@(sub)", value)
    return found[1] + (" i=@sub" if signer else "")


def broken(draw, value):
    """A signature with one thing changed, and what that is."""
    what, pattern, text = draw.choice([
        ("b= of another", r"\bb=\s*\S\S\S\S", "b=AAAA"), ("b= empty", r"\bb=[^;]*", "b="), ("no b=", r";\s*b=[^;]*", ""),
        ("no bh=", r"\bbh=[^;]*;", ""), ("bh= of another", r"\bbh=\S\S\S\S", "bh=AAAA"), ("bh= no base64", r"\bbh=", "bh=*"),
        ("v=2", r"\bv=1", "v=2"), ("no v=", r"\bv=1;\s*", ""), ("no d=", r"\bd=[^;]*;", ""), ("no s=", r"\bs=[^;]*;", ""),
        ("no a=", r"\ba=[^;]*;", ""), ("a= unknown", r"\ba=[^;]*", "a=rsa-md5"), ("c= unknown", r"\bc=[^;]*", "c=loose"),
        ("no h=", r"\bh=[^;]*;", ""), ("h= without From", r"\bh=[^;]*", "h=Subject"), ("x= over", r"\bv=1;", "v=1; x=1000;"),
        ("t= to come", r"\bt=\d+", "t=4000000000"), ("x= before t=", r"\bt=\d+", "t=2000000000; x=1999999999"),
        ("i= elsewhere", r"\bv=1;", "v=1; i=@elsewhere.test;"), ("l=0", r"\bv=1;", "v=1; l=0;"), ("l= too long", r"\bv=1;", "v=1; l=999999;"),
        ("q= unknown", r"\bv=1;", "v=1; q=http;"), ("d= twice", r"\bv=1;", "v=1; d=x.test;"), ("no tags", r"(?s).*", " nonsense"),
        ("empty", r"(?s).*", ""), ("unknown tag", r"\bv=1;", "v=1; unknown=1;"), ("final semicolon", r"$", ";"),
        ("d= a parent", r"\bd=[^;]*", "d=test"), ("s= another", r"\bs=(\w+)", r"s=none"),
    ])
    return what, re.sub(pattern, text, value, count=1)


def published(keys):
    """The key records by their names."""
    rsa, ed25519 = public(keys / "rsa.pub"), public(keys / "ed25519.pub", 32)
    found = {}
    for kind, key, other in [("rsa", rsa, ed25519), ("ed25519", ed25519, base64.b64encode(bytes(32)).decode())]:
        for name, record in RECORDS.items():
            if record is not None:
                record = record.replace("TYPE", kind).replace("KEY", key).replace("OTHER", other)
            if record != "":
                found[f"{name}-{kind}._domainkey.{DOMAIN}"] = record
    return found


def public(path, last=0):
    """The base64 of the last octets of a public key, all of them with 0."""
    der = base64.b64decode("".join(path.read_text().splitlines()[1:-1]))
    return base64.b64encode(der[-last:]).decode()
