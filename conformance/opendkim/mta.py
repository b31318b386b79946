"""A mail server's side of the milter protocol, step by step as Postfix takes them.

A filter is told of a client and its messages, and all that it answers is kept: per message the
reply that ended it, with the step at which it came, and the changes.
"""

import socket
import struct

ACTIONS, STEPS = 0x1FF, 0x1FFFFF  # what Postfix 3.7 offers, and what the protocol has
LEADING_SPACE = 0x100000
PATIENCE = 60  # seconds; a filter that is silent for so long hangs
PIECE = 65535  # octets of a body in one packet

# By the letter of a command: its name, the bit of a filter that does not want it, and of one that
# wants it and does not answer.
COMMANDS = {
    b"C": ("connect", 0x1, 0x1000),
    b"H": ("helo", 0x2, 0x2000),
    b"M": ("mail", 0x4, 0x4000),
    b"R": ("rcpt", 0x8, 0x8000),
    b"T": ("data", 0x200, 0x10000),
    b"L": ("header", 0x20, 0x80),
    b"N": ("end of header", 0x40, 0x40000),
    b"B": ("body", 0x10, 0x80000),
    b"E": ("end", 0, 0),
}
REPLIES = {
    b"a": "accept", b"c": "continue", b"d": "discard", b"r": "reject", b"s": "skip",
    b"t": "tempfail",
}


class Broken(Exception):
    """The filter closed the connection, or says what the protocol does not have."""


class Heard:
    """What became of one message."""

    def __init__(self):
        self.step, self.reply, self.text = None, None, ""
        self.inserted, self.deleted, self.others = [], [], []


class Mta:
    """A connection to a filter that listens at `path`."""

    def __init__(self, path):
        self.stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.stream.settimeout(PATIENCE)
        self.stream.connect(str(path))
        self.input = self.stream.makefile("rb")
        self.put(b"O", struct.pack(">III", 6, ACTIONS, STEPS))
        letter, payload = self.packet()
        if letter != b"O":
            raise Broken(f"{letter} in the place of negotiation")
        self.version, self.actions, self.steps = struct.unpack(">III", payload[:12])
        # The macros that the filter asks for, by the number of the stage.
        self.wanted = {}
        rest = payload[12:]
        while len(rest) > 4:
            names, _, after = rest[4:].partition(b"\0")
            self.wanted[struct.unpack(">I", rest[:4])[0]] = names.decode()
            rest = after

    def close(self):
        try:
            self.put(b"Q", b"")
        except OSError:
            pass
        self.input.close()
        self.stream.close()

    def play(self, envelope):
        """Tells of a client and its messages. Gives what was heard of each."""
        client = envelope.client
        self.macros(b"C", client.macros)
        heard = Heard()
        if self.tell(b"C", client.octets(), heard):
            return [heard] * len(envelope.messages)
        heard = Heard()
        if self.tell(b"H", client.helo.encode() + b"\0", heard):
            return [heard] * len(envelope.messages)
        return [self.message(message) for message in envelope.messages]

    def message(self, message):
        heard = Heard()
        if not self.send(message, heard):
            self.macros(b"E", [("i", message.queue_id)])
            self.put(b"E", b"")
            self.changes(heard)
        else:
            self.put(b"A", b"")
        return heard

    def send(self, message, heard):
        """Whether the filter ends it before all of it is said."""
        self.macros(b"M", message.macros)
        if self.tell(b"M", f"{message.sender}\0".encode(), heard):
            return True
        for recipient in message.recipients:
            self.macros(b"R", [("i", message.queue_id)])
            if self.tell(b"R", f"{recipient}\0".encode(), heard):
                return True
        self.macros(b"T", [("i", message.queue_id)])
        if self.tell(b"T", b"", heard):
            return True
        for name, value in message.fields:
            if not self.steps & LEADING_SPACE and value.startswith(" "):
                value = value[1:]
            octets = name.encode() + b"\0" + value.encode("utf-8", "surrogateescape") + b"\0"
            if self.tell(b"L", octets, heard):
                return True
        self.macros(b"N", [("i", message.queue_id)])
        if self.tell(b"N", b"", heard):
            return True
        for at in range(0, len(message.body), PIECE):
            ended = self.tell(b"B", message.body[at:at + PIECE], heard)
            if ended == "skip":
                break
            if ended:
                return True
        return False

    def changes(self, heard):
        """All that a filter says at the end of a message."""
        heard.step = "end"
        while True:
            letter, payload = self.packet()
            if letter in (b"i", b"h"):
                index, payload = (payload[:4], payload[4:]) if letter == b"i" else (b"", payload)
                name, value = payload.split(b"\0")[:2]
                heard.inserted.append((name.decode(), value.decode("utf-8", "replace")))
            elif letter == b"m":
                name, value = payload[4:].split(b"\0")[:2]
                kind = heard.others if value else heard.deleted
                kind.append(("change", struct.unpack(">I", payload[:4])[0], name.decode()))
            elif letter == b"q":
                heard.others.append(("quarantine",))
            elif letter in (b"+", b"-", b"2", b"e", b"b"):
                heard.others.append((letter.decode(), payload))
            elif letter != b"p":
                heard.reply, heard.text = reply(letter, payload)
                return

    def tell(self, letter, payload, heard):
        """Gives `None` where the filter wants more, else what it says."""
        name, unwanted, silent = COMMANDS[letter]
        if self.steps & unwanted:
            return None
        self.put(letter, payload)
        if self.steps & silent:
            return None
        said, text = reply(*self.packet())
        if said == "continue":
            return None
        if said != "skip":
            heard.step, heard.reply, heard.text = name, said, text
        return said

    def macros(self, letter, pairs):
        if pairs:
            text = "".join(f"{name}\0{value}\0" for name, value in pairs)
            self.put(b"D", letter + text.encode())

    def put(self, letter, payload):
        self.stream.sendall(struct.pack(">I", len(payload) + 1) + letter + payload)

    def packet(self):
        head = self.input.read(4)
        if len(head) < 4:
            raise Broken("closed")
        octets = self.input.read(struct.unpack(">I", head)[0])
        return octets[:1], octets[1:]


def reply(letter, payload):
    """A reply in a word, and its text. With a code of its own it is as one without."""
    if letter == b"y":
        text = payload.rstrip(b"\0").decode("utf-8", "replace")
        return {"4": "tempfail", "5": "reject"}.get(text[:1], text), text
    if letter not in REPLIES:
        raise Broken(f"{letter} in the place of a reply")
    return REPLIES[letter], ""
