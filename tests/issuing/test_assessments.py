"""New badges say how learning was assessed, and whether in groups: as the achievement says, and no otherwise."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.issuing import achievements, awards
from tests.issuing.conftest import Desk


def assessment(desk: Desk, **facts: Any) -> dict[str, Any]:
    """The result description of a new badge that says how it was assessed."""
    award = desk.award(achievement=desk.achievement("team", **facts))
    with desk.read() as session:
        signed = json.loads(awards.credential_of(session, award).json)
    described = signed["credentialSubject"]["achievement"]["resultDescription"]
    return dict(next(each for each in described if each["id"].endswith("#Assessment")))


def said(found: dict[str, Any]) -> tuple[bool, bool]:
    """Whether learners took part, and were evaluated, as a group."""
    (together,) = (value for name, value in found.items() if name.endswith("asGroupParticipation"))
    (as_one,) = (value for name, value in found.items() if name.endswith("asGroupEvaluation"))
    return together, as_one


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, (False, False)),
        ({"group_participation": True}, (True, False)),
        ({"group_participation": True, "group_evaluation": True}, (True, True)),
    ],
)
def test_a_badge_says_whether_learners_took_part_and_were_assessed_as_a_group(desk, facts, expected):
    assert said(assessment(desk, **facts)) == expected


def test_a_published_version_goes_on_saying_what_it_said(desk):
    assessment(desk, group_participation=True)
    with desk.write() as session:
        found = achievements.by_slug(session, desk.issuer, "team")
        facts = achievements.current_facts(session, found).model_copy(update={"group_participation": False})
        achievements.change(session, found, facts=facts, actor="cli")
        first = achievements.version_facts(desk.office, found, achievements.current(session, found))

    (described,) = [each.assessment for each in first.result_descriptions if each.assessment is not None]
    assert described.has_group_participation
