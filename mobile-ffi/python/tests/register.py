"""A real register on loopback for the tests: the shipped program, a folder of its own, killed at the end."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROGRAM = os.environ.get("PLOUGHSHARE_PROGRAM") or str(ROOT / "target" / "debug" / "ploughshare")


class Register:
    """A register with one operation, `north`, and a series of marks `*BI######`."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="ploughshare-python-")
        self.run("operation", "create", "--code", "north", "--name", "North", "--training")
        self.run("marks", "add-series", "--operation", "north", "--prefix", "*BI", "--width", "6")
        command = [PROGRAM, "serve", "--json", "--listen", "127.0.0.1:0", "--data", self.folder]
        self._log = open(os.path.join(self.folder, "serve.log"), "wb")
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._log, env=self._environment()
        )
        self.address = json.loads(self._process.stdout.readline())["listening"]

    @staticmethod
    def _environment():
        return {name: text for name, text in os.environ.items() if not name.startswith("PLOUGHSHARE_")}

    def run(self, *arguments):
        done = subprocess.run(
            [PROGRAM, *arguments, "--json", "--data", self.folder],
            capture_output=True,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            timeout=60,
        )
        if done.returncode != 0:
            raise AssertionError(f"{arguments}: {done.stdout!r} {done.stderr!r}")
        return json.loads(done.stdout)

    def officer(self, name, *roles):
        """Enters an officer with roles in the operation."""
        given = [part for role in roles for part in ("--role", role)]
        self.run("officer", "add", "--name", name, "--operation", "north", *given)

    def ticket(self, name):
        """A one-use ticket for an officer."""
        return self.run("ticket", "--operation", "north", "--officer", name)["ticket"]

    def stop(self):
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()
        self._log.close()
        shutil.rmtree(self.folder, ignore_errors=True)
