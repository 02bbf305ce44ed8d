"""Many badges in one go: in order, each judged alone, by as many processes as were asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from app.credentials.report import Report
from app.errors import Busy
from app.judging.batch import judge_all
from app.judging.children import Child
from app.judging.desk import Desk
from app.judging.lines import Entry
from app.outbound.documents import Allowance
from tests.neighbour import Neighbour
from tests.poison import poison
from tests.strangers import Strangers


def mixed(neighbour: Neighbour, number: int) -> Iterator[tuple[str, Entry]]:
    """Entries and what must be found of each."""
    good, token = neighbour.file("json"), neighbour.file("jwt")
    kinds = [
        ("good", good),
        ("broken", good.replace(b"Wound Care", b"Brain Care")),
        ("good", token),
        ("unreadable", b"hello"),
        ("cannot_tell", json.dumps(poison()).encode()),
    ]
    for index in range(number):
        verdict, document = kinds[index % len(kinds)]
        yield verdict, Entry("heap", index + 1, document=document)


@pytest.mark.parametrize("jobs", [1, 3])
def test_every_badge_of_a_heap_is_judged_alone_and_in_order(desk: Desk, neighbour: Neighbour, jobs: int):
    wanted = list(mixed(neighbour, 50))

    found = list(judge_all(desk, (entry for _, entry in wanted), jobs=jobs))

    assert [each.entry.line for each in found] == list(range(1, 51))
    assert [each.report and each.report.verdict.value for each in found] == [verdict for verdict, _ in wanted]


def test_an_issuer_of_a_hundred_badges_is_asked_once(desk: Desk, neighbour: Neighbour, world: Strangers):
    document = neighbour.file("json")

    list(judge_all(desk, (Entry("heap", number, document=document) for number in range(100))))

    assert len(world.asked) == len(set(world.asked))


def test_leaving_early_ends_the_processes(desk: Desk, neighbour: Neighbour):
    document = neighbour.file("json")
    judged = judge_all(desk, (Entry("heap", number, document=document) for number in range(1_000)), jobs=2)

    next(judged)
    judged.close()

    assert list(judged) == []


def test_a_heap_goes_on_after_an_entry_for_which_there_was_no_time(
    desk: Desk, neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch
):
    judge = Child.judge

    def sometimes_busy(self: Child, document: bytes, **facts: Any) -> Report:
        if document == b"busy":
            raise Busy("The database is busy", retry_after_seconds=5)
        return judge(self, document, **facts)

    monkeypatch.setattr(Child, "judge", sometimes_busy)
    documents = (neighbour.file("json"), b"busy", neighbour.file("json"))

    found = list(judge_all(desk, [Entry("heap", line, document=each) for line, each in enumerate(documents, 1)]))

    assert [each.report and each.report.verdict.value for each in found] == ["good", None, "good"]
    assert isinstance(found[1].entry.problem, Busy)


def test_a_badge_late_in_a_heap_has_as_much_time_as_the_first(
    desk: Desk, neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch
):
    seen: list[Allowance] = []
    monkeypatch.setattr(desk, "resolver", lambda allowance: seen.append(allowance) or Desk.resolver(desk, allowance))

    list(judge_all(desk, [Entry("heap", line, document=neighbour.file("json")) for line in range(3)]))

    assert len({id(each) for each in seen}) == 3
    assert {each.seconds for each in seen} == {Allowance().seconds}
