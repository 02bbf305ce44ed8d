"""Frameworks of others at work: files are looked at, taken in, searched, and own skills aligned with their entries."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.issuing.definitions import Kind
from app.issuing.frameworks import File, FrameworkEntry
from tests.issuing.frameworks.files import (
    ESCO_BROADER,
    ESCO_GROUPS,
    ESCO_SKILLS,
    case_file,
    case_item,
    case_package,
)
from tests.web.staff.pathways import Academy
from tests.web.staff.test_definitions import facts_of
from tests.web.staff.test_pathways import plain

ROOT = "/staff/northfield/frameworks"


def send(browser: Any, *files: File, act: str = "take", framework: str = "") -> Any:
    """Send files with the form."""
    parts = [("files", (each.name, each.content)) for each in files]
    return browser.post(f"{ROOT}/imports", files=parts or None, act=act, framework=framework)


def entry_of(academy: Academy, name: str) -> FrameworkEntry:
    """An entry by its name."""
    with academy.service.database.read() as session:
        return session.scalars(select(FrameworkEntry).where(FrameworkEntry.name == name)).one()


def test_files_are_looked_at_first_and_nothing_stays_of_that(dora: Any, academy: Academy):
    page = send(dora, ESCO_SKILLS, ESCO_GROUPS, ESCO_BROADER, act="check")

    words = plain(page.text)
    assert page.status_code == 200
    assert "3 entries would be added: assisting and caring, draw blood, hygiene" in words
    assert "1 concepts that ESCO has not released" in words
    assert "There is none yet." in dora.get(ROOT).text
    assert academy.issuer


def test_files_that_are_taken_in_become_entries_that_are_found_by_words_and_by_what_they_belong_to(
    dora: Any, academy: Academy
):
    taken = send(dora, ESCO_SKILLS, ESCO_GROUPS, ESCO_BROADER)
    first = dora.get(f"{ROOT}/esco").text
    entry = entry_of(academy, "draw blood")
    group = plain(dora.get(f"{ROOT}/esco/{entry_of(academy, 'assisting and caring').id}").text)

    assert taken.headers["location"] == f"{ROOT}/esco"
    assert "Taken in: 3 added, 0 changed, 0 as before." in first
    assert "ESCO 3 entries" in plain(dora.get(ROOT).text)
    assert f'href="{ROOT}/esco/{entry.id}"' in dora.get(f"{ROOT}/esco?q=phlebotomise").text
    assert "Nothing is called so." in dora.get(f"{ROOT}/esco?q=surgery").text
    assert "What belongs to it draw blood" in group
    assert "Belongs to assisting and caring" in plain(dora.get(f"{ROOT}/esco/{entry.id}").text)


def test_what_is_wrong_with_a_file_is_told_with_its_place_and_nothing_is_taken(dora: Any, academy: Academy):
    package = case_package(CFItems=[case_item(1, "Good"), case_item(2, "")])

    page = send(dora, case_file(package), framework="care")
    nothing = send(dora)

    assert (page.status_code, nothing.status_code) == (422, 422)
    assert "package.json:/CFItems/1 name:" in plain(page.text)
    assert "Choose one file or several." in plain(nothing.text)
    assert "There is none yet." in dora.get(ROOT).text
    assert academy.issuer


def test_an_entry_becomes_a_skill_of_ones_own_which_is_looked_over_next(dora: Any, academy: Academy):
    send(dora, case_file(), framework="care")
    address = f"{ROOT}/care/{entry_of(academy, 'Washes hands').id}"

    made = dora.post(address, act="adopt", new="sk-wash")
    again = dora.post(address, act="adopt", new="sk-wash")
    strange = dora.post(address, act="adopt", new="Not a name")

    assert made.headers["location"] == "/staff/northfield/definitions/skill/sk-wash/edit"
    assert facts_of(academy, Kind.SKILL, "sk-wash")["alignments"][0]["code"] == "C.2"
    assert (again.status_code, strange.status_code) == (409, 422)
    assert "Another skill has this short name" in plain(again.text)
    assert "Your skills Washes hands" in plain(dora.get(address).text)


def test_a_skill_that_is_there_is_aligned_with_an_entry(dora: Any, academy: Academy):
    academy.define(Kind.SKILL, "sk-clean", name="Clean hands")
    send(dora, case_file(), framework="care")
    address = f"{ROOT}/care/{entry_of(academy, 'Washes hands').id}"

    none = dora.post(address, act="align", skill="")
    done = dora.post(address, act="align", skill="sk-clean")

    assert none.status_code == 422
    assert done.status_code == 303
    assert facts_of(academy, Kind.SKILL, "sk-clean")["alignments"][0]["name"] == "Washes hands"


def test_another_issuers_entries_are_not_there(dora: Any, academy: Academy, enter: Any, make_issuer: Any):
    send(dora, case_file(), framework="care")
    entry = entry_of(academy, "Washes hands")
    other = make_issuer("st-bruno")
    stranger = enter("sven@example.org", role="owner", at=other)

    assert stranger.get(f"/staff/{other.slug}/frameworks/care").status_code == 404
    assert stranger.get(f"/staff/{other.slug}/frameworks/care/{entry.id}").status_code == 404
