"""Reports as pages: figures with what they mean, files of the same rows, names for those who may, and mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app import clock
from app.issuing.issuers import Issuer
from app.reports import REPORTS

REPORT = "/staff/northfield/reports"


@pytest.mark.usefixtures("award")
@pytest.mark.parametrize("slug", sorted(REPORTS))
def test_each_report_has_a_page_a_chart_and_files(olga: Any, slug: str):
    page = olga.get(f"{REPORT}/{slug}")

    assert page.status_code == 200
    assert REPORTS[slug].sentence.split("“")[0].split("'")[0][:40] in page.text
    assert olga.get(f"{REPORT}/{slug}/chart.svg").headers["content-type"].startswith("image/svg+xml")
    for form, media_type in (("csv", "text/csv"), ("xlsx", "application/vnd"), ("json", "application/json")):
        assert olga.get(f"{REPORT}/{slug}/file.{form}").headers["content-type"].startswith(media_type)


def test_the_page_and_the_file_are_about_the_same_days(olga: Any, make_award: Callable[..., Any]):
    make_award()
    today = clock.now().date().isoformat()

    told = olga.get(f"{REPORT}/funnel?from={today}&to={today}").text
    none = olga.get(f"{REPORT}/funnel?from=2020-11-01&to=2020-11-30").text

    assert "Phlebotomy Fundamentals" in told
    assert f"file.csv?from={today}&amp;to={today}" in told
    assert "Nothing happened in this period" in none


def test_what_cannot_be_asked_is_said_in_a_sentence(olga: Any):
    answer = olga.get(f"{REPORT}/funnel?from=yesterday")

    assert answer.status_code == 422
    assert "What becomes of the badges" in answer.text


@pytest.mark.usefixtures("award")
def test_an_auditor_sees_the_figures_and_no_names(enter: Callable[..., Any], issuer: Issuer, olga: Any):
    auditor = enter("aud@example.org", role="auditor", at=issuer)
    wanted = f"{REPORT}/expiring/file.json?from=2028-11-01&to=2028-11-30"

    assert "name" in olga.get(wanted).text
    assert "Ana Ortiz" not in auditor.get(wanted).text
    assert auditor.post(f"{REPORT}/funnel", recipient="a@example.org").status_code == 403


def test_a_report_is_sent_every_monday_until_it_is_ended(olga: Any):
    sent = {"recipient": "board@example.org", "every": "monday", "covers": "week", "format": "csv"}

    assert olga.post(f"{REPORT}/funnel", **sent).status_code == 303
    page = olga.get(REPORT).text
    assert "board@example.org" in page
    path = next(part.split('"')[0] for part in page.split('action="') if "/mailed/" in part)
    assert olga.post(path).status_code == 303
    assert "board@example.org" not in olga.get(REPORT).text


def test_a_mistake_is_told_and_what_was_typed_is_not_lost(olga: Any):
    answer = olga.post(f"{REPORT}/funnel", recipient="board", every="monday", covers="week", format="csv")

    assert answer.status_code == 422
