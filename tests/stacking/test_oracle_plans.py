"""The demo catalogue's oracle, second part: gaps, plans, credit, compliance and what expires."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.stacking.compliance import compliance, expiring
from app.stacking.evaluate import settle
from app.stacking.gaps import gap
from app.stacking.plans import Plan, plan
from app.stacking.transfers import transfers
from tests.stacking.healthcare import AS_OF, Person, document, people, world

PEOPLE = list(people().values())
IDS = [each.id for each in PEOPLE]
BY_UNIT = {
    unit["id"]: {
        each["id"]: people()[each["id"]].holdings for each in document()["demo_learners"] if each["unit"] == unit["id"]
    }
    for unit in document()["units"]
}


@pytest.mark.parametrize("person", PEOPLE, ids=IDS)
def test_each_pathway_is_completed_by_the_cheapest_steps(person: Person):
    joined = [world().pathways[each] for each in person.pathways]

    found = [plan(world(), each, person.holdings, AS_OF, pathways=joined) for each in joined]

    assert [_plainly(each) for each in found] == [each["cheapest_completion"] for each in person.expected["pathways"]]


@pytest.mark.parametrize("person", PEOPLE, ids=IDS)
def test_the_gap_to_the_target_role_is_as_expected(person: Person):
    expected = person.expected["gap"]
    joined = [world().pathways[each] for each in person.pathways]
    _earned, held = settle(world(), joined, person.holdings, AS_OF)

    found = gap(world(), world().roles[person.target_role], held, AS_OF)

    assert expected["role"] == person.target_role
    assert float(found.coverage) == pytest.approx(expected["coverage"], abs=0.0001)
    assert [{"skill": each.skill, "have": each.have, "need": each.need} for each in found.gaps] == expected["gaps"]
    assert list(found.missing_credentials) == expected["missing_credentials"]


@pytest.mark.parametrize("person", PEOPLE, ids=IDS)
def test_the_gap_is_closed_by_the_cheapest_steps(person: Person):
    joined = [world().pathways[each] for each in person.pathways]

    found = plan(world(), world().roles[person.target_role], person.holdings, AS_OF, pathways=joined)

    assert _plainly(found) == person.expected["gap"]["cheapest_plan"]


@pytest.mark.parametrize("person", PEOPLE, ids=IDS)
def test_credit_is_promised_or_realised_as_expected(person: Person):
    joined = [world().pathways[each] for each in person.pathways]

    found = transfers(world(), person.holdings, person.programmes, AS_OF, joined)

    credit = [(each.transfer.id, each.transfer.credits, each.state.value) for each in found.counting]
    assert credit == sorted((one["transfer"], one["credits"], one["state"]) for one in person.expected["credits"])


@pytest.mark.parametrize("expected", document()["expectations"]["unit_compliance"], ids=lambda each: each["unit"])
def test_compliance_of_each_unit_is_as_expected(expected: dict[str, Any]):
    unit = next(each for each in document()["units"] if each["id"] == expected["unit"])
    staff = BY_UNIT[unit["id"]]

    found = [
        compliance(world(), staff, each["credential"], each["target_percent"], AS_OF) for each in unit["mandatory"]
    ]

    assert len(staff) == expected["learners"]
    assert [
        {
            "credential": each.credential,
            "current": len(each.current),
            "percent": round(float(each.percent), 1),
            "target_met": each.is_target_met,
        }
        for each in found
    ] == expected["mandatory"]


def test_what_ends_within_90_days_is_found_soonest_first():
    found = expiring({each.id: each.holdings for each in PEOPLE}, AS_OF, within_days=90)

    assert [
        {"learner": each.person, "credential": each.credential, "valid_until": each.valid_until.isoformat()}
        for each in found
    ] == document()["expectations"]["expiring_within_90_days"]


def _plainly(found: Plan) -> dict[str, Any]:
    assert found.is_exact
    return {"steps": list(found.ids), "hours": _number(found.hours), "price": _number(found.price)}


def _number(value: Decimal) -> float:
    return float(value)
