"""People by what they can do now, and supply against demand: current badges alone count."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app import clock
from app.issuing import definitions
from app.issuing.awards import Award
from app.issuing.definitions import Kind
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.stacks import careers
from app.service import Service

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)

HOME = "/staff/northfield/desk"
SKILL = {"name": "Venepuncture", "url": "https://skills.example/v", "code": "sk-vein"}
ROLE = {"name": "Aide", "requires": [{"skill": "sk-vein", "level": 3}], "headcount_target": 4}

DEFINED = (
    (Kind.SKILL, "sk-vein", {"name": "Drawing blood"}),
    (Kind.ROLE, "role-aide", ROLE),
    (Kind.UNIT, "unit-ward", {"name": "Ward 3"}),
)


@pytest.fixture
def ward(service: Service, issuer: Issuer, make_award: Callable[..., Award], make_achievement: Any) -> None:
    """Ana at level 3, Bo at 2, Cyn whose badge ended, and Dan at 3 who works nowhere here."""
    levels = {
        level: make_achievement(
            f"v-{level}",
            abbreviation=f"V{level}",
            validity={"kind": "days", "amount": 100},
            skills=[SKILL | {"level": level}],
        )
        for level in (2, 3)
    }
    now = clock.now()
    made = {
        name: make_award(levels[level], email=f"{name}@x.example", name=name, awarded_at=now - timedelta(days=ago))
        for name, level, ago in (("Ana", 3, 1), ("Bo", 2, 1), ("Cyn", 3, 200), ("Dan", 3, 1))
    }
    with service.database.write() as session:
        here = session.merge(issuer)
        for kind, slug, facts in DEFINED:
            definitions.put(session, here, kind, slug, definitions.parse(kind, facts), actor="test")
        for name in ("Ana", "Bo", "Cyn"):
            learner = session.get_one(Learner, made[name].learner_id)
            careers.put(session, here, learner, unit="unit-ward", role="role-aide", actor="test")


def names(page: Any) -> list[str]:
    rows = list(csv.reader(io.StringIO(page.content.decode("utf-8-sig"))))
    return [row[0] for row in rows[1:]]


@pytest.mark.usefixtures("ward")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("skill=sk-vein&level=3", ["Ana"]),
        ("skill=sk-vein&level=1", ["Ana", "Bo"]),
        ("skill=sk-vein&level=1&unit=unit-ward", ["Ana", "Bo"]),
        ("skill=sk-vein&level=nonsense", ["Ana", "Bo"]),
        ("skill=nothing", []),
        ("skill=sk-vein&unit=nowhere", []),
    ],
)
def test_whoever_works_here_and_has_the_skill_now_is_found(rita: Any, query: str, expected: list[str]):
    assert names(rita.get(f"{HOME}/people/export.csv?{query}")) == expected


@pytest.mark.usefixtures("ward")
def test_another_day_finds_who_had_it_then(rita: Any):
    day = (clock.now() - timedelta(days=150)).date()

    assert names(rita.get(f"{HOME}/people/export.csv?skill=sk-vein&level=3&as_of={day}")) == ["Cyn"]
    assert "Cyn" in rita.get(f"{HOME}/people?skill=sk-vein&level=3&as_of={day}").text


@pytest.mark.usefixtures("ward")
def test_supply_is_counted_against_what_the_role_plans(olga: Any, dora: Any):
    rows = list(csv.reader(io.StringIO(olga.get(f"{HOME}/supply/export.csv").content.decode("utf-8-sig"))))

    assert rows[1:] == [["Aide", "Drawing blood", "3", "4", "3", "1", "1", "3"]]
    assert "Drawing blood" in dora.get(f"{HOME}/supply").text


@pytest.mark.usefixtures("ward")
def test_who_may_not_see_who_people_are_finds_nobody(dora: Any):
    assert dora.get(f"{HOME}/people?skill=sk-vein").status_code == 403
    assert dora.get(f"{HOME}/people/export.csv?skill=sk-vein").status_code == 403


@pytest.mark.usefixtures("ward")
@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_day_that_no_badge_can_have_to_do_with_is_told_so(rita: Any, day: str):
    pages = ("readiness?", "readiness/units/unit-ward?", "desk/people?skill=sk-vein&", "desk/supply?")
    files = ("readiness/export.csv?", "readiness/units/unit-ward/packet.xlsx?", "desk/people/export.csv?skill=sk-vein&")

    answers = {path: rita.get(f"/staff/northfield/{path}as_of={day}") for path in (*pages, *files)}

    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(answers, 422)
    assert all("Name a day between the years 1990 and 2200" in answer.text for answer in answers.values())
