"""A catalogue file: imported whole or not at all, as often as one likes, each problem named by its line."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.errors import InvalidInput
from app.issuing import achievements, catalog, issuers
from app.issuing.achievements import Achievement, AchievementVersion
from app.issuing.issuers import Issuer

HEALTHCARE = Path(__file__).resolve().parents[2] / "catalog" / "healthcare.yaml"

SMALL = """\
catalog:
  currency: EUR
publishing:
  language: en
  images:
    - {kind: micro, shape: hexagon, fill: "#0b4f6c"}
organizations:
  - {id: org-north, name: North Academy, url: "https://north.example", parent: org-system}
  - {id: org-system, name: North System, url: "https://system.example"}
frameworks:
  - {id: fw-north, name: North Skills, url: "https://north.example/skills", ships_data: true}
skills:
  - {id: sk-cpr, name: Basic life support}
ce_units:
  - {id: contact-hour, name: Contact hour, contact_hours: 1}
renewal_policies:
  - {id: rp-24, cycle_months: 24, end_of_month: true}
credentials:
  - id: mc-bls
    kind: micro
    name: Basic Life Support
    abbreviation: BLS
    issuer: org-north
    achievement_type: MicroCredential
    description: Keeps somebody alive until help comes.
    criteria: Pass the station.
    skills: [{skill: sk-cpr, level: 3}]
    hours: 4.5
    ce: [{unit: contact-hour, amount: 4}]
    price: 70.5
    assessment: observed
    renewal: rp-24
    tags: [foundation]
  - id: mc-second
    kind: micro
    name: A second one
    abbreviation: SEC
    issuer: org-north
    description: Another.
    criteria: Pass.
    skills: [{skill: sk-cpr, level: 1}]
    assessment: exam
result_descriptions:
  - {id: rd-bls, credential: mc-bls, name: Knowledge check, result_type: Percent, required_value: "84"}
"""


def line_of(text: str, part: str) -> int:
    """The line, from 1, on which a part of the text stands."""
    return text[: text.index(part)].count("\n") + 1


def imported(desk, text: str) -> Counter[tuple[str, str]]:
    """What an import did, counted."""
    with desk.write() as session:
        changes = catalog.import_plan(session, desk.office, catalog.read(text), actor="cli")
    return Counter((change.kind, change.what) for change in changes)


def rows(desk, model) -> int:
    with desk.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def facts_of(desk, slug: str = "mc-bls"):
    with desk.read() as session:
        achievement = achievements.by_slug(session, issuers.by_slug(session, "north"), slug)
        return achievements.current_facts(session, achievement)


# -- the catalogue of the demonstration (what it comes to is in catalog/test_whole_demo.py) ---------------------


def test_our_copy_of_the_healthcare_catalogue_is_the_shared_one(shared):
    assert HEALTHCARE.read_bytes() == (shared / "catalog" / "healthcare.yaml").read_bytes()


# -- what is read --------------------------------------------------------------------------------------------


def test_a_micro_credential_is_read_whole(desk):
    imported(desk, SMALL)

    facts = facts_of(desk)
    assert (facts.name, facts.abbreviation, str(facts.hours)) == ("Basic Life Support", "BLS", "4.5")
    assert [(skill.name, skill.level, skill.url) for skill in facts.skills] == [
        ("Basic life support", 3, "https://north.example/skills/sk-cpr")
    ]
    assert [(str(credit.amount), credit.unit) for credit in facts.continuing_education] == [("4", "Contact hour")]
    assert facts.price is not None
    assert (str(facts.price.amount), facts.price.currency) == ("70.5", "EUR")
    assert (facts.validity.kind, facts.validity.amount, facts.validity.end_of_month) == ("months", 24, True)
    assert [(result.id, result.required_value) for result in facts.result_descriptions] == [("rd-bls", "84")]
    assert (facts.drawing.shape, facts.drawing.fill) == ("hexagon", "#0b4f6c")


def test_an_issuer_has_the_parent_that_the_catalogue_names(desk):
    imported(desk, SMALL)

    with desk.read() as session:
        issuer = issuers.by_slug(session, "north")
    assert (issuer.parent_name, issuer.parent_url) == ("North System", "https://system.example")


def test_a_badge_is_renewed_as_its_policy_says(desk):
    ce = "ce: {unit: contact-hour, amount: 7.5, in_domain_min_ratio: 0.8, carry_over: true}"
    more = f"end_of_month: true, grace_days: 30, reminder_days: [7, 60], method: ce, {ce}"
    imported(desk, SMALL.replace("end_of_month: true", more))

    policy = facts_of(desk).renewal_policy()
    assert (policy.grace_days, policy.reminder_days, policy.method) == (30, (60, 7), "ce")
    assert policy.ce is not None
    assert (policy.ce.unit, str(policy.ce.amount), str(policy.ce.in_domain_min_ratio)) == ("contact-hour", "7.5", "0.8")
    assert policy.ce.carry_over
    assert policy.ce.domains == {"foundation", "sk-cpr"}  # its tags and skills, since it names no others


def test_a_policy_that_says_nothing_of_renewal_adds_nothing(desk):
    imported(desk, SMALL)

    assert facts_of(desk).renewal is None


def test_without_a_renewal_an_award_never_expires(desk):
    imported(desk, SMALL)

    assert facts_of(desk, "mc-second").validity.kind == "none"


# -- once more, with a change --------------------------------------------------------------------------------


def test_a_changed_text_publishes_a_second_version_of_that_achievement_only(desk):
    imported(desk, SMALL)

    again = imported(desk, SMALL.replace("Pass the station.", "Pass the station twice."))

    assert (again["achievement", "changed"], again["achievement", "unchanged"]) == (1, 1)
    assert not {kind for kind, what in again if what != "unchanged"} - {"achievement"}
    with desk.read() as session:
        versions = dict(session.execute(select(Achievement.slug, Achievement.current_version)).all())
    assert versions == {"mc-bls": 2, "mc-second": 1}


def test_a_changed_profile_changes_the_issuer(desk):
    imported(desk, SMALL)

    assert imported(desk, SMALL.replace("North Academy", "North College"))["issuer", "changed"] == 1


def test_an_archived_achievement_is_left_alone(desk):
    imported(desk, SMALL)
    with desk.write() as session:
        found = achievements.by_slug(session, issuers.by_slug(session, "north"), "mc-bls")
        achievements.archive(session, found, actor="cli")

    again = imported(desk, SMALL.replace("Pass the station.", "Pass the station twice."))

    assert again["achievement", "archived"] == 1
    assert rows(desk, AchievementVersion) == 2


def test_a_draft_that_was_never_published_is_published(desk):
    imported(desk, SMALL)
    with desk.write() as session:
        found = achievements.by_slug(session, issuers.by_slug(session, "north"), "mc-bls")
        found.draft = achievements.current_facts(session, found).to_json()

    assert imported(desk, SMALL)["achievement", "changed"] == 1


# -- problems ------------------------------------------------------------------------------------------------

BREAKS = {
    "broken YAML": ("    criteria: Pass the station.", "    criteria: [Pass the station.", "This is not YAML"),
    "a key twice": ("    hours: 4.5", "    name: Again", "This is not YAML"),
    "an id twice": ("id: mc-second", "id: mc-bls", "mc-bls stands in credentials twice"),
    "no id": ("  - id: mc-second\n    kind: micro", "  - kind: micro", "An entry of credentials has no id"),
    "an id that is no short name": ("id: mc-second", "id: MC second", "A short name has 1 to 80 characters"),
    "an unknown issuer": ("issuer: org-north\n    achi", "issuer: org-x\n    achi", "no organization org-x"),
    "an unknown parent": ("parent: org-system}", "parent: org-y}", "there is no organization org-y"),
    "an issuer without a name": ("name: North Academy, ", "", "name is a text of 1 to 200 characters"),
    "an issuer without an address": (', url: "https://north.example", parent', ", parent", "url is a text of 1 to 200"),
    "an unknown skill": ("skill: sk-cpr, level: 3", "skill: sk-x, level: 3", "there is no skill sk-x"),
    "a level that does not exist": ("sk-cpr, level: 3", "sk-cpr, level: 6", "skills: Input should be less"),
    "an unknown unit": ("unit: contact-hour", "unit: ceu", "there is no CE unit ceu"),
    "an unknown unit of a renewal": (
        "end_of_month: true}",
        "end_of_month: true, method: ce, ce: {unit: ceu, amount: 20}}",
        "rp-24: there is no CE unit ceu",
    ),
    "a method of renewal that is none": (
        "end_of_month: true}", "end_of_month: true, method: prayer}", "mc-bls: renewal: Input should be",
    ),
    "a renewal by education that says not how much": (
        "end_of_month: true}", "end_of_month: true, method: ce}", "mc-bls: renewal: state ce with the method ce",
    ),
    "an unknown renewal": ("renewal: rp-24", "renewal: rp-99", "there is no renewal policy rp-99"),
    "a name that was mistyped": ("renewal: rp-24", "renewl: rp-24", "nothing is called renewl here"),
    "an unknown kind": ("id: mc-second\n    kind: micro", "id: mc-second\n    kind: macro", "there is no kind macro"),
    "no name": ("    name: A second one\n", "", "mc-second: name: Field required"),
    "an abbreviation that is too long": ("abbreviation: SEC", f"abbreviation: {'S' * 41}", "at most 40 characters"),
    "a micro-credential without an assessment": ("    assessment: exam\n", "", "name the assessment method (SEED-11)"),
    "a micro-credential without a skill": ("    skills: [{skill: sk-cpr, level: 1}]\n", "", "(SEED-10)"),
    "no criteria": ("    criteria: Pass.\n", "", "Say what it takes"),
    "skills that are no list": ("skills: [{skill: sk-cpr, level: 3}]", "skills: sk-cpr", "skills is a list of names"),
    "units that are no maps": ("ce: [{unit: contact-hour, amount: 4}]", "ce: [4]", "ce is a list of names and values"),
    "tags that are no list": ("tags: [foundation]", "tags: foundation", "mc-bls: tags:"),
    "hours that are no number": ("hours: 4.5", "hours: many", "mc-bls: hours:"),
    "a price that is no number": ("price: 70.5", "price: cheap", "mc-bls: price:"),
    "a price without a currency": ("  currency: EUR", "  title: x", "mc-bls: a price needs the catalogue's currency"),
    "a currency that is none": ("currency: EUR", "currency: euros", "mc-bls: price:"),
    "a language that is none": ("language: en", "language: plain English", "language:"),
    "an image that cannot be drawn": ("shape: hexagon", "shape: star", "drawing:"),
    "an entry that is no map": ("  - {id: sk-cpr, name: Basic life support}", "  - sk", "An entry of skills is no map"),
    "a section that is no list": ("renewal_policies:\n  - {id", "renewal_policies:\n  x: {id", "is a list of entries"),
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKS)
def test_a_problem_is_named_in_a_sentence(name):
    before, after, sentence = BREAKS[name]
    assert before in SMALL

    problems = catalog.read(SMALL.replace(before, after)).problems

    assert any(sentence in problem.sentence for problem in problems), problems
    assert all("\n" not in problem.sentence for problem in problems)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("renewal: rp-24", "renewal: rp-99"),
        ("hours: 4.5", "hours: many"),
        ("price: 70.5", "price: cheap"),
        ("assessment: exam", "assessment: guess"),
        ("abbreviation: SEC", f"abbreviation: {'S' * 41}"),
        ("parent: org-system}", "parent: org-y}"),
        ("    skills: [{skill: sk-cpr, level: 3}]", "    skills: [{skill: sk-cpr, level: 9}]"),
        ("    criteria: Pass the station.", "    criteria: {Pass: the station}"),
        ("    ce: [{unit: contact-hour, amount: 4}]", "    ce: [{unit: contact-hour, amount: -4}]"),
        ("issuer: org-north\n    achievement", "issuer: org-x\n    achievement"),
    ],
)
def test_a_problem_is_named_by_the_line_it_stands_on(before, after):
    text = SMALL.replace(before, after)

    assert {problem.line for problem in catalog.read(text).problems} == {line_of(text, after)}


def test_what_is_missing_is_named_by_the_line_of_its_entry():
    text = SMALL.replace("    name: A second one\n", "")

    assert [problem.line for problem in catalog.read(text).problems] == [line_of(text, "- id: mc-second")]


def test_all_problems_are_found_at_once_and_in_order():
    text = SMALL.replace("hours: 4.5", "hours: many").replace("    name: A second one\n", "")

    problems = catalog.read(text).problems

    assert len(problems) == 2
    assert [problem.line for problem in problems] == sorted(problem.line for problem in problems)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a list\n",
        "- 1\n- 2\n",
        "credentials: {}\n---\ncredentials: []\n",
        "x: *nowhere\n",
        "\t\n:",
        "a: " + "[" * 800,
    ],
)
def test_what_is_no_catalogue_is_a_problem_on_a_line_and_never_an_accident(text):
    plan = catalog.read(text)

    assert [problem.line >= 1 for problem in plan.problems] in ([True], [])
    assert plan.achievements == ()


@pytest.mark.parametrize("part", [line.strip() for line in SMALL.splitlines() if ": " in line])
def test_no_value_of_a_wrong_kind_makes_the_reading_fail(part):
    name = part.lstrip("- {").partition(":")[0]
    for value in ("[[1]]", "7", "null", '""', "{a: {b: c}}", "true", "2026-01-01", "1e400", '"\\0"'):
        plan = catalog.read(re.sub(rf"\b{name}: .*", f"{name}: {value}", SMALL))

        assert all(problem.line >= 1 for problem in plan.problems)


def test_a_catalogue_with_a_problem_changes_nothing_at_all(desk):
    plan = catalog.read(SMALL.replace("    assessment: exam\n", ""))

    with pytest.raises(InvalidInput) as caught, desk.write() as session:
        catalog.import_plan(session, desk.office, plan, actor="cli")

    assert caught.value.facts["problems"][0]["line"] == line_of(SMALL, "- id: mc-second")
    assert (rows(desk, Issuer), rows(desk, Achievement)) == (1, 0)


def test_reading_a_catalogue_touches_no_database():
    assert len(catalog.read(SMALL).achievements) == 2
