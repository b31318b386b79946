"""Where the two are meant to differ. Each rule has a name, and the reason why ours is so.

A rule knows more than that there is a difference: it says what ours makes of what OpenDKIM does.
What no rule explains is a fault of ours.
"""

import copy
from collections import Counter

import words as vocabulary
from outcome import Verdict

# The reason of each rule by its name, and the rules in the order in which they are asked.
REASONS, RULES = {}, []
# Of signatures that do not pass: the words of both.
WORDS = Counter()


def message(site, message, theirs, ours):
    """The rules by which they do something else with a message; `None` for a fault of ours."""
    theirs, ours = copy.deepcopy(theirs), copy.deepcopy(ours)
    applied = []
    for name, apply in RULES:
        if apply(site, message, theirs, ours):
            applied.append(name)
        if theirs == ours:
            return applied
    return None


def rule(name, reason):
    """A function that makes `theirs` what ours is to be, or both what they have in common. It says
    whether it had to."""
    def add(function):
        REASONS[name] = reason
        RULES.append((name, function))
        return function
    return add


def start(site, theirs, ours):
    """The rules by which one starts and the other does not; `None` for a fault of ours."""
    for name, said in STARTS:
        if ours is None and said in theirs:
            return [name]
    return None


# --- signing -------------------------------------------------------------------------------------


@rule("two readers", "mail with a From that two readers could read differently has no author, and nobody signs it")
def two_readers(site, message, theirs, ours):
    # Nothing is known of what ours would have done with another author.
    return message.form in SEVERAL_READINGS and not ours.signatures and replace(theirs, ours)


@rule("MTA and MacroList", "one of them is enough, as opendkim.conf(5) says; OpenDKIM takes it back where another macro of MacroList has a value that is not listed")
def mta_and_macros(site, message, theirs, ours):
    told = dict(message.client.macros + message.macros)
    names = {name if len(name) == 1 else f"{{{name}}}" for name in site.sets.get("MacroList", [])}
    reasons = len(names & set(told)) + (told.get("{daemon_name}") in site.sets.get("MTA", []))
    return bool(names & set(told)) and reasons > 1 and not theirs.signatures and replace(theirs, ours)


@rule("name like an address", "no name admits what an address of a list should, since clients choose their names; to OpenDKIM it does")
def like_an_address(site, message, theirs, ours):
    client = message.client
    is_admitted = bool(theirs.signatures) or is_left_alone(theirs) or theirs.reply != ours.reply
    return client.name in vocabulary.LIKE_ADDRESSES and not ours.signatures and is_admitted and replace(theirs, ours)


@rule("peer without an address", "a client of which only the name is known is this machine to PeerList, too; to OpenDKIM only to InternalHosts")
def peer(site, message, theirs, ours):
    is_peer = message.client.family == "U" and bool(site.value("PeerList")) and ours.step == "connect"
    return is_peer and replace(theirs, ours)


@rule("space in a domain", "space behind an @ is no part of the domain (RFC 5322 §4.4); to OpenDKIM it is")
def space(site, message, theirs, ours):
    return message.form == "space around the at sign" and replace(theirs, ours)


@rule("needless quotes", "a local part is the same with quotes that it does not need (RFC 5321 §4.1.2); to OpenDKIM it is another")
def quotes(site, message, theirs, ours):
    return message.form == "needless quotes" and replace(theirs, ours)


@rule("key that cannot be used", "puts mail off, whatever is wrong with it; with one that can be read OpenDKIM does as On-InternalError says, in Mode v nothing")
def bad_key(site, message, theirs, ours):
    if not site.has_bad_keys or ours.reply != "tempfail" or theirs.signatures:
        return False
    is_internal_error = (theirs.reply, theirs.held) == acted(site.action("InternalError"))
    # It never holds mail for that.
    is_unheld = is_left_alone(theirs) and (site.action("InternalError") == "quarantine" or not site.mode("s"))
    return (is_internal_error or is_unheld) and replace(theirs, ours)


@rule("more than two signatures", "OpenDKIM keeps the first and the last of all that match, opendkim.conf(5) says all")
def several(site, message, theirs, ours):
    if not site.is_on("MultipleSignatures") or len(theirs.signatures) != 2:
        return False
    if not ours.signatures and (site.has_bad_keys or ours.reply == site.action("SignatureError")):
        # One of those between cannot be made.
        return replace(theirs, ours)
    theirs.signatures[1:1] = ours.signatures[1:-1]
    return len(ours.signatures) > 2


@rule("signer without an @", "OpenDKIM lets such mail pass unsigned; ours signs it without `i=`")
def signer(site, message, theirs, ours):
    is_bare = any(signer and "@" not in signer for signer in site.signers)
    is_to_be_signed = bool(ours.signatures) or ours.reply != "accept"
    return is_bare and is_to_be_signed and is_left_alone(theirs) and replace(theirs, ours)


@rule("signer with two @", "is no address, so that no `i=` says it; OpenDKIM leaves it out only if it ends with `@` and `d=`")
def two_ats(site, message, theirs, ours):
    differ = [signature for signature in theirs.signatures if signature.i.count("@") > 1]
    for signature in differ:
        signature.i = ""
    return bool(differ)


@rule("one label", "a name of one label, as `d=test`, is not signed for, and such mail passes; OpenDKIM does")
def one_label(site, message, theirs, ours):
    before = len(theirs.signatures)
    theirs.signatures = [signature for signature in theirs.signatures if "." in signature.d]
    return len(theirs.signatures) < before


@rule("short key", "MinimumKeyBits is for the keys of others, as opendkim.conf(5) says; OpenDKIM does not sign with shorter ones")
def short_key(site, message, theirs, ours):
    # It never holds mail for that.
    action = site.action("SignatureError").replace("quarantine", "accept")
    is_short = int(site.value("MinimumKeyBits") or 0) > 1024 and theirs.reply == action and not theirs.signatures
    return is_short and bool(ours.signatures) and replace(theirs, ours)


@rule("default h=", "without SignHeaders and OversignHeaders more fields are signed, and some oversigned")
def default_fields(site, message, theirs, ours):
    is_told = site.lists("SignHeaders") and site.value("OversignHeaders") and not site.value("OmitHeaders")
    # What is left out of the signed fields is oversigned otherwise.
    if is_told and "Received" not in site.sets["OversignHeaders"]:
        return False
    differ = [their.h for their in theirs.signatures] != [our.h for our in ours.signatures]
    for signature in theirs.signatures + ours.signatures:
        signature.h = []
    return differ


# --- verifying -----------------------------------------------------------------------------------


@rule("malformed", "a message without an author is treated as any other; OpenDKIM says `permerror` and does nothing else")
def malformed(site, message, theirs, ours):
    is_passed = words(theirs) == ["permerror"] or is_left_alone(theirs)
    if message.form in NO_AUTHOR and is_passed:
        theirs.verdicts = none(site)
        if site.mode("v"):
            act(theirs, site.action("NoSignature"))
        return True
    return False


@rule("quarantine", "holds mail on every occasion; OpenDKIM does not when it fails to sign, or when a header is too large")
def quarantine(site, message, theirs, ours):
    is_held = ours.held and is_left_alone(theirs) and not ours.signatures
    occasions = ("InternalError", "Security", "SignatureError")
    return is_held and "quarantine" in map(site.action, occasions) and replace(theirs, ours)


@rule("MaximumHeaders", "counts the header as it is sent, with CRLF at the end of each line; OpenDKIM counts less")
def header_size(site, message, theirs, ours):
    most = int(site.value("MaximumHeaders") or 65536)
    size = sum(len(f"{name}:{value}\n".replace("\n", "\r\n")) for name, value in message.fields)
    return 0 < most < size and size < most * 1.1 and replace(theirs, ours)


@rule("On-NoSignature", "is done with AlwaysAddARHeader, too, and with `quarantine`; OpenDKIM does not")
def no_signature(site, message, theirs, ours):
    if message.is_signed or theirs.signatures or theirs.reply != "accept" or not site.mode("v"):
        return False
    if is_left_alone(theirs) and site.action("NoSignature") != "quarantine":
        return False
    before = copy.copy(theirs)
    act(theirs, site.action("NoSignature"))
    return before != theirs


@rule("unreadable signature", "OpenDKIM neither verifies nor signs a message with a DKIM-Signature that lacks what it must have")
def unreadable(site, message, theirs, ours):
    is_unsaid = theirs.verdicts is None and not theirs.signatures
    return message.broken in UNREADABLE and is_unsaid and replace(theirs, ours)


@rule("MaximumSignaturesToVerify 0", "is no limit; OpenDKIM looks at no signature then")
def no_limit(site, message, theirs, ours):
    is_unlimited = site.value("MaximumSignaturesToVerify") == "0" and message.is_signed
    return is_unlimited and not theirs.signatures and not ours.signatures and replace(theirs, ours)


@rule("name server fails", "what cannot be asked for just now is `temperror`, and is done with as On-DNSError says; OpenDKIM lets it pass")
def dns_error(site, message, theirs, ours):
    if "broken-" not in message.kind or theirs.reply != "accept" or theirs.signatures:
        return False
    if is_left_alone(theirs):
        return not ours.signatures and replace(theirs, ours)
    is_told = ours.reply == site.action("DNSError") or {"temperror", "policy"} & set(words(ours))
    return bool(is_told) and replace(theirs, ours)


@rule("l=0", "the rest of a long body is not needed for a signature with l=0; OpenDKIM then says nothing of it")
def body_skipped(site, message, theirs, ours):
    is_skipped = message.broken == "l=0" and len(message.body) > 65535
    return is_skipped and is_left_alone(theirs) and not ours.signatures and replace(theirs, ours)


@rule("limit", "all signatures above the limit are told of once, as `policy`; OpenDKIM says `neutral` of each")
def limit(site, message, theirs, ours):
    most = int(site.value("MaximumSignaturesToVerify") or 3)
    if len(theirs.verdicts or []) > most and len(ours.verdicts or []) == most + 1:
        del theirs.verdicts[most + 1:]
        return True
    return False


@rule("what decides", "a signature is bad whatever is wrong with it, and none if it is of a domain that is testing or refused by policy; OpenDKIM does as On-BadSignature says only of the topmost, and only if it does not fit the message")
def what_decides(site, message, theirs, ours):
    if not message.is_signed or theirs.signatures or ours.signatures or "pass" in words(ours):
        return False
    occasions = [site.action(occasion) for occasion in ("DNSError", "BadSignature", "KeyNotFound", "NoSignature")]
    is_configured = (ours.reply, ours.held) in [acted(action) for action in occasions]
    return is_configured and (theirs.reply, theirs.held) != (ours.reply, ours.held) and replace(theirs, ours)


@rule("other word", "a signature that does not pass is `fail`, `permerror`, `policy` or `neutral` by other criteria (RFC 8601 §2.7.1)")
def other_word(site, message, theirs, ours):
    differ = False
    for their, our in zip(theirs.verdicts or [], ours.verdicts or []):
        if both(their, our, BAD):
            WORDS[their.word, our.word] += 1
            differ |= their != our
            their.word, their.d, their.s = our.word, our.d, our.s
    return differ


@rule("brackets", "an address in brackets is found, as opendkim.conf(5) says; OpenDKIM finds it or not, by the length of the address and by options that have nothing to do with it")
def brackets(site, message, theirs, ours):
    lists = [entry for name in ("InternalHosts", "PeerList") for entry in site.sets.get(name, [])]
    is_address = message.client.family in "46" and any("[" in entry for entry in lists)
    return is_address and replace(theirs, ours)


def replace(theirs, ours):
    """What ours is to be cannot be told from what OpenDKIM does."""
    vars(theirs).update(vars(ours))
    return True


def none(site):
    """What is said of mail without a signature."""
    return [Verdict("none", "", "")] if site.is_on("AlwaysAddARHeader") and site.mode("v") else None


def act(outcome, action):
    """Does what is configured for an occasion."""
    outcome.held |= action == "quarantine"
    outcome.reply = "accept" if action == "quarantine" else action
    if outcome.reply != "accept":
        outcome.signatures, outcome.verdicts = [], None


def acted(action):
    return ("accept", True) if action == "quarantine" else (action, False)


def words(outcome):
    return [verdict.word for verdict in outcome.verdicts or []]


def is_left_alone(outcome):
    return outcome.reply == "accept" and not outcome.signatures and outcome.verdicts is None


def both(their, our, words):
    return their.word in words and our.word in words


REASONS["unknown key"] = "a SigningTable that names a key which is not there keeps OpenDKIM from starting; ours warns, and puts off the mail"
# What OpenDKIM says when it does not start.
STARTS = [
    ("unknown key", "could not find valid key record"),
]
BAD = ("fail", "neutral", "permerror", "policy", "temperror")
# Forms of From that name nobody.
NO_AUTHOR = (
    "no domain", "no address", "empty address", "empty", "none", "empty group", "open quote", "open comment",
)
# Forms of From that two readers may read differently.
SEVERAL_READINGS = (
    "address as a bare name", "final dot", "no local part", "two addresses in angles", "open angle", "semicolon behind",
    "two at signs", "address literal", "literal name", "empty label", "two fields", "two equal fields",
)
# What is broken of a signature that OpenDKIM then does not read.
UNREADABLE = (
    "no tags", "empty", "no v=", "no d=", "no s=", "no a=", "no h=", "no b=", "no bh=", "x= before t=", "d= twice",
)
