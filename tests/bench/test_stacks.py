"""The measurement of stacks, with tiny numbers: it runs whole, and a cascade costs the same among more people."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TINY = "--few 2 --many 20 --awards 2 --plans 2"


def test_a_tiny_run_judges_plans_and_awards(tmp_path: Path):
    command = [sys.executable, "-W", "ignore", "-m", "bench.stacks", *TINY.split(), "--results", str(tmp_path)]
    ran = subprocess.run(  # noqa: S603 - our own program
        command, cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=300, check=False
    )

    assert ran.returncode == 0, ran.stderr
    (file,) = tmp_path.glob("stacks-*.json")
    found = json.loads(file.read_text())["results"]
    assert found.keys() == {"evaluation", "planning", "cascade", "job"}
    assert (found["evaluation"]["people"], found["planning"]["plans"], found["job"]["people"]) == (20, 10, 20)
