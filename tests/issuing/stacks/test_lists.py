"""Who is on a pathway: found by name and by what they lack, counted step by step, evaluated many at once."""

from __future__ import annotations

import pytest

from app import clock
from app.issuing.pathways import PathwayRow
from app.issuing.stacks import lists, standing
from app.issuing.stacks.lists import Counts, EnrolmentsWanted, Standing
from tests.issuing.stacks.conftest import EMAIL, Academy

NOOR, OLE = "noor@hospital.test", "ole@hospital.test"


@pytest.fixture
def ladder(academy: Academy) -> PathwayRow:
    """The ladder with three people: Mira has the base, Noor is at its top, Ole has nothing."""
    row = academy.pathway()
    for email, badges in ((EMAIL, ["bls", "ipc"]), (NOOR, ["bls", "ipc", "ecg"]), (OLE, [])):
        academy.enrol(email)
        for badge in badges:
            academy.award(badge, email)
    return row


def found(academy: Academy, row: PathwayRow, **wanted: object) -> set[str]:
    """The addresses of whom a list shows."""
    with academy.desk.read() as session:
        query = lists.query(row.issuer_id, row.id, EnrolmentsWanted(**wanted))  # type: ignore[arg-type]  # as they come
        rows = session.scalars(query).all()
        people = lists.people(session, [each.learner_id for each in rows])
        return {line.emails[0] for line in people.values()}


def test_people_are_counted_at_each_step(academy: Academy, ladder: PathwayRow):
    with academy.desk.read() as session:
        counted = lists.funnel(session, ladder.id, ["base", "top", "bas"])
        counts = lists.counts(session, ladder.issuer_id)

    assert (counted.on, counted.nodes, counted.completed) == (3, {"base": 2, "top": 1, "bas": 0}, 1)
    assert counts == {ladder.id: Counts(3, 1)}


def test_nobody_on_a_pathway_is_counted_as_nobody(academy: Academy):
    row = academy.pathway()

    with academy.desk.read() as session:
        counted = lists.funnel(session, row.id, ["base"])

    assert (counted.on, counted.nodes, counted.completed) == (0, {"base": 0}, 0)


def test_people_are_found_by_what_they_lack_by_name_and_by_how_far_they_are(academy: Academy, ladder: PathwayRow):
    assert found(academy, ladder) == {EMAIL, NOOR, OLE}
    assert found(academy, ladder, without="top") == {EMAIL, OLE}
    assert found(academy, ladder, without="base") == {OLE}
    assert found(academy, ladder, without="bas") == {EMAIL, NOOR, OLE}
    assert found(academy, ladder, text="noor") == {NOOR}
    assert found(academy, ladder, text="nobody") == set()
    assert found(academy, ladder, standing=Standing.COMPLETED) == {NOOR}
    assert found(academy, ladder, standing=Standing.UNDER_WAY, without="base") == {OLE}


def test_many_are_evaluated_as_each_is_alone(academy: Academy, ladder: PathwayRow):
    day = clock.now().date()
    with academy.desk.read() as session:
        (rows,) = lists.every(session, lists.query(ladder.issuer_id, ladder.id, EnrolmentsWanted()), most=10)
        together = standing.of_enrolments(session, ladder, rows, day)
        alone = [standing.of_learner(session, ladder.issuer_id, each.learner_id, day).pathways[0] for each in rows]

    assert [each.evaluation for each in together] == [each.evaluation for each in alone]
    assert sorted(each.evaluation.complete for each in together) == [(), ("base",), ("base", "top")]


def test_all_come_in_slices_each_once(academy: Academy, ladder: PathwayRow, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lists, "AT_ONCE", 2)
    query = lists.query(ladder.issuer_id, ladder.id, EnrolmentsWanted())

    with academy.desk.read() as session:
        slices = [[each.id for each in rows] for rows in lists.every(session, query, most=10)]
        bounded = [each.id for rows in lists.every(session, query, most=2) for each in rows]
        counted = lists.count(session, query, most=2)

    assert [len(each) for each in slices] == [2, 1]
    assert len({each for one in slices for each in one}) == 3
    assert bounded == slices[0]
    assert counted == 2
