"""The two filters: each is started with the same files, in which only `Socket` differs."""

import os
import select
import socket
import subprocess
import time
from pathlib import Path

PATIENCE = 60  # seconds until a filter that neither listens nor ends is given up


class Party:
    """A filter in the foreground. `said` is why it did not start, `None` where it did."""

    def __init__(self, name, program, directory, conf):
        self.name, self.socket = name, Path(directory) / f"{name}.socket"
        path = Path(directory) / f"{name}.conf"
        path.write_text(f"{conf}Socket local:{self.socket}\n", "utf-8", "surrogateescape")
        self.log = open(Path(directory) / f"{name}.log", "w+b")
        self.process = subprocess.Popen(
            [program, "-f", "-x", path], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
        )
        self.said = self.wait()

    def wait(self):
        """Until it listens or ends."""
        ended = os.pidfd_open(self.process.pid)
        try:
            until = time.monotonic() + PATIENCE
            while time.monotonic() < until:
                with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stream:
                    if stream.connect_ex(str(self.socket)) == 0:
                        return None
                # Ends early when the filter does.
                if select.select([ended], [], [], 0.005)[0]:
                    break
        finally:
            os.close(ended)
        self.end()
        self.log.seek(0)
        return self.log.read().decode("utf-8", "replace").strip() or "nothing was said"

    def end(self):
        """Ends it for good; what is under way is over by then."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.socket.unlink(missing_ok=True)
