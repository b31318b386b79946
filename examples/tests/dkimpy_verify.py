"""Verifies every signature of the message on standard input: dkimpy_verify.py NAME RECORD ...

Prints `a= d= s= pass|fail` for each, top down.
"""

import sys

import dkim

records = dict(zip(sys.argv[1::2], sys.argv[2::2]))


def txt(name, timeout=5):
    record = records.get(name.decode().rstrip("."))
    return record.encode() if record is not None else None


message = sys.stdin.buffer.read()
count = sum(1 for name, _ in dkim.DKIM(message).headers if name.lower() == b"dkim-signature")
for index in range(count):
    check = dkim.DKIM(message)
    try:
        passed = check.verify(idx=index, dnsfunc=txt)
    except dkim.DKIMException as error:
        print(error, file=sys.stderr)
        passed = False
    fields = check.signature_fields
    tags = " ".join(fields.get(tag, b"").decode() for tag in (b"a", b"d", b"s"))
    print(tags, "pass" if passed else "fail")
