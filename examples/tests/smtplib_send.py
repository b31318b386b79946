"""Sends standard input with smtplib: HOST PORT MODE CAFILE FROM TO MECHANISM USER PASSWORD.

MODE is plain, starttls or tls. Without a MECHANISM (-) nobody logs in.
"""

import smtplib
import ssl
import sys

host, port, mode, ca, sender, to, mechanism, user, password = sys.argv[1:]
context = ssl.create_default_context(cafile=ca) if mode != "plain" else None
if context:
    # The certificate is known; its name is not the address that is connected to.
    context.check_hostname = False
if mode == "tls":
    smtp = smtplib.SMTP_SSL(host, int(port), "laptop.b.example", context=context)
else:
    smtp = smtplib.SMTP(host, int(port), "laptop.b.example")
with smtp:
    if mode == "starttls":
        smtp.starttls(context=context)
    smtp.ehlo()
    if mechanism != "-":
        smtp.user, smtp.password = user, password
        authenticate = getattr(smtp, "auth_" + mechanism.lower().replace("-", "_"))
        smtp.auth(mechanism, authenticate)
    smtp.sendmail(sender, to, sys.stdin.buffer.read(), ["BODY=8BITMIME"])
