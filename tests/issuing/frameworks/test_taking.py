"""Taking in a framework, again and again; and own skills that are aligned with its entries."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select

from app.errors import AlreadyExists, InvalidInput, NotFound
from app.issuing import definitions, foresight, frameworks
from app.issuing.definitions import Kind
from app.issuing.frameworks import File, FrameworkEntry, Outcome, read
from tests.issuing.conftest import ACTOR, Desk

from .files import (
    ESCO_BROADER,
    ESCO_GROUPS,
    ESCO_SKILLS,
    ONET_MODEL,
    ONET_SKILLS,
    SKILL_AT,
    case_file,
    case_item,
    case_package,
)


def take(desk: Desk, *files: File, slug: str = "theirs") -> Outcome:
    """Read and take in."""
    with desk.write() as session:
        return frameworks.take(session, desk.issuer, slug, read(files), actor=ACTOR)


def counts(outcome: Outcome) -> tuple[int, int, int, int]:
    """Added, changed, unchanged, kept."""
    return outcome.added, outcome.changed, outcome.unchanged, outcome.kept


def entries(desk: Desk) -> dict[str, FrameworkEntry]:
    """Every entry, by its name."""
    with desk.read() as session:
        return {each.name: each for each in session.scalars(select(FrameworkEntry))}


def actions(desk: Desk) -> Counter[str]:
    """How often each thing was done."""
    return Counter(each.action for each in desk.audit_log())


@pytest.mark.parametrize("files", [(case_file(),), (ESCO_SKILLS, ESCO_GROUPS, ESCO_BROADER), (ONET_MODEL, ONET_SKILLS)])
def test_taking_the_same_files_twice_changes_nothing_the_second_time(desk: Desk, files: tuple[File, ...]):
    first = take(desk, *files)
    logged = actions(desk)
    second = take(desk, *files)

    assert counts(first) == (first.added, 0, 0, 0)
    assert first.added >= 3
    assert counts(second) == (0, 0, first.added, 0)
    assert actions(desk) == logged
    assert logged["framework.taken"] == logged["definition.made"] == 1


def test_what_differs_is_changed_and_what_the_file_no_longer_has_stays(desk: Desk):
    take(desk, case_file())
    package = case_package(CFItems=[case_item(1, "Care of people"), case_item(4, "Listens")])

    outcome = take(desk, case_file(package | {"CFAssociations": []}))

    assert counts(outcome) == (1, 1, 0, 2)
    assert outcome.names == {"added": ["Listens"], "changed": ["Care of people"]}
    assert {"Washes hands", "Care of people", "Listens"} < set(entries(desk))


def test_files_of_one_framework_may_come_one_after_the_other(desk: Desk):
    take(desk, ESCO_SKILLS)
    relations = take(desk, ESCO_BROADER)
    skills = take(desk, ESCO_SKILLS)
    take(desk, ONET_MODEL, slug="onet")
    ratings = take(desk, ONET_SKILLS, slug="onet")

    assert (counts(relations), counts(skills)) == ((0, 1, 0, 1), (0, 0, 2, 0))
    assert relations.left_out == {"relations of entries that are not here": 1}
    assert entries(desk)["draw blood"].broader == [f"{SKILL_AT}S3"]
    assert counts(ratings) == (1, 0, 1, 2)
    assert entries(desk)["Active Listening"].facts["description"] == 'Giving "full" attention'


def test_a_look_ahead_says_what_would_come_of_it_and_leaves_nothing(desk: Desk):
    with desk.write() as session:
        found = read([case_file()])
        foreseen = foresight.undone(
            session, lambda: frameworks.take(session, desk.issuer, "theirs", found, actor=ACTOR)
        )

    assert counts(foreseen) == (3, 0, 0, 0)
    assert (entries(desk), actions(desk)["framework.taken"]) == ({}, 0)
    assert counts(take(desk, case_file())) == counts(foreseen)


def test_with_one_mistake_nothing_at_all_is_taken(desk: Desk):
    package = case_package(CFItems=[case_item(1, "Good"), case_item(2, "")])

    with pytest.raises(InvalidInput, match=r"package.json:/CFItems/1: name") as caught:
        take(desk, case_file(package))

    assert caught.value.facts["problems"][0]["place"] == "package.json:/CFItems/1"
    assert entries(desk) == {}
    with desk.read() as session:
        assert definitions.all_of(session, desk.issuer.id, Kind.FRAMEWORK) == []


def test_a_framework_of_ones_own_takes_nothing_in_and_empty_files_are_told(desk: Desk):
    with desk.write() as session:
        facts = definitions.parse(Kind.FRAMEWORK, {"name": "Ours", "url": "https://x.example", "ships_data": True})
        definitions.put(session, desk.issuer, Kind.FRAMEWORK, "ours", facts, actor=ACTOR)

    with pytest.raises(InvalidInput, match="your own framework"):
        take(desk, case_file(), slug="ours")
    with pytest.raises(InvalidInput, match="no entry"):
        take(desk, File("f.csv", b"conceptType,conceptUri,preferredLabel\n"))
    with pytest.raises(InvalidInput, match="short name"):
        take(desk, case_file(), slug="No Name")


def test_what_somebody_wrote_of_the_framework_stays(desk: Desk):
    take(desk, case_file())
    with desk.write() as session:
        facts = definitions.parse(Kind.FRAMEWORK, {"name": "Care, as we call it", "url": "https://x.example"})
        definitions.put(session, desk.issuer, Kind.FRAMEWORK, "theirs", facts, actor=ACTOR)

    take(desk, case_file())

    with desk.read() as session:
        assert frameworks.named(session, desk.issuer, "theirs").facts["name"] == "Care, as we call it"


def test_two_imports_at_once_make_each_entry_once(desk: Desk):
    start, outcomes = threading.Barrier(2), []

    def work() -> None:
        start.wait()
        outcomes.append(take(desk, case_file()))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert sorted(map(counts, outcomes)) == [(0, 0, 3, 0), (3, 0, 0, 0)]
    assert len(entries(desk)) == 3


def test_entries_are_found_by_any_words_of_name_code_and_other_names(desk: Desk):
    take(desk, ESCO_SKILLS, ESCO_GROUPS, ESCO_BROADER)

    def found(text: str, **more: Any) -> list[str]:
        with desk.read() as session:
            framework = frameworks.named(session, desk.issuer, "theirs")
            return [each.name for each in frameworks.find(session, framework, text, **more)]

    assert found("") == ["assisting and caring", "draw blood", "hygiene"]
    assert found("Samples TAKE") == ["draw blood"]
    assert found("s3") == ["assisting and caring"]
    assert found("100%") == []
    assert found("", below=f"{SKILL_AT}S3") == ["draw blood"]
    assert found("", skip=2) == ["hygiene"]


def test_an_entry_becomes_an_own_skill_aligned_with_it_and_with_its_exact_matches(desk: Desk):
    take(desk, case_file())
    entry = entries(desk)["Washes hands"]

    with desk.write() as session:
        made = frameworks.adopt(session, desk.issuer, entry, "sk-wash", actor=ACTOR)
        here, elsewhere = made.facts["alignments"]
        with pytest.raises(AlreadyExists):
            frameworks.adopt(session, desk.issuer, entry, "sk-wash", actor=ACTOR)

    assert here == {
        "name": "Washes hands",
        "url": entry.facts["url"],
        "code": "C.2",
        "framework": "Care competencies",
        "target_type": "CFItem",
    }
    assert elsewhere["url"] == "https://other.example/items/9"


def test_an_own_skill_is_aligned_once_with_an_entry_and_keeps_what_it_says(desk: Desk):
    take(desk, ESCO_SKILLS)
    entry = entries(desk)["hygiene"]
    with desk.write() as session:
        facts = definitions.parse(Kind.SKILL, {"name": "Clean hands", "priority": 5})
        definitions.put(session, desk.issuer, Kind.SKILL, "sk-clean", facts, actor=ACTOR)

    with desk.write() as session:
        told = [frameworks.align(session, desk.issuer, entry, "sk-clean", actor=ACTOR) for _ in range(2)]
        skill = definitions.by_slug(session, desk.issuer, Kind.SKILL, "sk-clean")
        with pytest.raises(NotFound):
            frameworks.align(session, desk.issuer, entry, "sk-none", actor=ACTOR)

    assert told == [True, False]
    assert (skill.facts["priority"], [each["name"] for each in skill.facts["alignments"]]) == (5, ["hygiene"])


def test_another_issuers_entry_is_not_there(desk: Desk):
    take(desk, case_file())
    other = desk.another_issuer()

    with desk.read() as session, pytest.raises(NotFound):
        frameworks.by_id(session, other.issuer, entries(desk)["Washes hands"].id)
