"""Readiness of units: who holds what is mandatory, who does not, on any day; names only for who may see them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
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

HOME = "/staff/northfield/readiness"
SKILL = {"name": "Venepuncture", "url": "https://skills.example/v", "level": 3, "code": "sk-vein"}
DEFINED = (
    (Kind.SKILL, "sk-vein", {"name": "Drawing blood"}),
    (Kind.ROLE, "role-aide", {"name": "Aide", "requires": [{"skill": "sk-vein", "level": 3}]}),
    (
        Kind.UNIT,
        "unit-ward",
        {"name": "Ward 3", "headcount_target": 5, "mandatory": [{"credential": "bls", "target_percent": "80"}]},
    ),
)


@pytest.fixture
def ward(
    service: Service, issuer: Issuer, make_award: Callable[..., Award], make_achievement: Callable[..., Any]
) -> None:
    """A ward with two people, one of whom holds what is mandatory there."""
    bls = make_achievement(slug="bls", name="Life Support", abbreviation="BLS", skills=[SKILL])
    other = make_achievement(slug="other", name="Other", abbreviation="OTH")
    awards = [make_award(bls, email="a@x.example", name="Ana"), make_award(other, email="b@x.example", name="Bo <b>")]
    with service.database.write() as session:
        here = session.merge(issuer)
        for kind, slug, facts in DEFINED:
            definitions.put(session, here, kind, slug, definitions.parse(kind, facts), actor="test")
        for award in awards:
            learner = session.get_one(Learner, award.learner_id)
            careers.put(session, here, learner, unit="unit-ward", role="role-aide", actor="test")


@pytest.mark.usefixtures("ward")
def test_each_unit_says_who_lacks_what_and_on_whom_a_skill_rests(olga: Any):
    page = olga.get(HOME).text

    assert "Ward 3" in page
    assert "1 of 2 (50 %)" in page
    assert "Below target" in page
    assert "Bo &lt;b&gt;" in page
    assert "rests on one person" in page


@pytest.mark.usefixtures("ward")
def test_another_day_is_judged_by_what_was_held_then(olga: Any):
    assert "0 of 2 (0 %)" in olga.get(f"{HOME}?as_of=2020-01-01").text


@pytest.mark.usefixtures("ward")
def test_what_is_no_day_is_told_and_today_is_shown(olga: Any):
    page = olga.get(f"{HOME}?as_of=yesterday")

    assert (page.status_code, "That is no day" in page.text, "1 of 2" in page.text) == (200, True, True)


@pytest.mark.usefixtures("ward")
def test_a_file_has_a_row_for_each_person_and_mandatory_badge(olga: Any):
    rows = list(csv.reader(io.StringIO(olga.get(f"{HOME}/export.csv").content.decode("utf-8-sig"))))

    assert [row[:5] for row in rows[1:]] == [
        ["Ward 3", clock.now().date().isoformat(), name, "BLS", held] for name, held in held_by(rows)
    ]
    assert {tuple(each) for each in held_by(rows)} == {("Ana", "yes"), ("Bo <b>", "no")}


def held_by(rows: list[list[str]]) -> list[tuple[str, str]]:
    return [(row[2], row[4]) for row in rows[1:]]


@pytest.mark.usefixtures("ward")
def test_who_may_not_see_names_sees_numbers_and_a_file_without_them(enter: Callable[..., Any], issuer: Issuer):
    auditor = enter("al@example.org", role="auditor", at=issuer)
    page, file = auditor.get(HOME).text, auditor.get(f"{HOME}/export.csv").text

    assert "1 person" in page
    assert "Bo &lt;b" not in page
    assert "Ana" not in file


def test_without_units_the_page_says_what_to_do(olga: Any):
    assert "There is no unit yet." in olga.get(HOME).text
