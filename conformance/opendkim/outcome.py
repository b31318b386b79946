"""What a filter made of a message, in terms that both filters share.

Left out of it, as it differs on purpose everywhere:

* The place of new fields: OpenDKIM puts them below the topmost field, ours go on top (RFC 8601 §4).
* Which Authentication-Results are removed: ours are all in our own name (RFC 8601 §5).
* The text of a reply, and the code of its own that ours have and OpenDKIM mostly has not.
* The step at which it is known that a message stays as it is, or does not pass; and changes to one
  that does not pass, which no mail server makes.
* In Authentication-Results the sizes of keys, the reasons, and how the properties are spelled.
"""

import re
from dataclasses import dataclass, field


@dataclass
class Outcome:
    step: str = field(compare=False)
    reply: str
    held: bool
    # Of each new DKIM-Signature, in the order of insertion.
    signatures: list
    # Of each new Authentication-Results its `Verdict`s; `None` if there is none.
    verdicts: list
    # Whatever else is changed.
    others: list

    def decision(self):
        verify = "verify" if self.verdicts is not None else "leave alone"
        done = f"sign {len(self.signatures)} times" if self.signatures else verify
        return f"{done}, {self.reply}" + (" and hold" if self.held else "")

    def passes(self):
        return [verdict.word == "pass" for verdict in self.verdicts or []]


@dataclass
class Signature:
    d: str
    s: str
    i: str
    a: str
    c: str
    expires: bool
    h: list


@dataclass
class Verdict:
    word: str
    d: str
    s: str


def outcome(heard):
    signatures, verdicts, others = [], None, []
    for name, value in heard.inserted:
        if name == "DKIM-Signature":
            signatures.append(signature(value))
        elif name == "Authentication-Results":
            verdicts = judged(value)
        else:
            others.append(name)
    held = ("quarantine",) in heard.others
    others += [other for other in heard.others if other != ("quarantine",)]
    # At the end, to go on is to accept.
    reply = "accept" if heard.reply == "continue" else heard.reply
    if reply != "accept":
        signatures, verdicts, others = [], None, []
    return Outcome(heard.step, reply, held, signatures, verdicts, others)


def signature(value):
    tags = tags_of(value)
    signer = re.sub(r"=([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), tags.get("i", ""))
    fields = sorted(tags.get("h", "").lower().split(":"))
    # Names are the same in whatever case.
    signer = signer.rpartition("@")[0] + "@" + signer.rpartition("@")[2].lower() if signer else ""
    return Signature(tags["d"].lower(), tags["s"].lower(), signer, tags.get("a"), tags.get("c"), "x" in tags, fields)


def tags_of(value):
    parts = [part.split("=", 1) for part in re.sub(r"\s", "", value).split(";")]
    return {part[0]: part[1] for part in parts if len(part) == 2}


def judged(value):
    """What is said of each signature, or that there is none."""
    while (shorter := re.sub(r'"[^"]*"|\([^()]*\)', "", value)) != value:
        value = shorter
    found = []
    for part in value.split(";")[1:]:
        words = dict(word.split("=", 1) for word in part.split() if "=" in word)
        if "dkim" in words:
            about = (words.get(name, "").lower() for name in ("header.d", "header.s"))
            found.append(Verdict(words["dkim"], *about))
    return found
