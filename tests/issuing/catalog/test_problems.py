"""What is wrong with a catalogue of stacks: each thing in a sentence, by its line, and nothing is written."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from app.errors import InvalidInput
from app.issuing import catalog, pathways
from app.issuing.achievements import Achievement
from app.issuing.definitions import Definition
from app.issuing.issuers import Issuer
from tests.issuing.catalog.small import TEXT, changed, imported, line_of

BREAKS = {
    "two issuers": ("kind: partner, url", "kind: issuer, url", "does not say whose", "id: org-river"),
    "no issuer": ("kind: issuer, url", "kind: partner, url", "name it as catalog: {home: org-...}", "frameworks:"),
    "an unknown home": ("  currency: EUR", "  currency: EUR\n  home: org-x", "no organization org-x", "home: org-x"),
    "an unknown kind of organisation": ("kind: accreditor", "kind: club", "an organization is one of", "id: org-board"),
    "an id of another section": ("id: unit-ward", "id: sk-cpr", "sk-cpr stands in skills too",
        "id: sk-cpr, name: Ward"),
    "an id twice": ("id: sk-talk, name", "id: sk-cpr, name", "sk-cpr stands in skills twice", "name: Talking with"),
    "a name nobody knows": ("decay_months: 24", "decay: 24", "nothing is called decay here", "id: sk-cpr"),
    "a skill without sense": ("decay_months: 24", "decay_months: soon", "sk-cpr: decay_months:", "id: sk-cpr"),
    "a unit without hours": (", contact_hours: 2", "", "point: contact_hours: Field required", "id: point"),
    "a skill of no framework": ("category: people,", "framework: fw-x, category: people,", "no framework fw-x",
                                "id: sk-talk"),
    "a skill without an address": ("ships_data: true", "ships_data: false", "sk-cpr has no address", "id: sk-cpr"),
    "an unknown skill of a role": ("requires: [{skill: sk-cpr", "requires: [{skill: sk-x", "no skill sk-x",
        "id: role-aide"),
    "an unknown occupation": ("framework: fw-onet, code", "framework: fw-x, code", "no framework fw-x",
        "id: role-aide"),
    "an unknown credential of a role": ("requires_credentials: [st-care]", "requires_credentials: [st-x]",
                                        "no credential st-x", "id: role-aide"),
    "an unknown credential of a unit": ("mandatory: [{credential: mc-cpr", "mandatory: [{credential: mc-x",
                                        "no credential mc-x", "id: unit-ward"),
    "a percentage that is none": ("target_percent: 95", "target_percent: 195", "unit-ward: mandatory:",
        "id: unit-ward"),
    "an unknown provider": ("provider: org-river", "provider: org-x", "no organization org-x", "id: prog-rn"),
    "an equivalence from nowhere": ("from: px-talk", "from: px-x", "no credential px-x", "id: eq-talk"),
    "an equivalence for no pathway": ("scope: [pw-care]", "scope: [pw-x]", "no pathway pw-x", "id: eq-talk"),
    "an equivalence that ends early": ("valid_until: null}", 'valid_until: "2023-01-01"}', "it ends before it begins",
                                       "id: eq-talk"),
    "a transfer into nothing": ("program: prog-rn", "program: prog-x", "no programme prog-x", "id: ct-rn"),
    "a transfer of nothing": ("from: {credential: st-care}", "from: {credential: st-x}",
                              "from: There is no credential st-x.", "id: ct-rn"),
    "a transfer that is no condition": ("from: {credential: st-care}", "from: {badge: st-care}",
                                        "A condition has exactly one of", "id: ct-rn"),
    "an unknown prerequisite": ("prerequisites: {credential: mc-cpr}", "prerequisites: {credential: mc-x}",
                                "There is no credential mc-x.", "prerequisites:"),
    "a prerequisite of a node": ("prerequisites: {credential: mc-cpr}", "prerequisites: {node: basics}",
                                 "Only pathways have nodes.", "prerequisites:"),
    "a prerequisite of an unknown skill": ("prerequisites: {credential: mc-cpr}",
                                           "prerequisites: {skill: sk-x, at_least: 2}", "There is no skill sk-x.",
                                           "prerequisites:"),
    "a circle of prerequisites": ("    hours: 4.5", "    prerequisites: {credential: mc-talk}\n    hours: 4.5",
                                  "goes round in a circle", "prerequisites: {credential: mc-talk}"),
    "a stack that does not inherit": ("inherits_skills: true", "inherits_skills: false", "a stack inherits",
        "id: st-care"),
    "a badge that inherits": ("    hours: 4.5", "    inherits_skills: true\n    hours: 4.5", "a stack inherits",
                              "inherits_skills: true\n"),
    "an unknown owner": ("owner: org-north", "owner: org-x", "no organization org-x", "owner: org-x"),
    "a version that is none": ("version: 3", "version: three", "a version is a whole number", "version: three"),
    "a status that is none": ("status: published", "status: ready", "a status is one of published, draft",
        "status: ready"),
    "an unknown type of stack": ("stack_type: vertical", "stack_type: round", "pw-care: stack_type:",
        "stack_type: round"),
    "a node with a strange name": ("level: 1, required", "colour: red, level: 1, required",
                                   "nothing is called colour here", "- {id: basics"),
    "a node that asks for nothing known": ("condition: {credential: mc-cpr}", "condition: {credential: mc-x}",
                                           "pw-care: basics: There is no credential mc-x.", "- {id: basics"),
    "a node that is no condition": ("condition: {credential: mc-cpr}", "condition: {badge: mc-cpr}",
                                    "A condition has exactly one of", "- {id: basics"),
    "a node that asks for no node": ("{node: basics}", "{node: base}", "There is no node base", "- {id: care"),
    "a node that awards a badge": ("awards: st-care", "awards: mc-talk", "it is no stack", "- {id: care"),
    "a node that awards nothing known": ("awards: st-care", "awards: st-x", "There is no stack st-x", "- {id: care"),
    "a completion that is no node": ("completion: care", "completion: end", "There is no node end", "completion: end"),
    "an unknown entry": ("entry: {credential: ext-aide", "entry: {credential: ext-x", "There is no credential ext-x.",
                         "entry: {credential: ext-x"),
    "a circle": ("condition: {credential: mc-cpr}", "condition: {credential: st-care}",
                 "basics needs st-care needs care needs basics", "- {id: basics"),
    "an endorsement of nothing": ("target: mc-cpr", "target: mc-x", "no credential or organization mc-x",
        "id: en-board"),
    "an endorsement by nobody": ("endorser: org-board", "endorser: org-x", "no organization org-x", "id: en-board"),
    "an endorsement of one's own": ("endorser: org-board", "endorser: org-north", "cannot endorse what is its own",
                                    "id: en-board"),
    "an endorsement without words": (", comment: Well assessed.", "", "comment is what the endorser says",
        "id: en-board"),
    "an endorsement of no day": ('issued: "2025-01-15"', "issued: early", "issued is a day", "id: en-board"),
    "an unknown unit": ("    unit: unit-ward", "    unit: unit-x", "ln-1: there is no unit unit-x", "unit: unit-x"),
    "an unknown role": ("target_role: role-aide", "target_role: role-x", "no role role-x", "target_role: role-x"),
    "an unknown pathway": ("pathways: [pw-care]", "pathways: [pw-x]", "no pathway pw-x", "pathways: [pw-x]"),
    "an unknown programme": ("enrolled: [prog-rn]", "enrolled: [prog-x]", "no programme prog-x", "enrolled: [prog-x]"),
    "an unknown award": ("{credential: mc-talk, issued", "{credential: mc-x, issued", "no credential mc-x",
                         "- {credential: mc-x"),
    "a stack by hand": ("{credential: mc-talk, issued", "{credential: st-care, issued", "never by hand",
                        "- {credential: st-care"),
    "an award of no day": ('issued: "2026-01-10"', "issued: lately", "issued is a day", "issued: lately"),
    "an award without a day": (', issued: "2026-01-10"', "", "has the day on which it was issued",
                               "- {credential: mc-cpr, status"),
    "an award that is neither": ("status: revoked", "status: lost", "the status of an award", "status: lost"),
    "people without a day": ('  reference_date: "2026-07-01"\n', "", "say as of when", "demo_learners:"),
    "a reference date that is none": ('reference_date: "2026-07-01"', "reference_date: now", "reference_date is a day",
                                      "reference_date: now"),
    "somebody without a name": ("    display_name: Sample One\n", "", "display_name is a text", "- id: ln-1"),
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKS)
def test_a_problem_is_told_in_a_sentence_on_its_line(name):
    before, after, sentence, place = BREAKS[name]
    text = changed(before, after)

    problems = catalog.read(text).problems

    assert any(sentence in problem.sentence and problem.line == line_of(text, place) for problem in problems), problems


def test_the_catalogue_that_is_broken_here_has_no_problem():
    assert catalog.read(TEXT).problems == ()


def test_all_problems_of_all_sections_are_found_at_once():
    text = changed("enrolled: [prog-rn]", "enrolled: [prog-x]")
    text = changed("{node: basics}", "{node: base}", text)
    text = changed("decay_months: 24", "decay_months: soon", text)

    lines = [problem.line for problem in catalog.read(text).problems]

    assert len(lines) == 3
    assert lines == sorted(lines)


def test_what_is_wrong_with_a_credential_is_not_said_again_of_what_names_it():
    text = changed("    assessment: exam\n    prerequisites", "    prerequisites")

    assert len(catalog.read(text).problems) == 1


def test_several_issuers_are_fine_when_the_file_names_the_one_that_has_the_rest(desk):
    text = changed("kind: partner, url", "kind: issuer, url")
    text = changed("  currency: EUR", "  currency: EUR\n  home: org-north", text)

    assert catalog.read(text).home == "north"
    assert imported(desk, text)["pathway", "made"] == 1


def test_each_of_two_circles_is_told():
    second = """\
  - id: pw-other
    version: 1
    name: Other
    stack_type: vertical
    owner: org-north
    nodes:
      - {id: one, name: One, condition: {all_of: [{credential: mc-cpr}, {node: two}]}}
      - {id: two, name: Two, condition: {node: one}}
    completion: one
"""
    text = changed("condition: {credential: mc-cpr}", "condition: {credential: st-care}")
    text = changed("equivalences:\n", f"{second}equivalences:\n", text)

    told = [problem.sentence for problem in catalog.read(text).problems]

    assert len(told) == 2
    assert all("goes round in a circle" in sentence for sentence in told)


def test_with_a_problem_nothing_at_all_is_written(desk):
    plan = catalog.read(changed("{node: basics}", "{node: base}"))

    with pytest.raises(InvalidInput), desk.write() as session:
        catalog.import_plan(session, desk.office, plan, actor="cli")

    with desk.read() as session:
        counts = [session.scalar(select(func.count()).select_from(each)) for each in (Issuer, Achievement, Definition)]
    assert counts == [1, 0, 0]


def test_what_only_the_database_knows_is_told_by_line_too_and_takes_everything_back(desk):
    imported(desk)
    other = changed("id: pw-care\n", "id: pw-more\n").replace("[pw-care]", "[pw-more]")
    plan = catalog.read(changed("name: Ward,", "name: Ward two,", other))
    assert plan.problems == ()

    with pytest.raises(InvalidInput) as caught, desk.write() as session:
        catalog.import_plan(session, desk.office, plan, actor="cli")

    [problem] = caught.value.facts["problems"]
    assert problem["line"] == line_of(other, "- id: pw-more")
    assert "is awarded by Care ladder already" in problem["sentence"]
    with desk.read() as session:
        assert session.scalar(select(Definition.facts).where(Definition.slug == "unit-ward"))["name"] == "Ward"
        assert [row.slug for row in session.scalars(select(pathways.PathwayRow))] == ["pw-care"]


@pytest.mark.parametrize("part", sorted(set(re.findall(r"[a-z_]+(?=: )", TEXT))))
def test_no_value_of_a_wrong_kind_makes_the_reading_fail(part):
    for value in ("[[1]]", "7", "null", "{a: {b: c}}", "2026-01-01", "1e400", "[{a: b}]"):
        for found in re.finditer(rf"\b{part}: ", TEXT):
            text = f"{TEXT[: found.end()]}{value}{rest_after(TEXT[found.end() :])}"

            assert all(problem.line >= 1 for problem in catalog.read(text).problems)


def rest_after(text: str) -> str:
    """What stands after the first value of a text."""
    deep = 0
    for place, letter in enumerate(text):
        deep += letter in "[{"
        deep -= letter in "]}"
        if deep < 0 or letter == "\n" or (deep == 0 and letter == ","):
            return text[place:]
    return ""
