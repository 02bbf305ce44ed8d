"""A catalogue that is written back: an import of it into an empty database comes to the same."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.issuing import achievement_facts, achievements, catalog, definitions, issuers, pathways
from app.issuing.achievements import Achievement
from app.issuing.definitions import Kind
from tests.issuing.catalog.small import TEXT, changed, imported
from tests.stacking.healthcare import FILE


def exported(desk, slug: str = "north"):
    with desk.read() as session:
        return catalog.export(session, issuers.by_slug(session, slug))


def offer(desk, slug: str = "north") -> dict[str, object]:
    """Everything that an issuer offers, as it is stored."""
    with desk.read() as session:
        issuer = issuers.by_slug(session, slug)
        own = session.scalars(select(Achievement).where(Achievement.issuer_id == issuer.id)).all()
        rows = pathways.all_of(session, issuer.id)
        return {
            "issuer": (issuer.name, issuer.url, issuer.parent_name, issuer.parent_url),
            "definitions": {
                (each.kind, each.slug): definitions.facts_of(each) for each in definitions.all_of(session, issuer.id)
            },
            "achievements": {
                each.slug: achievement_facts.parse(achievements.current(session, each).facts)
                for each in own
                if each.state == "published"
            },
            "pathways": {row.slug: (row.current_version, pathways.current_facts(session, row)) for row in rows},
        }


@pytest.mark.parametrize("text", [TEXT, FILE.read_text(encoding="utf-8")], ids=["small", "demo"])
def test_an_export_imports_to_the_same_into_an_empty_database(desk, other_desk, text):
    imported(desk, text, people_too=False)
    slug = catalog.read(text).home or ""
    written = exported(desk, slug)

    assert written.left_out == ()
    imported(other_desk, written.text)

    assert offer(other_desk, slug) == offer(desk, slug)
    assert exported(other_desk, slug) == written


def test_an_export_that_is_imported_where_it_comes_from_changes_nothing(desk):
    imported(desk)

    again = imported(desk, exported(desk).text)

    assert {what for _kind, what in again} == {"unchanged"}


def test_what_a_file_of_the_demonstration_never_says_is_written_and_read_too(desk, other_desk):
    odd = {
        "name": 'Odd: [one], "two" #3',
        "abbreviation": "yes",
        "description": "- no list\n\n  indented: text\nlast ä",
        "criteria_narrative": "2026-01-01",
        "criteria_url": "https://skills.example.org/criteria",
        "formal_relation": "component",
        "hours": "4.50",
        "price": {"amount": "0.10", "currency": "USD"},
        "continuing_education": [{"amount": "1", "unit": "A unit that nobody defined"}],
        "validity": {"kind": "days", "amount": 30},
        "result_descriptions": [
            {"id": "score", "name": "Score", "result_type": "Percent"},
            {"id": "grade", "name": "Grade", "result_type": "LetterGrade", "allowed_values": ["A", "B"]},
        ],
        "drawing": {"shape": "leaf", "fill": "#000000", "icon": None, "level": 2},
        "image_alt": "A leaf",
        "formats": ["workshop", "self_study"],
        "language": "de-AT",
        "tags": ["1e3", "null"],
        "prerequisites": {"min_sum": {"measure": "hours", "at_least": 2.5, "of": ["mc-plain"]}},
    }
    desk.achievement("mc-plain", price={"amount": "5", "currency": "EUR"}, validity={"kind": "months", "amount": 6})
    desk.achievement("mc-odd", **odd)
    desk.achievement(
        "mc-date", validity={"kind": "fixed_date", "until": "2030-05-01"}, price={"amount": 1, "currency": "EUR"}
    )
    with desk.write() as session:
        issuer = issuers.by_slug(session, "st-anna")
        for kind, slug, document in (
            (Kind.FRAMEWORK, "fw", {"name": "A", "url": "https://a.example", "ships_data": True}),
            (Kind.SKILL, "loose", {"name": "Loose", "priority": 1}),
            (Kind.SKILL, "placed", {"name": "Placed", "framework": "fw", "url": "https://b.example/placed",
                                    "alignments": [{"name": "P", "url": "https://c.example"}]}),
            (Kind.RECOGNISED, "px", {"name": "P", "abbreviation": "P", "kind": "partner", "issued_by": "org-like",
                                     "validity": {"kind": "days", "amount": 3}, "grace_days": 4}),
            (Kind.PROGRAMME, "prog", {"name": "P", "provider": "Some school", "award": "D", "total_credits": "0.5"}),
            (Kind.EQUIVALENCE, "eq", {"source": "px", "target": "mc-odd", "approved_by": "org-nobody", "pathways": []}),
            (Kind.ROLE, "role", {"name": "R", "requires": [{"skill": "loose", "level": 2}]}),
        ):  # fmt: skip
            definitions.put(session, issuer, kind, slug, definitions.parse(kind, document), actor="cli")
    written = exported(desk, "st-anna")

    imported(other_desk, written.text)

    assert offer(other_desk, "st-anna") == offer(desk, "st-anna")
    assert written.left_out == ()


def test_a_draft_of_a_pathway_is_written_as_one(desk, other_desk):
    text = changed("pathways: [pw-care]", "pathways: []", changed("status: published", "status: draft"))
    imported(desk, text)

    imported(other_desk, exported(desk).text)

    with other_desk.read() as session:
        assert session.scalars(select(pathways.PathwayRow.state)).one() == "draft"


def test_what_a_file_cannot_have_is_said(desk):
    desk.draft("mc-draft")
    archived = desk.achievement("mc-gone")
    with desk.write() as session:
        achievements.archive(session, achievements.by_id(session, archived.id), actor="cli")
        issuer = issuers.by_slug(session, "st-anna")
        for kind in (Kind.ROLE, Kind.UNIT):
            definitions.put(session, issuer, kind, "nurse", definitions.parse(kind, {"name": "Nurse"}), actor="cli")

    assert exported(desk, "st-anna").left_out == (
        "mc-draft: it is draft and not published",
        "mc-gone: it is archived and not published",
        "nurse: a unit with the name of something else; an id is used once in a file",
    )


def test_people_are_no_part_of_an_export(desk):
    imported(desk)

    assert "Sample One" not in exported(desk).text
