"""The main program of `run`."""

import atexit
import base64
import os
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True
import rules
from envelopes import Envelope
from mta import Broken, Mta
from name_server import NameServer
from outcome import outcome
from parties import Party
from pool import Pool
from sites import Site

ROOT = Path(__file__).resolve().parent.parent.parent
PER_SITE = 10


def main():
    ours, count, seed = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    only = int(sys.argv[4]) if len(sys.argv) > 4 else None
    opendkim = shutil.which("opendkim", path=os.environ["PATH"] + ":/usr/sbin")
    if opendkim is None:
        required = os.environ.get("CI_REQUIRE_COMPONENTS") == "1"
        print(f"{'FAILED' if required else 'SKIPPED'}: OpenDKIM is not installed")
        sys.exit(1 if required else 0)
    print(f"{count} envelopes, seed {seed}")
    comparison = Comparison({"theirs": opendkim, "ours": ours}, seed, only)
    for number in range((count + PER_SITE - 1) // PER_SITE):
        if only in (None, number):
            comparison.site(number, min(PER_SITE, count - number * PER_SITE))
    sys.exit(comparison.end())


class Comparison:
    def __init__(self, programs, seed, only):
        self.programs, self.seed, self.only = programs, seed, only
        target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
        self.work = Path(tempfile.mkdtemp(prefix="opendkim-", dir=safe_place(target)))
        if only is None:
            atexit.register(shutil.rmtree, self.work, ignore_errors=True)
        self.keys = self.work / "keys"
        self.inline = make_keys(self.keys)
        self.pool = Pool(programs, self.work, self.keys)
        name_server = NameServer(self.pool.records)
        (self.keys / "unbound.conf").write_text(name_server.configuration())
        self.deviations, self.decisions, self.differences = Counter(), Counter(), 0

    def site(self, number, count):
        site = Site(f"{self.seed}/{number}")
        conf = site.write(self.work / str(number), self.keys, self.inline)
        envelopes = [Envelope(f"{self.seed}/{number}/{at}", self.pool, site.verifies) for at in range(count)]
        parties = {}
        try:
            for name, program in self.programs.items():
                parties[name] = Party(name, program, self.work / str(number), conf)
            theirs, ours = parties["theirs"], parties["ours"]
            if theirs.said is None and ours.said is None:
                for at, envelope in enumerate(envelopes):
                    self.envelope(site, number, at, envelope, parties)
            elif (theirs.said is None) != (ours.said is None):
                self.judge(rules.start(site, theirs.said, ours.said), site, number, "", "start", theirs.said, ours.said)
            else:
                self.decisions["do not start"] += 1
        finally:
            for party in parties.values():
                party.end()
        if self.only is None:
            shutil.rmtree(self.work / str(number))

    def envelope(self, site, number, at, envelope, parties):
        heard = {}
        for name, party in parties.items():
            try:
                mta = Mta(party.socket)
                heard[name] = mta.play(envelope)
                mta.close()
            except (Broken, OSError) as error:
                self.differ(number, f"{at}", f"{name}: {error!r}, {party.process.poll()}", envelope.client)
                return
        for index, message in enumerate(envelope.messages):
            theirs, ours = (outcome(heard[name][index]) for name in ("theirs", "ours"))
            self.decisions[theirs.decision()] += 1
            if theirs != ours:
                names = rules.message(site, message, theirs, ours)
                where = f"{at}, message {index}: {envelope.client}: {message}"
                self.judge(names, site, number, where, "message", theirs, ours)

    def judge(self, names, site, number, where, what, theirs, ours):
        if names is not None:
            self.deviations.update(names)
            if self.only is None:
                return
            what = f"[{', '.join(names)}] {what}"
        self.differ(number, where, what, f"\n    theirs {theirs}\n    ours   {ours}")

    def differ(self, number, where, what, more):
        self.differences += not what.startswith("[")
        print(f"site {number}, envelope {where}: {what} {more}")
        print(f"    to repeat: conformance/opendkim/run {(number + 1) * PER_SITE} {self.seed} {number}")

    def end(self):
        for decision, count in self.decisions.most_common():
            print(f"{count:6} {decision}")
        for rule, count in self.deviations.most_common():
            print(f"{count:6} times meant to differ: {rule}: {rules.REASONS[rule]}")
        for (theirs, ours), count in rules.WORDS.most_common():
            print(f"{count:6} signatures that are {theirs} for OpenDKIM and {ours} here")
        print(f"{self.differences} differences")
        if self.only is not None:
            print(f"the files are kept in {self.work}")
        return 1 if self.differences else 0


def make_keys(keys):
    """The keys of all sites. Gives one as it stands in a KeyTable."""
    keys.mkdir()
    data = ROOT / "crates" / "dkim-sign" / "testdata"
    files = {
        "rsa.pem": "test-rsa2048-pkcs1.pem", "rsa-pkcs8.pem": "test-rsa2048-pkcs8.pem",
        "rsa-1024.pem": "test-rsa1024-pkcs1.pem", "ed25519.pem": "test-ed25519-pkcs8.pem",
        "rsa.pub": "test-rsa2048-public.pem", "ed25519.pub": "test-ed25519-public.pem",
        "unsafe.pem": "test-rsa2048-pkcs1.pem",
        "of/example.test/mail.pem": "test-rsa2048-pkcs1.pem", "of/other.test/mail.pem": "test-rsa2048-pkcs8.pem",
        "of/wild.test/mail.pem": "test-rsa2048-pkcs1.pem", "sub.example.test.pem": "test-rsa2048-pkcs1.pem",
        "example.test.pem": "test-rsa2048-pkcs1.pem", "test.pem": "test-rsa2048-pkcs1.pem",
    }
    for name, source in files.items():
        path = keys / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((data / source).read_bytes())
        path.chmod(0o644 if name == "unsafe.pem" else 0o600)
    (keys / "junk.pem").write_text("-----BEGIN RSA PRIVATE KEY-----\nhello\n-----END RSA PRIVATE KEY-----\n")
    (keys / "empty.pem").write_text("")
    for name in ("junk.pem", "empty.pem"):
        (keys / name).chmod(0o600)
    # OpenDKIM cuts lines behind 1024 octets, so that a longer key does not fit.
    pem = (keys / "rsa-1024.pem").read_text().splitlines()
    return base64.b64encode(base64.b64decode("".join(pem[1:-1]))).decode()


def safe_place(target):
    """OpenDKIM refuses keys below a folder that everybody can write to, such as /tmp; and the name
    of a socket is short."""
    for folder in [Path("/run"), target.resolve()]:
        parents = [folder, *folder.parents]
        if os.access(folder, os.W_OK) and not any(p.stat().st_mode & 0o002 for p in parents):
            return folder
    return target.resolve()


if __name__ == "__main__":
    main()
