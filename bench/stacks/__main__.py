"""`python -m bench.stacks`: everybody judged anew, one award's cascade among few and among many, and plans.

`make bench-stacks` takes some minutes. Nothing here passes or fails by a time: times are printed beside a floor, the
look-up of every leaf of every condition in a set of names, and kept. docs/measuring.md says how to read it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, update

from app import clock
from app.issuing import achievements, awards
from app.issuing.awards import Award, AwardState, Earned
from app.issuing.learners import Learner
from app.issuing.stacks import StackAward, StackComponent, jobs
from app.stacking import plans
from app.stacking.conditions import HasCredential, leaves
from app.stacking.evaluate import evaluate, settle
from app.stacking.holdings import Holding
from app.stacking.world import World
from bench import machine
from bench.stacks import people
from bench.stacks.people import DAY, House

RESULTS = Path(__file__).parents[1] / "results"
ENTRY = ("mc-privacy", "mc-roi")  # which together complete the entry step of the health information pathway


def main() -> None:
    """Measure and print."""
    asked = _asked()
    report: dict[str, Any] = {"date": datetime.now(UTC).isoformat(timespec="seconds"), "results": {}}
    with tempfile.TemporaryDirectory(prefix="lanyard-bench-") as name:
        folder = Path(name)
        report["machine"] = machine.describe(folder)
        few = people.build(_made(folder / "few"), asked.few)
        world = few.known.world
        holdings = people.many(world, asked.many)
        report["results"] |= _evaluation(world, holdings) | _planning(world, holdings, asked.plans)
        many = people.build(_made(folder / "many"), asked.many)
        report["results"] |= _cascades({asked.few: few, asked.many: many}, asked.awards) | _job(many)
    report["machine"]["load_at_end"] = os.getloadavg()[0]
    asked.results.mkdir(exist_ok=True)
    file = asked.results / f"stacks-{report['date'].replace(':', '-').removesuffix('+00-00')}.json"
    file.write_text(json.dumps(report, indent=2) + "\n")
    print(f"written to {file.name}. How to read it: docs/measuring.md")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.stacks")
    parser.add_argument("--few", type=int, default=10, help="people in the small house")
    parser.add_argument("--many", type=int, default=10_000, help="people in the large house, and who are judged")
    parser.add_argument("--awards", type=int, default=20, help="cascades measured in each house")
    parser.add_argument("--plans", type=int, default=50, help="people for whom a plan is made")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the figures are kept")
    return parser.parse_args()


def _evaluation(world: World, holdings: Sequence[list[Holding]]) -> dict[str, Any]:
    """Everybody on every pathway, on one core, beside the look-up of every leaf in a set."""
    pathways = list(world.pathways.values())
    all_leaves = [[leaf for node in each.nodes for leaf in leaves(node.condition)] for each in pathways]
    names = [[each.credential if isinstance(each, HasCredential) else "" for each in among] for among in all_leaves]

    def judge() -> None:
        for held in holdings:
            _earned, settled = settle(world, pathways, held, DAY)
            for pathway in pathways:
                evaluate(world, pathway, settled, DAY)

    def floor() -> None:
        for held in holdings:
            there = {each.credential for each in held if each.is_good(DAY)}
            for among in names:
                sum(name in there for name in among)

    taken, least = _seconds(judge), _seconds(floor)
    count = len(holdings) * len(pathways)
    print(f"{len(holdings)} people × {len(pathways)} pathways judged and settled: {taken:.2f} s of one core, ", end="")
    print(f"{taken / count * 1e6:.0f} µs each; set look-ups {least:.2f} s: {taken / least:.1f}×")
    return {"evaluation": {"people": len(holdings), "seconds": taken, "floor_seconds": least, "ratio": taken / least}}


def _planning(world: World, holdings: Sequence[list[Holding]], count: int) -> dict[str, Any]:
    """Plans to the end of each pathway, and the slowest among them."""
    singles = []
    for held in holdings[:count]:
        for pathway in world.pathways.values():
            begun = time.perf_counter()
            plans.plan(world, pathway, held, DAY, pathways=[pathway])
            singles.append((time.perf_counter() - begun) * 1_000)
    singles.sort()
    found = {"plans": len(singles), "median_ms": statistics.median(singles), "slowest_ms": singles[-1]}
    print(f"{found['plans']} plans: median {found['median_ms']:.1f} ms, slowest {found['slowest_ms']:.1f} ms")
    return {"planning": found}


def _cascades(houses: dict[int, House], count: int) -> dict[str, Any]:
    """One award that completes a stack, in a house of few and in one of many, turn by turn."""
    taken: dict[int, list[float]] = {people_: [] for people_ in houses}
    for number in range(count):
        for many, house in houses.items():
            learner_id = house.learner_ids[number % len(house.learner_ids)]
            first, last = ENTRY
            _award(house, first, learner_id)
            taken[many].append(_award(house, last, learner_id))
            _undo(house, learner_id)
    medians = {many: statistics.median(each) for many, each in taken.items()}
    (few, least), (many, most) = medians.items()
    print(
        f"one award and the stack that it completes: {least:.1f} ms among {few}, {most:.1f} ms among {many}: ", end=""
    )
    print(f"{most / least:.2f}×")
    return {"cascade": {"median_ms": {str(key): value for key, value in medians.items()}, "ratio": most / least}}


def _award(house: House, slug: str, learner_id: str) -> float:
    """Award a badge; how many milliseconds that took with everything that followed."""
    begun = time.perf_counter()
    with house.service.database.write() as session:
        achievement = achievements.by_id(session, house.known.ids[slug])
        earned = Earned(achievement, session.get_one(Learner, learner_id), clock.now())
        awards.award(session, house.service.office, earned, actor="cli")
    return (time.perf_counter() - begun) * 1_000


def _undo(house: House, learner_id: str) -> None:
    """Let the person hold nothing again, so that a small house does as many cascades as a large one."""
    with house.service.database.write() as session:
        ended = {"state": AwardState.SUPERSEDED, "slot": Award.id}
        session.execute(update(Award).where(Award.learner_id == learner_id).values(**ended))
        stacks = [each.award_id for each in session.query(StackAward).filter_by(learner_id=learner_id)]
        session.execute(delete(StackComponent).where(StackComponent.award_id.in_(stacks)))
        session.execute(delete(StackAward).where(StackAward.award_id.in_(stacks)))


def _job(house: House) -> dict[str, Any]:
    """The background job that judges everybody of a house after a change, with all that it reads and writes."""
    with house.service.database.write() as session:
        jobs.ask_for_changes(session)
    with house.service.database.read() as session:
        waiting = jobs.open_jobs(session)
    begun = time.perf_counter()
    for job_id in waiting:
        is_done = False
        while not is_done:
            with house.service.database.write() as session:
                is_done = jobs.go_on(session, house.service.office, job_id).is_done
    taken = time.perf_counter() - begun
    count = len(house.learner_ids)
    print(f"the job that judges {count} people anew: {taken:.1f} s, {taken / count * 1e3:.2f} ms a person")
    return {"job": {"people": count, "seconds": taken}}


def _seconds(run: Callable[[], None]) -> float:
    begun = time.process_time()
    run()
    return time.process_time() - begun


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


if __name__ == "__main__":
    main()
