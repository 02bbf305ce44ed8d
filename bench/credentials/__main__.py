"""`python -m bench.credentials`: the workshop on one core, ratios printed and kept in `bench/results`.

docs/measuring.md says how to read it.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.credentials.model import Algorithm
from bench import machine
from bench.credentials import embedded, fallbacks, in_node, lists, pictures, tokens
from bench.credentials.table import Bound, row
from bench.rounds import Measured

RESULTS = Path(__file__).parents[1] / "results"
QUICKER = Bound(least=30)


def main() -> None:
    """Everything, in about a minute."""
    started, core = time.monotonic(), pin()
    with tempfile.TemporaryDirectory(prefix="lanyard-bench-") as name:
        folder = Path(name)
        described = machine.describe(folder)
        report: dict[str, Any] = {
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "command": "python -m bench.credentials",
            "machine": {**described, "pinned_to_core": core},
            "results": {},
        }
        print(f"{described['processor']}, core {core}, load {described['load_at_start']:.1f}")
        made = embedded.badge()
        print(f"A badge of {len(made.data)} bytes and {len(made.canonical[1].splitlines())} statements")
        _all(report["results"], made, folder)
    report["fallbacks"] = _fallbacks(made)
    report["machine"]["load_at_end"] = os.getloadavg()[0]
    report["seconds"] = round(time.monotonic() - started)
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"credentials-{report['date'].replace(':', '-').removesuffix('+00-00')}.json"
    file.write_text(json.dumps(report, indent=2) + "\n")
    ended = f"{report['seconds']} s, load at the end {report['machine']['load_at_end']:.1f}"
    print(f"\n{ended}; written to bench/results/{file.name}")


def pin() -> int | None:
    """Keep this process, and those it starts, on one core; None where the system cannot."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return core


def _all(results: dict[str, Any], made: embedded.Badge, folder: Path) -> None:
    def note(title: str, measured: dict[str, Measured], bounds: dict[str, Bound]) -> None:
        lines, results[title] = row(title, measured, bounds)
        print("\n".join(lines))
        sys.stdout.flush()

    note("issue, embedded proof", embedded.issuing(made), {"openbadgeslib": QUICKER, "floor": Bound(most=2.5)})
    note("verify, embedded proof", embedded.verifying(made), {"openbadgeslib": QUICKER})
    ours = {"issue": lambda: embedded.issue(made), "verify": embedded.verifier_of(made)}
    in_turn = in_node.measure(ours, made.unsigned)
    if isinstance(in_turn, str):
        results["node"] = in_turn
        print(in_turn)
    else:
        for kind, measured in in_turn.items():
            note(f"{kind}, embedded proof, beside Node", measured, {"node": Bound(least=8)})
    for algorithm in (Algorithm.RS256, Algorithm.ES256):
        note(f"issue, VC-JWT, {algorithm}", tokens.issuing(algorithm), {"floor": Bound(most=1.5)})
        note(f"verify, VC-JWT, {algorithm}", tokens.verifying(algorithm), {"openbadgeslib": Bound(least=1)})
    note(f"status list of {lists.SIZE:,} entries", lists.publishing(), {"floor": Bound(most=3)})
    note("bake and read a PNG of 100 kB", pictures.baking_and_reading(made, folder), {"floor": Bound(most=2)})


def _fallbacks(made: embedded.Badge) -> dict[str, dict[str, int]]:
    counted = {"our own badge": fallbacks.count([made.document]), "fixtures": fallbacks.count(fallbacks.fixtures())}
    for name, found in counted.items():
        fast, every = found.get("fast", 0), sum(found.values()) - found.get("refused", 0)
        print(f"JSON-LD of {name}: {fast} of {every} documents and proofs by the compiled path, the others by PyLD")
        for why, number in found.items():
            if why not in ("fast", "refused"):
                print(f"  {number:4} {why}")
    return counted


if __name__ == "__main__":
    main()
