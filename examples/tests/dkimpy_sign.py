"""Signs the message on standard input: dkimpy_sign.py ALGORITHM DOMAIN SELECTOR KEYFILE."""

import sys

import dkim

algorithm, domain, selector, key_file = (argument.encode() for argument in sys.argv[1:])
message = sys.stdin.buffer.read()
with open(key_file, "rb") as file:
    key = file.read()
signature = dkim.sign(message, selector, domain, key, signature_algorithm=algorithm)
sys.stdout.buffer.write(signature + message)
