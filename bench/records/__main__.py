"""`python -m bench.records`: one page of a search in FHIR among few people and among many, who all agreed.

`make bench-records` takes a minute or two. Nothing here passes or fails by a time; what counts is the ratio of the two
houses, which have the same page to tell. docs/measuring.md says how to read it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from app import migrating, service
from app.main import application
from bench import machine
from bench.academy import settings_for
from bench.records import people

RESULTS = Path(__file__).parents[1] / "results"


def main() -> None:
    """Measure and print."""
    asked = _asked()
    report: dict[str, Any] = {"date": datetime.now(UTC).isoformat(timespec="seconds"), "results": {}}
    with tempfile.TemporaryDirectory(prefix="lanyard-bench-") as name:
        folder = Path(name)
        report["machine"] = machine.describe(folder)
        houses = {count: _measured(folder / str(count), count, asked) for count in (asked.few, asked.many)}
    few, many = houses[asked.few], houses[asked.many]
    print(f"\nprocessor milliseconds a page of {asked.count}, median of {asked.times}\n")
    print(f"{'search':<24}{asked.few:>10,}{asked.many:>10,}{'ratio':>8}")
    for search, took in few.items():
        ratio = many[search] / took
        print(f"{search:<24}{took:>10.1f}{many[search]:>10.1f}{ratio:>8.2f}")
        report["results"][search] = {"few_ms": took, "many_ms": many[search], "ratio": ratio}
    report["machine"]["load_at_end"] = os.getloadavg()[0]
    asked.results.mkdir(exist_ok=True)
    file = asked.results / f"records-{report['date'].replace(':', '-').removesuffix('+00-00')}.json"
    file.write_text(json.dumps(report, indent=2) + "\n")
    print(f"written to {file.name}. How to read it: docs/measuring.md")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.records")
    parser.add_argument("--few", type=int, default=100, help="people in the small house")
    parser.add_argument("--many", type=int, default=10_000, help="people in the large house")
    parser.add_argument("--count", type=int, default=20, help="resources on a page")
    parser.add_argument("--times", type=int, default=40, help="how often each page is read")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the figures are kept")
    return parser.parse_args()


def _measured(folder: Path, count: int, asked: argparse.Namespace) -> dict[str, float]:
    folder.mkdir()
    settings = settings_for(folder, f"sqlite:///{folder}/lanyard.sqlite3")
    migrating.upgrade(settings.database_url)
    built = service.build(settings)
    house = people.fill(built, count)
    of_ward = f"PractitionerRole?organization={house.ward}"
    searches = {
        "first page": "Practitioner?",
        "a page in the middle": f"Practitioner?_after={house.middle}&",
        "one name": "Practitioner?family=ortiz7&",
        "a common beginning": "Practitioner?name=a&",
        "an identifier": "Practitioner?identifier=4711-7&",
        "holders of a badge": "Practitioner?qualification-code=BLS&qualification-status=active&",
        "a ward with its people": f"{of_ward}&_include=PractitionerRole:practitioner&",
        "changed in the last hour": f"Practitioner?_lastUpdated=ge{people.LAST_HOUR}&",
        "verification results": "VerificationResult?",
    }
    made = application(built)
    made.state.rates.read_records = lambda _reader: None  # the limit is not what is measured
    with TestClient(made, base_url="http://localhost/fhir/bench") as client:
        client.headers["Authorization"] = f"Bearer {house.key}"
        return {
            name: _median(client, f"{search}_count={asked.count}", asked.times) for name, search in searches.items()
        }


def _median(client: TestClient, search: str, times: int) -> float:
    took = []
    for _ in range(times + 3):
        begun = time.process_time()
        answer = client.get(f"/{search}")
        took.append((time.process_time() - begun) * 1000)
        assert answer.status_code == 200, answer.text
        assert answer.json().get("entry"), search
    return statistics.median(took[3:])


if __name__ == "__main__":
    main()
