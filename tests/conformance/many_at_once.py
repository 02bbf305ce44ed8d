"""Runs a verifier's script many times in one process, as many_at_once.mjs does: `python many_at_once.py SCRIPT`."""

from __future__ import annotations

import json
import runpy
import sys
from contextlib import redirect_stdout
from io import StringIO


def main(script: str) -> None:
    """Read lists of arguments as JSON, write what each run wrote."""
    verdicts = []
    for arguments in json.load(sys.stdin):
        said = StringIO()
        sys.argv = [script, *arguments]
        try:
            with redirect_stdout(said):
                runpy.run_path(script, run_name="__main__")
        except SystemExit:
            pass
        verdicts.append(said.getvalue().strip())
    json.dump(verdicts, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
