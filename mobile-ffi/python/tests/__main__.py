"""Runs all tests, and then asks whether every exported function was called: `python3 -m tests [FILTER]`."""

import pathlib
import re
import sys
import unittest

from . import story

API = pathlib.Path(__file__).resolve().parents[2] / "api" / "mobile_ffi.api.txt"


def exported():
    """Functions and methods of the surface, as the dump names them; what the app implements is not among them."""
    names, owner = set(), None
    for line in API.read_text(encoding="utf-8").splitlines():
        if found := re.match(r"(?:async )?fn (\w+)\(", line):
            names.add(found[1])
        elif not line.startswith(" "):
            found = re.match(r"object (\w+)", line)
            owner = found and found[1]
        elif owner and (found := re.match(r"\s+(?:async )?(?:fn|constructor) (\w+)\(", line)):
            names.add(f"{owner}.{found[1]}")
    return names


def main():
    loader = unittest.TestLoader()
    if len(sys.argv) > 1:
        loader.testNamePatterns = [f"*{part}*" for part in sys.argv[1:]]
    suite = loader.discover(str(pathlib.Path(__file__).parent), top_level_dir=str(pathlib.Path(__file__).parents[1]))
    ran = unittest.TextTestRunner(verbosity=2).run(suite)
    if story.Story.register is not None:
        story.Story.register.stop()
    good = ran.wasSuccessful()
    if len(sys.argv) == 1:
        missing = sorted(exported() - story.CALLED)
        if missing:
            print(f"never called: {', '.join(missing)}", file=sys.stderr)
            good = False
        else:
            print(f"every one of {len(exported())} exported functions was called", file=sys.stderr)
    sys.exit(0 if good else 1)


main()
