"""The ways to write who the author of a message is, right and wrong.

Each form has a name, by which `rules.py` knows it, and gives the fields From of an author
`local@domain`; `other` is a second author, where there is one.

Left out is a domain in U-labels (RFC 5890): OpenDKIM 2.11 ends with a failed assertion where it is to
sign for one in the name of `%`.
"""


def forms():
    """Each form: how often it is drawn, its name, and what writes it."""
    yield 30, "angle", lambda a, o: [f" Amy <{a}>"]
    yield 20, "bare", lambda a, o: [f" {a}"]
    yield 3, "no space", lambda a, o: [f"Amy <{a}>"]
    yield 5, "quoted name", lambda a, o: [f' "Lee, Amy" <{a}>']
    yield 3, "address as a quoted name", lambda a, o: [f' "{o}" <{a}>']
    yield 3, "comment behind", lambda a, o: [f" {a} (Amy)"]
    yield 3, "comment with an address before", lambda a, o: [f" ({o}) {a}"]
    yield 3, "comment with an address in the name", lambda a, o: [f" Amy ({o}) <{a}>"]
    yield 2, "nested comments", lambda a, o: [f" (a (b \\) <{o}>)) {a} (c)"]
    yield 2, "comment behind a local part", lambda a, o: [" " + a.replace("@", " (c)@")]
    yield 2, "comment before a domain", lambda a, o: [" <" + at(a, "@(c) ") + ">"]
    yield 2, "space around the at sign", lambda a, o: [" " + at(a, " @ ")]
    yield 3, "encoded word", lambda a, o: [f" =?utf-8?q?Am=C3=A9?= <{a}>"]
    yield 3, "address in an encoded word", lambda a, o: [f" =?utf-8?q?{o.replace('@', '=40')}?= <{a}>"]
    yield 2, "not ASCII", lambda a, o: [f" Am\u00e9 <{a}>"]
    yield 3, "folded", lambda a, o: [f"\n {a}"]
    yield 3, "folded before the address", lambda a, o: [f" Amy\n\t<{a}>"]
    yield 2, "folded in the address", lambda a, o: [" <" + at(a, "@\n ") + ">"]
    yield 4, "two mailboxes", lambda a, o: [f" {a}, {o}"]
    yield 3, "two mailboxes with names", lambda a, o: [f" Amy <{a}>, Bob <{o}>"]
    yield 2, "comma first", lambda a, o: [f" , {a}"]
    yield 2, "comma last", lambda a, o: [f" {a},"]
    yield 3, "group", lambda a, o: [f" Team: {a};"]
    yield 2, "group of two", lambda a, o: [f" Team: Amy <{a}>, {o};"]
    yield 2, "empty group", lambda a, o: [" Undisclosed:;"]
    yield 2, "source route", lambda a, o: [f" <@{o.rpartition('@')[2]}:{a}>"]
    yield 2, "address as a bare name", lambda a, o: [f" {o} <{a}>"]
    yield 2, "its address as a bare name", lambda a, o: [f" {a} <{a}>"]
    yield 2, "dots in the name", lambda a, o: [f" Amy B. Lee <{a}>"]
    yield 3, "final dot", lambda a, o: [f" <{a}.>"]
    yield 4, "upper case", lambda a, o: [f" <{a.upper()}>"]
    yield 2, "mixed case domain", lambda a, o: [" <" + at(a, "@", str.title) + ">"]
    yield 2, "no domain", lambda a, o: [" <" + a.rpartition("@")[0] + ">"]
    yield 2, "no address", lambda a, o: [" Amy"]
    yield 1, "no local part", lambda a, o: [" <@" + a.rpartition("@")[2] + ">"]
    yield 2, "empty address", lambda a, o: [" <>"]
    yield 2, "empty", lambda a, o: [""]
    yield 2, "none", lambda a, o: []
    yield 3, "two fields", lambda a, o: [f" {a}", f" {o}"]
    yield 2, "two equal fields", lambda a, o: [f" {a}", f" {a}"]
    yield 2, "two addresses in angles", lambda a, o: [f" <{a}> <{o}>"]
    yield 2, "open angle", lambda a, o: [f" Amy <{a}"]
    yield 1, "open quote", lambda a, o: [f' "Amy <{a}>']
    yield 1, "open comment", lambda a, o: [f" (Amy <{a}>"]
    yield 1, "semicolon behind", lambda a, o: [f" {a};"]
    yield 2, "two at signs", lambda a, o: [f" <{o}@{a.rpartition('@')[2]}>"]
    yield 2, "quoted local part", lambda a, o: [f' <"a b"@{a.rpartition("@")[2]}>']
    yield 2, "at sign in a local part", lambda a, o: [f' <"{o}"@{a.rpartition("@")[2]}>']
    yield 2, "needless quotes", lambda a, o: [' <"' + at(a, '"@') + ">"]
    yield 2, "address literal", lambda a, o: [" <" + a.rpartition("@")[0] + "@[192.0.2.1]>"]
    yield 2, "literal name", lambda a, o: [" <" + at(a, "@[") + "]>"]
    yield 1, "white space behind", lambda a, o: [f" {a} \t"]
    yield 1, "empty label", lambda a, o: [" <" + at(a, "@.") + ">"]
    yield 1, "pipe in the local part", lambda a, o: [f" <a|b@{a.rpartition('@')[2]}>"]


def at(address, sign, case=str):
    local, _, domain = address.rpartition("@")
    return local + sign + case(domain)


FORMS = list(forms())


def draw_from(draw, author, other):
    """The name of a form, and the fields of it."""
    [(_, name, write)] = draw.choices(FORMS, [weight for weight, *_ in FORMS])
    shown = draw.choices(["From", "from", "FROM"], [10, 1, 1])[0]
    return name, [(shown, value) for value in write(author, other)]
