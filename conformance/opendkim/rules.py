"""Where the two are meant to differ. Each rule has a name, and the reason why ours is so.

A rule knows more than that there is a difference: it says what ours makes of what OpenDKIM does.
What no rule explains is a fault of ours.
"""

import copy
from collections import Counter

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
    return message.form in SEVERAL_READINGS and bool(theirs.signatures) and not ours.signatures and replace(theirs, ours)


@rule("more than two signatures", "OpenDKIM keeps the first and the last of all that match, opendkim.conf(5) says all")
def several(site, message, theirs, ours):
    if len(theirs.signatures) == 2 and len(ours.signatures) > 2:
        theirs.signatures[1:1] = ours.signatures[1:-1]
        return True
    return False


@rule("default h=", "without SignHeaders and OversignHeaders more fields are signed, and some oversigned")
def default_fields(site, message, theirs, ours):
    if site.value("SignHeaders") and site.value("OversignHeaders"):
        return False
    differ = [their.h for their in theirs.signatures] != [our.h for our in ours.signatures]
    for signature in theirs.signatures + ours.signatures:
        signature.h = []
    return differ


# --- verifying -----------------------------------------------------------------------------------


@rule("malformed", "a message without an author is not signed, which is `none`; OpenDKIM says `permerror` of no signature")
def malformed(site, message, theirs, ours):
    if message.form in NO_AUTHOR and words(theirs) == ["permerror"] and words(ours) in (None, ["none"]):
        theirs.verdicts = ours.verdicts
        return True
    return False


@rule("other word", "a signature that does not pass is `fail`, `permerror`, `policy` or `neutral` by other criteria (RFC 8601 §2.7.1)")
def other_word(site, message, theirs, ours):
    differ = False
    for their, our in zip(theirs.verdicts or [], ours.verdicts or []):
        if both(their, our, BAD):
            WORDS[their.word, our.word] += 1
            differ |= their != our
            their.word, their.d, their.s = our.word, our.d, our.s
    return differ


def replace(theirs, ours):
    """What ours is to be cannot be told from what OpenDKIM does."""
    vars(theirs).update(vars(ours))
    return True


def both(their, our, words):
    return their.word in words and our.word in words


def words(outcome):
    return None if outcome.verdicts is None else [verdict.word for verdict in outcome.verdicts]


REASONS["unknown key"] = "a SigningTable that names a key which is not there keeps OpenDKIM from starting; ours warns, and puts off the mail"
REASONS["unusable key"] = "a KeyFile that cannot be used keeps OpenDKIM from starting; ours warns, and puts off the mail"
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
