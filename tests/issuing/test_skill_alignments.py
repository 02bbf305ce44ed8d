"""Badges say where their skills stand in frameworks of others, as it was when their version was published."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.credentials.verify.data_model import departures
from app.issuing import achievements, awards, definitions
from app.issuing.achievements import Achievement
from app.issuing.definitions import Kind
from app.issuing.skill_alignments import MOST, target_type
from tests.issuing.conftest import FACTS, Desk

ACTOR = "cli"
ESCO = {
    "name": "provide first aid",
    "url": "http://data.europa.eu/esco/skill/5f57c6c7",
    "framework": "ESCO",
    "target_type": "ext:ESCOSkill",
}
CASE = {
    "name": "Maintains an airway",
    "url": "https://case.example/CFItems/1",
    "code": "NUR.1",
    "framework": "Nursing competencies",
    "target_type": "CFItem",
}
SKILL = {"name": "Resuscitation", "url": "https://skills.example/sk-cpr", "level": 3, "code": "sk-cpr"}


def define(desk: Desk, *alignments: dict[str, Any]) -> None:
    with desk.write() as session:
        facts = definitions.parse(Kind.SKILL, {"name": "Resuscitation", "alignments": list(alignments)})
        definitions.put(session, desk.issuer, Kind.SKILL, "sk-cpr", facts, actor=ACTOR)


def signed(desk: Desk, achievement: Achievement, email: str = "mira.holm@hospital.test") -> dict[str, Any]:
    award = desk.award(email, achievement=achievement)
    with desk.read() as session:
        return dict(json.loads(awards.credential_of(session, award).json))


def aligned(credential: dict[str, Any]) -> list[dict[str, Any]]:
    return list(credential["credentialSubject"]["achievement"]["alignment"])


@pytest.fixture
def resuscitation(desk: Desk) -> Achievement:
    define(desk, ESCO, CASE)
    return desk.achievement("cpr", skills=[SKILL])


def test_a_new_badge_names_the_entries_of_the_frameworks_and_fits_the_schema(desk: Desk, resuscitation: Achievement):
    credential = signed(desk, resuscitation)

    assert aligned(credential)[1:] == [
        {"type": ["Alignment"], "targetName": ESCO["name"], "targetUrl": ESCO["url"], "targetType": "ext:ESCOSkill",
         "targetFramework": "ESCO"},
        {"type": ["Alignment"], "targetName": CASE["name"], "targetUrl": CASE["url"], "targetType": "CFItem",
         "targetCode": "NUR.1", "targetFramework": "Nursing competencies"},
    ]  # fmt: skip
    assert list(departures(credential)) == []


def test_a_published_version_says_what_it_said_whatever_the_skill_says_later(desk: Desk, resuscitation: Achievement):
    before = signed(desk, resuscitation)
    define(desk, ESCO)

    after = signed(desk, resuscitation, "jonas@hospital.test")

    assert aligned(before) == aligned(after)


@pytest.mark.usefixtures("resuscitation")
def test_the_same_facts_are_published_anew_once_the_skill_refers_to_something_else(desk: Desk):
    define(desk, CASE)
    with desk.write() as session:
        found = achievements.by_slug(session, desk.issuer, "cpr")
        facts = achievements.current_facts(session, found)
        assert achievements.change(session, found, facts=facts, actor=ACTOR)
        assert achievements.publish(session, desk.office, found, actor=ACTOR).number == 2
        assert not achievements.change(session, found, facts=facts, actor=ACTOR)

    assert [each["targetName"] for each in aligned(signed(desk, found))] == ["Resuscitation", CASE["name"]]


def test_one_reference_stands_once_also_where_the_achievement_or_another_skill_names_it(desk: Desk):
    define(desk, ESCO, CASE)
    itself = {"name": CASE["name"], "url": CASE["url"], "code": CASE["code"], "level": 2}
    achievement = desk.achievement("twice", skills=[SKILL, {**SKILL, "level": 4}, itself])

    urls = [each["targetUrl"] for each in aligned(signed(desk, achievement))]

    assert (urls.count(ESCO["url"]), urls.count(CASE["url"])) == (1, 1)


def test_an_achievement_whose_skills_nobody_defined_names_them_alone(desk: Desk):
    skills = FACTS["skills"]

    assert len(aligned(signed(desk, desk.achievement("plain")))) == len(list(skills))


def test_no_badge_carries_references_without_end(desk: Desk):
    for number in (1, 2):
        many = [
            {**CASE, "code": f"{number}.{each}", "url": f"https://case.example/{number}/{each}"} for each in range(20)
        ]
        with desk.write() as session:
            facts = definitions.parse(Kind.SKILL, {"name": f"Skill {number}", "alignments": many})
            definitions.put(session, desk.issuer, Kind.SKILL, f"sk-{number}", facts, actor=ACTOR)
    skills = [
        {"name": "S", "url": f"https://s.example/{number}", "level": 1, "code": f"sk-{number}"} for number in (1, 2)
    ]

    assert len(aligned(signed(desk, desk.achievement("wide", skills=skills)))) == 2 + MOST


@pytest.mark.parametrize(
    ("stated", "said"),
    [("CFItem", "CFItem"), ("ext:ONETElement", "ext:ONETElement"), ("O*NET", None), ("ext:", None), (None, None)],
)
def test_a_type_that_open_badges_does_not_allow_is_left_out(stated, said):
    assert target_type(stated) == said
