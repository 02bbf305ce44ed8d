"""Cohorts at work: made, filled with people of a search, a group or a unit, followed, taken along as a file, ended."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from sqlalchemy import select

from app.issuing import groups
from app.issuing.definitions import Kind
from app.issuing.learners import Learner
from app.issuing.plans import Cohort, KeptPlan
from tests.web.staff.pathways import Academy
from tests.web.staff.test_pathways import plain

ROOT = "/staff/northfield/cohorts"
NURSES = {
    "name": "Nurses of spring", "target": "role:aide", "intent": "re-skill", "sponsor": "Riverside",
    "funding": "A grant", "target_date": "2028-06-30", "hours": "4",
}  # fmt: skip


@pytest.fixture
def ward(academy: Academy) -> Academy:
    """The academy with a role that takes one badge, a pathway, and two people."""
    academy.define(Kind.ROLE, "aide", name="Aide", requires_credentials=["bls"])
    academy.pathway()
    academy.learner()
    academy.learner("noor@hospital.test", "Noor")
    return academy


def made(browser: Any, **changes: str) -> str:
    """The page of a cohort that was just made."""
    answer = browser.post(f"{ROOT}/new", **NURSES | changes)
    assert answer.status_code == 303, plain(answer.text)
    return str(answer.headers["location"])


def test_a_cohort_is_made_filled_and_followed(omar: Any, ward: Academy):
    page = made(omar)
    found = omar.get(f"{page}?q=mira")
    added = omar.post(f"{page}/people", person=[ward.learner().id])
    before = plain(omar.get(page).text)
    ward.award("bls")

    after = plain(omar.get(page).text)

    assert ward.learner().id in found.text
    assert added.headers["location"] == page
    assert "1 person was added." in before
    assert "Steps done 0 of 1" in before
    for words in ("On the way to Aide", "Other work (re-skilling)", "30 June 2028", "Riverside", "A grant"):
        assert words in after
    assert "Steps done 1 of 1" in after
    assert "Mira Holm Done 1 of 1" in after
    assert "Nurses of spring Aide 1 1 of 1" in plain(omar.get(ROOT).text)


def test_a_whole_group_and_a_whole_unit_are_added_and_whoever_is_in_it_keeps_their_plan(omar: Any, ward: Academy):
    page = made(omar, target="pathway:ladder")
    mira, noor = ward.learner().id, ward.learner("noor@hospital.test", "Noor").id
    with ward.service.database.write() as session:
        groups.add(session, ward.service.office, session.get_one(Learner, mira), "spring", actor="test")

    omar.post(f"{page}/people", group="spring")
    again = omar.post(f"{page}/people", group="spring", person=[noor])

    assert again.status_code == 303
    assert "1 person was added." in omar.get(page).text
    with ward.service.database.read() as session:
        assert len(session.scalars(select(KeptPlan)).all()) == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "Give it a name"),
        ({"target": ""}, "Choose a role or a pathway"),
        ({"target": "role:none"}, "There is no role of this name"),
        ({"target_date": "soon"}, "A day is written as year, month and day"),
        ({"hours": "0"}, "Hours a week are a number from 1 to 168"),
        ({"intent": "fun"}, "Choose a role or a pathway"),
    ],
)
def test_what_is_wrong_with_a_new_one_is_said_and_what_was_typed_stays(
    omar: Any, ward: Academy, changes: dict[str, str], words: str
):
    page = omar.post(f"{ROOT}/new", **NURSES | changes)

    assert page.status_code in {404, 422}
    assert words in plain(page.text)
    assert 'value="Riverside"' in page.text
    with ward.service.database.read() as session:
        assert session.scalars(select(Cohort)).all() == []


def test_nobody_chosen_is_said_and_a_cohort_that_ended_takes_nobody_in(omar: Any, ward: Academy):
    page = made(omar)

    nobody = omar.post(f"{page}/people")
    ended = omar.post(f"{page}/end")
    late = omar.post(f"{page}/people", person=[ward.learner().id])

    assert (nobody.status_code, ended.status_code, late.status_code) == (422, 303, 409)
    assert "Choose somebody, a group or a unit" in plain(nobody.text)
    assert "This cohort has ended" in plain(late.text)
    assert "Add people" not in omar.get(page).text


def test_the_people_of_a_cohort_are_taken_along_as_a_file(omar: Any, ward: Academy):
    page = made(omar)
    omar.post(f"{page}/people", person=[ward.learner().id])

    rows = list(csv.reader(io.StringIO(omar.get(f"{page}/export.csv").content.decode("utf-8-sig"))))

    assert rows[0][:4] == ["Id", "Name", "Steps done", "Steps"]
    assert rows[1][:5] == [ward.learner().id, "Mira Holm", "0", "1", "On time"]
    assert omar.get(f"{page}/export.xlsx").content[:2] == b"PK"
    assert omar.get(f"{page}/export.doc").status_code == 404
