"""Accreditations in a catalogue: read with their lines, kept once, and written back."""

from __future__ import annotations

from typing import Any

import pytest

from app.issuing import accreditations, catalog, issuers
from tests.issuing.catalog.small import TEXT, imported

NORTH = '  - {id: org-north, name: North Academy, kind: issuer, url: "https://north.example"}\n'
SAID = (
    "by: org-board, contact_instructions: Write to them, scope: Nursing, "
    'accredited_on: "2025-01-15", ends_on: "2028-01-14"'
)


def accredited(said: str = SAID) -> str:
    """The small catalogue with an accreditation of its home."""
    found = TEXT.replace(NORTH, NORTH.replace("}", f", accreditations: [{{{said}}}]}}"))
    assert found != TEXT
    return found


def kept(desk: Any) -> list[tuple[str, str, str | None]]:
    with desk.read() as session:
        found = accreditations.of_issuer(session, issuers.by_slug(session, "north").id)
        return [(each.accreditor, str(each.ends_on), each.scope) for each in found]


def test_an_accreditation_is_kept_once_and_a_changed_one_is_changed(desk):
    imported(desk, accredited())
    assert kept(desk) == [("Quality Board", "2028-01-14", "Nursing")]

    again = imported(desk, accredited())
    later = imported(desk, accredited(SAID.replace("2028", "2031")))

    assert {what for kind, what in again if kind == "accreditation"} == {"unchanged"}
    assert {what for kind, what in later if kind == "accreditation"} == {"changed"}
    assert kept(desk) == [("Quality Board", "2031-01-14", "Nursing")]


def test_an_export_has_it_and_comes_to_the_same(desk):
    imported(desk, accredited())
    with desk.read() as session:
        text = catalog.export(session, issuers.by_slug(session, "north")).text

    again = imported(desk, text)

    assert "accreditations:" in text
    assert {what for _kind, what in again} == {"unchanged"}


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("org-board", "org-nobody", "there is no organization org-nobody"),
        ("by: org-board, ", "", "by which organization"),
        ("contact_instructions: Write to them", "contact_instructions: 7", "contact_instructions is a text"),
        ("2028-01-14", "2024-01-14", "ends before it begins"),
        ("2028-01-14", "soon", "ends_on is a day"),
        ("scope: Nursing", "skope: Nursing", "nothing is called skope here"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(before: str, after: str, sentence: str):
    text = accredited(SAID.replace(before, after))

    problems = catalog.read(text).problems

    line = text[: text.index("accreditations:")].count("\n") + 1
    assert [each.line for each in problems if sentence in each.sentence] == [line], problems
