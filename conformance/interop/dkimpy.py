"""dkimpy's side of `run`: dkimpy.py sign|verify DIRECTORY [FILE …], the plan on standard input."""

import base64
import sys
from pathlib import Path

import dkim


def main():
    verb, directory, files = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
    if verb == "sign":
        for line in sys.stdin:
            sign(directory, *line.rstrip("\n").split("\t"))
    else:
        zone = dict(line.split(" ", 1) for line in (directory / "zone.txt").read_text().splitlines())
        for file in files:
            print(file, *results(Path(file).read_bytes(), zone))


def sign(directory, source, target, algorithm, forms, length):
    message = Path(source).read_bytes()
    if algorithm == "rsa-sha256":
        selector, key = b"rsa", (directory / "rsa.private").read_bytes()
    else:
        selector, key = b"ed25519", seed((directory / "ed25519.private").read_text())
    field = dkim.sign(
        message, selector, b"example.test", key, signature_algorithm=algorithm.encode(),
        canonicalize=tuple(form.encode() for form in forms.split("/")), length=length == "True",
    )
    Path(target).write_bytes(field + message)


def seed(pem):
    """The base64 of the 32 octets at the end of the PKCS#8 form."""
    der = base64.b64decode("".join(pem.splitlines()[1:-1]))
    return base64.b64encode(der[-32:])


def results(message, zone):
    count = sum(name.lower() == b"dkim-signature" for name, _ in dkim.DKIM(message).headers)
    for index in range(count):
        check = dkim.DKIM(message)
        try:
            passed = check.verify(idx=index, dnsfunc=lambda name, timeout=5: txt(zone, name))
        except dkim.DKIMException as error:
            print(error, file=sys.stderr)
            passed = False
        yield f"{check.signature_fields[b'a'].decode()}={'pass' if passed else 'fail'}"


def txt(zone, name):
    record = zone.get(name.decode().rstrip("."))
    return record and record.encode()


main()
