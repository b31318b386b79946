"""A name server for the keys of the signatures that are verified, on a port of its own."""

import socket
import struct
import threading

TXT, IN = 16, 1
NXDOMAIN, SERVFAIL = 3, 2


class NameServer:
    """Answers until the program ends. `records` are texts by names in lower case; a name with
    `None` in the place of its text cannot be asked for just now."""

    def __init__(self, records):
        self.records = records
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        threading.Thread(target=self.serve, daemon=True).start()

    def configuration(self):
        """As an unbound.conf, of which ours reads the last line."""
        address, port = self.socket.getsockname()
        return (
            'server:\n  do-not-query-localhost: no\n  module-config: "iterator"\n'
            '  local-zone: "test." nodefault\n'
            f'forward-zone:\n  name: "."\n  forward-addr: {address}@{port}\n'
        )

    def serve(self):
        while True:
            question, client = self.socket.recvfrom(65535)
            self.socket.sendto(self.answer(question), client)

    def answer(self, query):
        end = 12
        labels = []
        while (length := query[end]) != 0:
            labels.append(query[end + 1:end + 1 + length].decode("latin-1").lower())
            end += 1 + length
        question, name = query[12:end + 5], ".".join(labels)
        [kind] = struct.unpack(">H", question[-4:-2])
        record = self.records.get(name, "")
        code, answer = 0, b""
        if record is None:
            code = SERVFAIL
        elif record == "":
            # Of a name with others below it nothing is known, which is not the same.
            below = any(known.endswith(f".{name}") for known in self.records)
            code = 0 if below else NXDOMAIN
        elif kind == TXT:
            strings = [record[at:at + 255].encode() for at in range(0, len(record), 255)]
            data = b"".join(bytes([len(string)]) + string for string in strings)
            answer = b"\xc0\x0c" + struct.pack(">HHIH", TXT, IN, 60, len(data)) + data
        head = query[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, 1 if answer else 0, 0, 0)
        return head + question + answer
