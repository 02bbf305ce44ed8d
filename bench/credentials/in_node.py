"""@digitalbazaar/vc in Node with the same badge on the same core, by a script that is kept beside the checkout.

It lies in `../shared/tools/verify`; `make interop` copies it to a place of its own and installs its libraries there.
Where that was not done, or Node is missing, nobody is asked.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import fmean
from typing import Any

from bench.rounds import Measured, side_by_side

SCRIPT, KINDS = "bench_di.mjs", {"issue": "di-issue", "verify": "di-verify"}
ROUNDS, RUNS, REPEATS = 3, 60, 3
OURS_EACH = 150
PATIENCE_SECONDS = 240
# Lets the script's clock count processor time instead.
PROCESSOR_CLOCK = (
    "data:text/javascript,process.hrtime.bigint = () => { const u = process.cpuUsage();"
    " return BigInt(u.user %2B u.system) * 1000n; };"
)


def measure(ours: dict[str, Callable[[], object]], document: dict[str, Any]) -> dict[str, dict[str, Measured]] | str:
    """Our `issue` and `verify` beside Node's of this unsigned badge; or a sentence that says why there is none.

    A program that warms up for seconds cannot take turns with another every few runs. So ours runs before and after
    each run of Node, and the mean of both is what Node is compared with.
    """
    node, folder = shutil.which("node"), _folder()
    if node is None or folder is None:
        return "Node is not measured: it is not installed, or `make interop` has not set up its libraries yet"
    found = {kind: {"lanyard": Measured([], []), "node": Measured([], [])} for kind in ours}
    with _prepared(folder, document) as scratch:
        for _ in range(ROUNDS):
            before = _ours(ours)
            wall = _run([node, SCRIPT], scratch)
            between = _ours(ours)
            processor = _run([node, "--import", PROCESSOR_CLOCK, SCRIPT], scratch)
            after = _ours(ours)
            for kind, measured in found.items():
                measured["node"].rounds.append(wall[kind])
                measured["node"].processor.append(processor[kind])
                measured["lanyard"].rounds.append(fmean((before[kind].median, between[kind].median)))
                measured["lanyard"].processor.append(
                    fmean((between[kind].processor_median, after[kind].processor_median))
                )
    return found


def _ours(ours: dict[str, Callable[[], object]]) -> dict[str, Measured]:
    return side_by_side(ours, rounds=2, each=OURS_EACH)


@contextmanager
def _prepared(folder: Path, document: dict[str, Any]) -> Iterator[Path]:
    """A copy of the script that finds our badge in the place of its own."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        shutil.copyfile(folder / SCRIPT, scratch / SCRIPT)
        for shared in ("node_modules", "lib", "package.json"):
            (scratch / shared).symlink_to(folder / shared)
        (scratch / "sample_credential.json").write_text(json.dumps(document))
        yield scratch


def _folder() -> Path | None:
    """Where the tests put Node's libraries; only a folder of this user's own."""
    folders = Path(tempfile.gettempdir()).glob(f"lanyard-interop-{os.getuid()}-*")
    ready = [each for each in folders if (each / "ready").exists() and each.stat().st_uid == os.getuid()]
    return max(ready, key=lambda each: (each / "ready").stat().st_mtime, default=None)


def _run(command: list[str], folder: Path) -> dict[str, float]:
    """Milliseconds of each kind of run."""
    ended = subprocess.run(  # noqa: S603 - a script of the checkout's neighbour, which the tests run too
        [*command, str(RUNS), str(REPEATS)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=True,
    )
    said = {each["name"]: each for each in map(json.loads, filter(_is_figure, ended.stdout.splitlines()))}
    return {kind: 1_000 / said[name]["per_s_median"] for kind, name in KINDS.items()}


def _is_figure(line: str) -> bool:
    return line.startswith("{")
