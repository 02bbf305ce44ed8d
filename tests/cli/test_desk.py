"""The employer desk at a terminal: watches, people by skill, supply, a unit ahead of time, and the survey packet."""

from __future__ import annotations

import openpyxl
import pytest

from tests.cli.test_people import learner_at
from tests.cli.test_stacks import STACKS


@pytest.fixture
def badge(academy) -> str:
    """The address of the badge of Ana, who works in ward A as a team lead."""
    units = "units:\n  - {id: unit-a, name: Ward A, mandatory: [{credential: bls, target_percent: 90}]}\nroles:\n"
    (academy.folder / "stacks.yaml").write_text(STACKS.replace("roles:\n", units))
    academy.good("catalog", "import", academy.folder / "stacks.yaml")
    address = academy.good("issue", "st-anna", "bls", "ana@x.example").strip()
    academy.good("careers", "put", "st-anna", learner_at("ana@x.example"), "--unit", "unit-a", "--role", "role-lead")
    return str(address)


def test_a_watch_is_asked_listed_and_ended(academy, badge):
    made = academy.good("watches", "ask", "st-anna", badge, "--purpose", "Our rota").strip()

    assert f"{made}\tasked\t{badge}\tBasic Life Support\t\twebhooks\n" in academy.good("watches", "list", "st-anna")
    assert "asked already" in academy.refused("watches", "ask", "st-anna", badge, "--purpose", "Our rota")
    academy.good("watches", "end", "st-anna", made)
    assert academy.good("watches", "list", "st-anna", "--state", "asked") == ""
    assert f"{made}\tended\t" in academy.good("watches", "list", "st-anna")
    assert "no such watch" in academy.refused("watches", "end", "st-anna", "nothing")


def test_a_purpose_that_nobody_could_read_asks_nobody(academy, badge):
    assert "Say what it is for" in academy.refused("watches", "ask", "st-anna", badge, "--purpose", "x" * 301)
    assert academy.good("watches", "list", "st-anna") == ""


def test_people_are_found_by_skill_and_counted_against_what_is_needed(academy, badge):
    assert badge
    found = academy.good("units", "find", "st-anna", "sk-cpr", "--level", "3")
    supply = academy.good("units", "supply", "st-anna")

    assert "\tWard A\tTeam lead\t3\t" in found
    assert academy.good("units", "find", "st-anna", "sk-cpr", "--level", "4") == ""
    assert "no skill" in academy.refused("units", "find", "st-anna", "nothing")
    assert supply.splitlines() == ["role-lead\tsk-lead\t3\t1\t0\t0\t1", "role-lead\tsk-cpr\t3\t1\t1\t1\t0"]


def test_a_unit_is_shown_ahead_and_its_packet_is_written_down(academy, badge):
    assert badge
    assert "bls\t90\t100 %\t90 %\t\n" in academy.good("units", "ahead", "st-anna", "unit-a")
    book, paper = academy.folder / "packet.xlsx", academy.folder / "packet.pdf"
    academy.good("units", "packet", "st-anna", "unit-a", book)
    academy.good("units", "packet", "st-anna", "unit-a", paper)

    assert [row[2] for row in openpyxl.load_workbook(book).worksheets[0].values][1:] == ["current"]
    assert "good" in academy.good("verify", paper)
    assert ".pdf or .xlsx" in academy.refused("units", "packet", "st-anna", "unit-a", academy.folder / "p.docx")
