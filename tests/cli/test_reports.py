"""`lanyard report …`: figures on the terminal and as files, and reports that go out by mail."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pytest


@pytest.fixture
def earned(academy) -> None:
    """A badge that somebody earned today."""
    academy.good("issue", "st-anna", "bls", "ana@x.example", "--name", "Ana Ortiz")


def test_the_reports_are_listed_with_their_questions(academy):
    listed = dict(line.split("\t") for line in academy.good("report", "list").splitlines())

    assert listed["expiring"] == "Which badges end soon, and which have lapsed?"


@pytest.mark.usefixtures("earned")
def test_a_report_is_a_table_csv_or_a_file(academy):
    said = academy("report", "funnel", "st-anna")
    assert said.out.split("\t")[:3] == ["Basic Life Support (BLS)", "1", "0"]
    assert "UTC; as of" in said.err

    headings, row = csv.reader(io.StringIO(academy.good("report", "funnel", "st-anna", "--csv").lstrip("\ufeff")))
    assert (headings[1], row[1]) == ("Issued", "1")

    for suffix in ("xlsx", "json", "svg", "csv"):
        academy.good("report", "funnel", "st-anna", "--file", f"funnel.{suffix}", "--zone", "Europe/Madrid")
    assert openpyxl.load_workbook(academy.folder / "funnel.xlsx").worksheets[0]["B2"].value == 1
    assert json.loads((academy.folder / "funnel.json").read_text())["rows"][0]["issued"] == 1
    assert (academy.folder / "funnel.svg").read_bytes().startswith(b"<svg")


def test_what_cannot_be_asked_is_said_in_a_sentence(academy):
    assert academy.refused("report", "funnel", "st-anna", "--from", "1.3.2026") == "A day looks like 2026-03-01\n"
    assert "cannot be asked for one group" in academy.refused("report", "source-health", "st-anna", "--group", "ICU")


def test_a_report_by_mail_is_made_listed_and_ended(academy):
    made = academy.good("report", "subscribe", "st-anna", "expiring", "chief@x.example", "--every", "monday").strip()

    (line,) = academy.good("report", "subscriptions", "st-anna").splitlines()
    assert line.split("\t")[:4] == [made, "expiring", "chief@x.example", "monday"]
    academy.good("report", "unsubscribe", "st-anna", made)
    assert academy.good("report", "subscriptions", "st-anna") == ""
    assert "no such report" in academy.refused("report", "subscribe", "st-anna", "shoe-sizes", "chief@x.example")
