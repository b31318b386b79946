"""Receives with aiosmtpd and writes each message, as it came, to a file in DIRECTORY."""

import asyncio
import itertools
import pathlib
import sys

from aiosmtpd.smtp import SMTP


class Keeper:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.numbers = itertools.count()

    async def handle_DATA(self, server, session, envelope):
        path = self.directory / str(next(self.numbers))
        path.write_bytes(envelope.original_content)
        return "250 2.0.0 OK"


async def main(directory):
    keeper = Keeper(directory)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(keeper), "127.0.0.1", 0)
    print("listening on %s:%d" % server.sockets[0].getsockname(), flush=True)
    await server.serve_forever()


asyncio.run(main(sys.argv[1]))
