"""Skills, roles, units, equivalences …: one list and one form for every kind, and taking one out of use."""

from __future__ import annotations

from typing import Any

import pytest

from app.issuing import definitions, issuers
from app.issuing.definitions import SHAPES as MODELS
from app.issuing.definitions import Kind
from app.web.staff.definitions.shapes import SHAPES, Fact, Widget
from tests.web.staff.pathways import Academy
from tests.web.staff.test_achievements_editor import Fields
from tests.web.staff.test_pathways import plain

ROOT = "/staff/northfield/definitions"
EVERYTHING: dict[Kind, dict[str, Any]] = {
    Kind.FRAMEWORK: {"name": "Ours", "url": "https://skills.example/", "ships_data": True, "description": "All."},
    Kind.SKILL: {
        "name": "Airway", "description": "Keeps it open.", "category": "care", "decay_months": 24, "priority": 5,
        "framework": "fw", "url": "https://skills.example/airway",
        "alignments": [
            {"name": "Airway care", "url": "https://esco.example/1", "code": "S1", "framework": "ESCO",
             "target_type": "CFItem"},
        ],
    },
    Kind.CE_UNIT: {"name": "CEU", "contact_hours": "10"},
    Kind.RECOGNISED: {
        "name": "Nurse aide", "abbreviation": "CNA", "kind": "partner", "description": "An aide.",
        "criteria_narrative": "A test.", "issued_by": "State board", "issued_by_url": "https://board.example/",
        "achievement_type": "License", "education_type": "formal", "skills": [{"skill": "sk-airway", "level": 2}],
        "hours": "75", "academic_credits": "3", "continuing_education": [{"amount": "1.5", "unit": "ceu"}],
        "validity": {"kind": "months", "amount": 24, "end_of_month": True}, "grace_days": 30, "evidence": "optional",
        "tags": ["care", "board"],
    },
    Kind.EQUIVALENCE: {
        "source": "cna", "target": "bls", "direction": "both", "pathways": ["ladder"], "max_age_months": 36,
        "approved_by": "The council", "valid_from": "2026-01-01", "valid_until": "2027-12-31", "comment": "Agreed.",
    },
    Kind.PROGRAMME: {
        "name": "Nursing", "provider": "A college", "award": "Diploma", "total_credits": "60",
        "url": "https://college.example/",
    },
    Kind.CREDIT_TRANSFER: {
        "source": {"all_of": [{"credential": "bls"}, {"credential": "cna", "validity": "ever"}]},
        "programme": "rn", "credits": "4.5", "realised": "on_award", "max_age_months": 60,
        "agreement_from": "2026-01-01", "agreement_until": "2028-12-31",
    },
    Kind.ROLE: {
        "name": "Aide", "description": "Helps.", "occupation": {"framework": "ESCO", "code": "5321", "name": "Aides"},
        "requires": [{"skill": "sk-airway", "level": 3}], "requires_credentials": ["bls", "cna"],
        "headcount_target": 12,
    },
    Kind.UNIT: {
        "name": "Ward 5", "headcount_target": 30, "mandatory": [{"credential": "bls", "target_percent": "95"}],
    },
}  # fmt: skip
SLUGS = {
    Kind.FRAMEWORK: "fw", Kind.SKILL: "sk-airway", Kind.CE_UNIT: "ceu", Kind.RECOGNISED: "cna",
    Kind.EQUIVALENCE: "cna-bls", Kind.PROGRAMME: "rn", Kind.CREDIT_TRANSFER: "ct", Kind.ROLE: "aide",
    Kind.UNIT: "ward-5",
}  # fmt: skip


@pytest.fixture
def defined(academy: Academy) -> Academy:
    """The academy with one definition of each kind that says everything it can."""
    academy.pathway()
    for kind, facts in EVERYTHING.items():
        academy.define(kind, SLUGS[kind], **facts)
    return academy


def facts_of(academy: Academy, kind: Kind, slug: str) -> dict[str, Any]:
    """What a definition says now."""
    with academy.service.database.read() as session:
        issuer = issuers.by_id(session, academy.issuer.id)
        return definitions.by_slug(session, issuer, kind, slug, archived=True).facts


def names_in(facts: tuple[Fact, ...]) -> set[str]:
    return {fact.name for fact in facts}


@pytest.mark.parametrize("kind", list(Kind), ids=str)
def test_a_form_asks_for_everything_that_a_definition_can_say_and_for_nothing_else(kind: Kind):
    assert names_in(SHAPES[kind].facts) == set(MODELS[kind].model_fields) == set(EVERYTHING[kind])
    for fact in SHAPES[kind].facts:
        stated = EVERYTHING[kind][fact.name]
        if fact.widget in {Widget.GROUP, Widget.ROWS}:
            first = stated if fact.widget is Widget.GROUP else stated[0]
            assert set(first) <= names_in(fact.parts)


@pytest.mark.parametrize("kind", list(Kind), ids=str)
def test_what_the_form_shows_is_what_it_saves_for_every_fact_there_is(dora: Any, defined: Academy, kind: Kind):
    before = facts_of(defined, kind, SLUGS[kind])
    address = f"{ROOT}/{kind}/{SLUGS[kind]}/edit"

    answer = dora.post(address, **Fields(dora.get(address).text).sent)

    assert answer.status_code == 303
    assert "Nothing was changed." in dora.get(answer.headers["location"]).text
    assert facts_of(defined, kind, SLUGS[kind]) == before


@pytest.mark.parametrize("kind", list(Kind), ids=str)
def test_every_kind_is_made_with_the_fewest_facts_and_stands_in_its_list(dora: Any, defined: Academy, kind: Kind):
    fewest = {
        Kind.FRAMEWORK: {"name": "New", "url": "https://x.example/"},
        Kind.SKILL: {"name": "New"},
        Kind.CE_UNIT: {"name": "New", "contact_hours": "1"},
        Kind.RECOGNISED: {"name": "New", "abbreviation": "NEW", "issued_by": "Board"},
        Kind.EQUIVALENCE: {"source": "ipc", "target": "ecg", "approved_by": "Us"},
        Kind.PROGRAMME: {"name": "New", "provider": "College", "award": "Diploma", "total_credits": "1"},
        Kind.CREDIT_TRANSFER: {"source": "BLS", "programme": "rn", "credits": "1", "slug": "new"},
        Kind.ROLE: {"name": "New"},
        Kind.UNIT: {"name": "New"},
    }[kind]
    form = Fields(dora.get(f"{ROOT}/{kind}/new").text).sent | fewest

    answer = dora.post(f"{ROOT}/{kind}/new", **form)

    slug = "ipc-ecg" if kind is Kind.EQUIVALENCE else "new"
    assert answer.status_code == 303
    assert facts_of(defined, kind, slug)
    assert f'href="{ROOT}/{kind}/{slug}/edit"' in dora.get(f"{ROOT}/{kind}").text


@pytest.mark.parametrize(
    ("kind", "changes", "sentence"),
    [
        (Kind.SKILL, {"name": ""}, "Give it a name."),
        (Kind.SKILL, {"decay_months": "soon"}, "This is no number."),
        (Kind.SKILL, {"alignments-0-url": "nowhere"}, "An address begins with https:// and holds no blanks."),
        (Kind.ROLE, {"requires_credentials": "BLS, NOPE"}, "There is nothing called NOPE."),
        (Kind.ROLE, {"requires-0-level": "9"}, "This is 5 or less."),
        (Kind.RECOGNISED, {"validity-kind": "months", "validity-amount": ""}, "Say for how many days or months"),
        (Kind.RECOGNISED, {"validity-kind": "fixed_date"}, "Say until which date it is good."),
        (Kind.EQUIVALENCE, {"target": "cna"}, "Choose another credential than the first one."),
        (Kind.EQUIVALENCE, {"valid_until": "2020-01-01"}, "It ends before it begins."),
        (Kind.EQUIVALENCE, {"pathways": "nothing"}, "There is nothing called nothing."),
        (Kind.CREDIT_TRANSFER, {"source": "BLS and"}, "Something is missing here"),
        (Kind.CREDIT_TRANSFER, {"source": "BLX"}, "Did you mean BLS?"),
        (Kind.CREDIT_TRANSFER, {"source": ""}, "This is needed."),
        (Kind.UNIT, {"mandatory-0-target_percent": "101"}, "This is 100 or less."),
    ],
)
def test_what_cannot_be_saved_is_told_beside_its_field_and_everything_typed_stays(
    dora: Any, defined: Academy, kind: Kind, changes: dict[str, str], sentence: str
):
    before = facts_of(defined, kind, SLUGS[kind])
    address = f"{ROOT}/{kind}/{SLUGS[kind]}/edit"
    form = Fields(dora.get(address).text).sent | changes

    answer = dora.post(address, **form)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert Fields(answer.text).sent == form
    assert facts_of(defined, kind, SLUGS[kind]) == before


def test_rows_come_and_go_without_saving(dora: Any, defined: Academy):
    address = f"{ROOT}/{Kind.ROLE}/aide/edit"
    form = Fields(dora.get(address).text).sent

    more = dora.post(address, **form | {"do": "add-requires"}).text
    fewer = dora.post(address, **form | {"do": "remove-requires-0"}).text

    assert 'id="requires-1-skill"' in more
    assert 'id="requires-0-skill"' not in fewer
    assert facts_of(defined, Kind.ROLE, "aide")["requires"] == [{"skill": "sk-airway", "level": 3}]


def test_a_script_gets_what_is_said_of_a_condition(dora: Any, defined: Academy):
    answer = dora.post(f"{ROOT}/{Kind.CREDIT_TRANSFER}/preview", source="BLS and BLX")

    assert 'id="source-note"' in answer.text
    assert "<mark>BLX</mark>" in answer.text
    assert defined


def test_a_short_name_is_never_taken_twice(dora: Any, defined: Academy):
    form = Fields(dora.get(f"{ROOT}/{Kind.SKILL}/new").text).sent | {"name": "Other", "slug": "sk-airway"}

    answer = dora.post(f"{ROOT}/{Kind.SKILL}/new", **form)
    bad = dora.post(f"{ROOT}/{Kind.SKILL}/new", **form | {"slug": "No Way!"})

    assert answer.status_code == bad.status_code == 422
    assert 'id="slug-wrong"' in answer.text
    assert 'id="slug-wrong"' in bad.text
    assert facts_of(defined, Kind.SKILL, "sk-airway")["name"] == "Airway"


def test_what_somebody_else_changed_meanwhile_is_not_overwritten_unseen(dora: Any, olga: Any, defined: Academy):
    address = f"{ROOT}/{Kind.UNIT}/ward-5/edit"
    form = Fields(dora.get(address).text).sent
    olga.post(address, **form | {"name": "Ward of Olga", "csrf": olga.csrf})

    answer = dora.post(address, **form | {"name": "Ward of Dora"})

    assert answer.status_code == 409
    assert facts_of(defined, Kind.UNIT, "ward-5")["name"] == "Ward of Olga"


def test_what_names_it_is_told_before_it_is_taken_out_of_use(dora: Any, defined: Academy):
    page = plain(dora.get(f"{ROOT}/{Kind.SKILL}/sk-airway/archive").text)
    assert "Role Aide" in page
    assert "Recognised credential Nurse aide" in page
    assert "out of use, which 2 things name" in page

    dora.post(f"{ROOT}/{Kind.SKILL}/sk-airway/archive")

    assert "Airway" not in plain(dora.get(f"{ROOT}/{Kind.SKILL}").text)
    assert "Airway out of use" in plain(dora.get(f"{ROOT}/{Kind.SKILL}?archived=yes").text)
    form = Fields(dora.get(f"{ROOT}/{Kind.SKILL}/sk-airway/edit").text).sent
    dora.post(f"{ROOT}/{Kind.SKILL}/sk-airway/edit", **form)
    assert "Airway" in plain(dora.get(f"{ROOT}/{Kind.SKILL}").text)
    assert defined


def test_everybody_reads_and_only_designers_change(rita: Any, omar: Any, defined: Academy):
    overview, listed = plain(rita.get(ROOT).text), rita.get(f"{ROOT}/{Kind.EQUIVALENCE}").text

    assert "Skills 1 What somebody can do." in overview
    assert "CNA and BLS" in listed
    assert "/edit" not in listed
    assert rita.get(f"{ROOT}/{Kind.SKILL}/new").status_code == 403
    assert omar.post(f"{ROOT}/{Kind.SKILL}/sk-airway/archive").status_code == 403
    assert facts_of(defined, Kind.SKILL, "sk-airway")


def test_a_list_is_searched_and_says_what_each_is(dora: Any, defined: Academy):
    assert "care, fades after 24 months" in dora.get(f"{ROOT}/{Kind.SKILL}?q=air").text
    assert "Nothing is called so." in dora.get(f"{ROOT}/{Kind.SKILL}?q=zzz").text
    assert "BLS and CNA (also one that has ended) for Nursing" in plain(dora.get(f"{ROOT}/{Kind.CREDIT_TRANSFER}").text)
    assert dora.get(f"{ROOT}/nothing").status_code == 404
    assert defined
