"""Random sites: the files of an OpenDKIM, as its users write them. A seed gives the same each time.

`DIR` stands for the site's directory, `KEYS` for that of the keys.
"""

import random

import hosts
import words
from datasets import data_set

KEY_FILES = [
    "KEYS/rsa.pem", "KEYS/rsa.pem", "KEYS/rsa.pem", "KEYS/rsa-pkcs8.pem", "KEYS/rsa-pkcs8.pem",
    "KEYS/rsa-1024.pem", "KEYS/of/%/mail.pem", "KEYS/%.pem",
]
BAD_KEY_FILES = ["KEYS/none.pem", "KEYS/junk.pem", "KEYS/unsafe.pem", "KEYS/empty.pem"]
ED25519_FILES = ["KEYS/ed25519.pem"]

ACTIONS = ["accept", "discard", "quarantine", "reject", "tempfail"]
DEFAULTS = {"DNSError": "tempfail", "InternalError": "tempfail", "Security": "tempfail", "SignatureError": "reject"}


class Site:
    """Its files by name, and the lines of its opendkim.conf."""

    def __init__(self, seed):
        draw = self.draw = random.Random(seed)
        self.files, self.lines = {}, []
        self.sets = {}
        # What the SigningTable names behind the keys.
        self.signers = []
        self.ed25519 = draw.random() < 0.15
        self.has_bad_keys = draw.random() < 0.2
        self.verifies = draw.random() < 0.3
        signers = [self.tables, self.tables, self.tables, self.one_key]
        if self.verifies:
            signers.append(self.nobody)
        draw.choice(signers)()
        self.who_is_ours()
        self.how_to_sign()
        self.how_to_verify()
        self.what_to_do()
        draw.shuffle(self.lines)
        self.lines += ["Background no", "ResolverConfiguration KEYS/unbound.conf", "AuthservID mx.here.test"]

    def line(self, name, value, chance=1.0):
        if self.draw.random() < chance:
            # Names are in whatever case, and behind a value there may be a comment.
            name = self.draw.choices([name, name.lower(), name.upper()], [8, 1, 1])[0]
            gap = self.draw.choice(["\t", " ", "\t\t", "   "])
            self.lines.append(f"{name}{gap}{value}" + self.draw.choice(["", "", "", " ", "  # why"]))

    def set(self, name, rows, chance=1.0, **more):
        """An option that is a data set."""
        if self.draw.random() < chance:
            self.sets[name] = [key for key, _ in rows]
            self.line(name, data_set(self.draw, self, name, rows, **more))

    # --- who signs -----------------------------------------------------------------------------

    def nobody(self):
        pass

    def one_key(self):
        draw = self.draw
        listed = {words.domain(draw) for _ in range(draw.choice([1, 1, 2, 3]))}
        listed = [draw.choice([name] * 8 + [name.upper(), f".{name}", f"*.{name}"]) for name in sorted(listed)]
        if draw.random() < 0.15:
            listed.append("*")
        self.set("Domain", [(domain, None) for domain in listed])
        self.line("Selector", draw.choice(words.SELECTORS))
        files = ED25519_FILES if self.ed25519 else ["KEYS/rsa.pem", "KEYS/rsa-pkcs8.pem", "KEYS/rsa-1024.pem"]
        self.line("KeyFile", draw.choice(files))
        self.line("SubDomains", draw.choice(["yes", "no"]), 0.5)

    def tables(self):
        draw = self.draw
        names = draw.sample(["k1", "k2", "K1", "example.test", "other.test", "wild.test", "sub.example.test", "x.y"], draw.randint(1, 6))
        if draw.random() < 0.1:
            names.append(draw.choice(names))
        self.set("KeyTable", [(name, self.key()) for name in names], kinds=("file", "file", "refile", "csl"))
        rows = [(None, self.target(names)) for _ in range(draw.choice([1, 2, 3, 4, 6, 10]))]
        patterns = draw.random() < 0.55
        rows = [(self.pattern() if patterns else self.form(), target) for _, target in rows]
        self.set("SigningTable", rows, kinds=("refile",) if patterns else ("file", "file", "csl"))
        self.line("MultipleSignatures", draw.choice(["yes", "True", "no"]), 0.4)

    def key(self):
        draw = self.draw
        domain = draw.choices(["%", words.domain(draw), words.domain(draw).upper()], [4, 10, 1])[0]
        files = ED25519_FILES if self.ed25519 else KEY_FILES
        if self.has_bad_keys and draw.random() < 0.4:
            files = BAD_KEY_FILES
        key = "INLINE" if draw.random() < 0.06 and not self.ed25519 else draw.choice(files)
        if self.has_bad_keys and draw.random() < 0.1:
            return draw.choice([f"{domain}", f"{domain}:s1", f"{domain}::{key}", f":s1:{key}", f"{domain}:s1:", f"{domain}:s1:{key}:more"])
        return f"{domain}:{draw.choice(words.SELECTORS)}:{key}"

    def target(self, names):
        draw = self.draw
        name = draw.choices([draw.choice(names), "%", "gone"], [16, 2, 1 if self.has_bad_keys else 0])[0]
        domain = draw.choice(words.DOMAINS)
        signer = draw.choice([
            "@%", "x@%", "%@%", f"@{domain}", f"list@{domain}", f"{draw.choice(words.LOCALS)}@{domain}",
            "@sub.%", f"list@{domain.upper()}", "x", "%", "", "a:b@%", f"x@y@{domain}",
        ])
        if draw.random() < 0.6:
            return name
        self.signers.append(signer)
        return f"{name}:{signer}"

    def pattern(self):
        """Of a `refile:`."""
        draw = self.draw
        local, domain = words.author(draw).split("@")
        return draw.choice([
            f"*@{domain}", f"*@{domain}", f"*@{domain}", f"*@{domain}", "*@*", f"*@*.{domain}", f"*@{domain.upper()}", f"{local}@{domain}",
            f"{local}@*", f"*{domain}", "*", "*@*", f"(amy|bob)@{domain}", f"[a-c]*@{domain}",
            f"{domain}", f".{domain}", f"*@.{domain}", f"a?my@{domain}", f"*@{domain}$", f"^*@{domain}",
            f"*.{domain}", f"*@(www|x|sub).{domain}", f"[^b]*@{domain}", f"a{{1}}my@{domain}", f"*%*@{domain}",
            f"*+*@{domain}", "*@*.test", f"*@?{domain}", f"*[.]test",
        ])

    def form(self):
        """Of a `file:` or a list."""
        draw = self.draw
        local, domain = words.author(draw).split("@")
        parent = domain.partition(".")[2] or domain
        return draw.choice([
            f"{local}@{domain}", domain, domain, domain, "*", domain.upper(), f"{local}@.{parent}", f".{parent}", f".{parent}",
            f"{local}@*", "*", f"*@{domain}", f"*.{parent}", f".{domain}", f"{local.upper()}@{domain}", f"@{domain}", f"{domain}.",
        ])

    # --- whose mail is signed ------------------------------------------------------------------

    def who_is_ours(self):
        draw = self.draw

        def rows():
            listed = [entry for entry in hosts.entries(draw) if entry]
            if draw.random() < 0.5:
                listed.append(draw.choice(["127.0.0.1", "0.0.0.0/0", ".example.net", "192.0.2.0/24", "::/0", "localhost"]))
            draw.shuffle(listed)
            return [(entry, None) for entry in listed]

        self.set("InternalHosts", rows() or [("127.0.0.1", None)], 0.75)
        self.set("PeerList", rows() or [("127.0.0.1", None)], 0.1)
        self.set("ExternalIgnoreList", rows() or [("127.0.0.1", None)], 0.15)
        self.set("MTA", [(name, None) for name in draw.sample(words.DAEMONS, draw.choice([1, 2]))], 0.2, kinds=("file", "csl"))
        rows = [(name, draw.choice([None, "yes", "yes|admin", "no"])) for name in draw.sample(words.MACROS, draw.choice([1, 2]))]
        self.set("MacroList", rows, 0.2, kinds=("file", "csl"))

    def what_to_do(self):
        draw = self.draw
        self.line("Mode", draw.choices(["sv", "vs", "s", "v"], [4, 1, 2, 2])[0], 0.6)

    # --- how -----------------------------------------------------------------------------------

    def how_to_sign(self):
        draw = self.draw
        if self.ed25519:
            self.line("SignatureAlgorithm", "ed25519-sha256")
        else:
            self.line("SignatureAlgorithm", "rsa-sha256", 0.2)
        form = draw.choice(["simple", "relaxed", "relaxed/simple", "simple/relaxed", "relaxed/relaxed"])
        self.line("Canonicalization", form, 0.6)
        self.line("SignatureTTL", draw.choice(["0", "3600", "86400"]), 0.2)
        fields = draw.sample(["Subject", "To", "Date", "Message-ID", "X-Mailer", "cc", "Reply-To", "Received"], 3)
        changes = ["*", f"+{fields[0]}", f"-{fields[1]}"]
        plain = [(name, None) for name in ["From", *fields]]
        self.set("SignHeaders", draw.choice([plain, [(change, None) for change in changes]]), 0.2, kinds=("csl", "file"))
        self.set("OmitHeaders", draw.choice([plain[1:], [(change, None) for change in changes], [(".", None)]]), 0.15, kinds=("csl", "file"))
        self.set("OversignHeaders", [("From", None)] + plain[2:], 0.3, kinds=("csl", "file"))

    def how_to_verify(self):
        draw = self.draw
        self.line("AlwaysAddARHeader", draw.choice(["yes", "no"]), 0.6)
        self.line("MinimumKeyBits", draw.choice(["0", "1024", "2048", "4096"]), 0.15)
        self.line("MaximumSignaturesToVerify", draw.choice(["0", "1", "2"]), 0.15)
        for occasion in ["BadSignature", "KeyNotFound", "NoSignature", "SignatureError", "Security", "InternalError"]:
            action = draw.choice(["accept", "discard", "reject", "tempfail", "quarantine", "r", "t"])
            self.line(f"On-{occasion}", action, 0.12)
        self.line("On-Default", draw.choice(["accept", "reject", "tempfail"]), 0.05)
        self.line("MaximumHeaders", draw.choice(["0", "2000", "65536"]), 0.1)

    # --- what it all becomes -------------------------------------------------------------------

    def value(self, name):
        """Of the last line of this name; `None` where there is none."""
        for line in reversed(self.lines):
            parts = line.split("#")[0].split(None, 1)
            if parts[0].lower() == name.lower():
                return parts[1].strip()
        return None

    def lists(self, name):
        """Whether a list stands for itself, and not for changes to the default."""
        return "*" not in self.sets.get(name, "*")

    def mode(self, letter):
        return letter in (self.value("Mode") or "sv")

    def is_on(self, name):
        return (self.value(name) or "no")[0] in "yYtT1"

    def action(self, occasion):
        """Of `On-…`, as the reply that it stands for or `quarantine`."""
        usual = self.value("On-Default") or DEFAULTS.get(occasion, "accept")
        initial = (self.value(f"On-{occasion}") or usual)[0].lower()
        return next(action for action in ACTIONS if action[0] == initial)

    def write(self, directory, keys, inline):
        """Writes the files. Gives the configuration, but for the socket."""
        def text(raw):
            return raw.replace("DIR", str(directory)).replace("KEYS", str(keys)).replace("INLINE", inline)

        directory.mkdir()
        for name, raw in self.files.items():
            (directory / name).write_text(text(raw), "utf-8")
        return text("\n".join(self.lines) + "\n")
