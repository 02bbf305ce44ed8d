"""A plan to print and to put into a calendar."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime

import icalendar
import pytest
from pypdf import PdfReader

from app.projections.plan_calendar import PlanCalendar, Span, to_ics
from app.projections.typesetting import MOST_STEPS, Paper, PlanLabels, PlanSheet, StepLine, plan_sheet

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
LABELS = PlanLabels(
    "Individual development plan", "Step", "Effort", "Dates", "Why", "To be done elsewhere", "", "Learner", "Manager",
    "Date", "Some words could not be written.",
)  # fmt: skip
STEP = StepLine("Teamwork (TEAM)", "8 hours", "1 to 28 January 2027", "closes Teamwork: 0 to 3", is_done=False)
SHEET = PlanSheet(
    language="en",
    direction="ltr",
    labels=LABELS,
    issuer="Northfield Health Academy",
    learner="Ana Ortiz",
    target="Medical Assistant",
    facts=(("Hours in all", "8 hours"), ("Sponsor", "Riverside Hospital")),
    steps=(STEP,),
    outside=("The licence is issued elsewhere.",),
    as_of=NOON,
)
SPAN = Span("plan-1-team", date(2027, 1, 1), date(2027, 1, 28), "Teamwork", "closes Teamwork", "https://x.example/1")


def text_of(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def test_a_plan_is_one_page_with_steps_dates_reasons_and_lines_to_sign_on():
    (page,) = text_of(plan_sheet(SHEET))

    for said in ("Individual development plan", "Medical Assistant", "Ana Ortiz", "1. Teamwork (TEAM)", "8 hours",
                 "1 to 28 January 2027", "closes Teamwork: 0 to 3", "Learner", "Manager", "Riverside Hospital",
                 "The licence is issued elsewhere."):  # fmt: skip
        assert said in page


@pytest.mark.parametrize("paper", list(Paper))
@pytest.mark.parametrize("length", [1, 40])
def test_a_long_plan_with_long_words_is_still_one_page(paper: Paper, length: int):
    long = replace(STEP, name="Pneumonoultramicroscopic " * length, reasons="because it is needed for that " * length)

    pages = text_of(plan_sheet(replace(SHEET, steps=(long,) * (MOST_STEPS + 5)), paper=paper))

    assert len(pages) == 1
    assert "Manager" in pages[0]


def test_a_plan_without_steps_is_a_page_too():
    assert len(text_of(plan_sheet(replace(SHEET, steps=(), outside=())))) == 1


def test_what_somebody_wrote_is_no_markup():
    (page,) = text_of(plan_sheet(replace(SHEET, learner='#panic("x") *Ana*')))

    assert '#panic("x") *Ana*' in page


def test_the_same_plan_is_the_same_bytes():
    assert plan_sheet(SHEET) == plan_sheet(SHEET)
    calendar = PlanCalendar("Plan", (SPAN,), NOON)
    assert to_ics(calendar, host="x.example") == to_ics(calendar, host="x.example")


def test_a_calendar_has_whole_days_with_the_last_one_included():
    read = icalendar.Calendar.from_ical(to_ics(PlanCalendar("Plan", (SPAN,), NOON), host="x.example"))

    (event,) = read.walk("VEVENT")
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (date(2027, 1, 1), date(2027, 1, 29))
    assert (event["uid"], str(event["summary"]), event["transp"]) == (
        "plan-1-team@x.example",
        "Teamwork",
        "TRANSPARENT",
    )


def test_a_calendar_holds_no_line_that_somebody_slipped_in():
    calendar = PlanCalendar("Plan", (replace(SPAN, summary="a\r\nBEGIN:VALARM\r\nb,c;d"),), NOON)

    made = to_ics(calendar, host="x.example")

    assert b"\r\nBEGIN:VALARM" not in made
    assert b"SUMMARY:a BEGIN:VALARM b\\,c\\;d" in made
