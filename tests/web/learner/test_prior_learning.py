"""Applying by prior learning in the browser, from both sides of the desk."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.issuing.issuers import Issuer
from app.issuing.outbox import OutboxMessage
from app.service import Service

NORA = "nora@example.org"
PDF = b"%PDF-1.7\n%%EOF\n"
Enter = Callable[..., Any]
BOTH_DATABASES = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def achievement(make_achievement: Any) -> Any:
    return make_achievement()


def applied(browser: Any, achievement: Any) -> str:
    """The path of a fresh application."""
    answer = browser.post(
        "/me/applications/new", achievement=achievement.id, statement="Three years at a blood bank.", kind="informal"
    )
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def at_desk(path: str) -> str:
    """The same application among the pages of staff."""
    return path.replace("/me/applications", "/staff/northfield/awards/applications")


@BOTH_DATABASES
def test_an_application_goes_from_the_learner_to_the_assessor_and_back_as_a_badge(
    enter: Enter, achievement: Any, issuer: Issuer, client: TestClient
):
    nora, olga = enter(NORA), enter("rita@example.org", role="reviewer", at=issuer)
    assert "Phlebotomy Fundamentals" in nora.get("/me/applications/new?q=phleb").text
    path = applied(nora, achievement)
    nora.post(f"{path}/evidence", name="Letter", files={"file": ("letter.pdf", PDF, "application/pdf")})
    assert "1" in re.search(r"<strong>(\d)</strong> <span>applications by prior", olga.get("/staff/northfield").text)[1]

    asked = olga.get(at_desk(path)).text
    olga.post(at_desk(path), act="ask", reason="Please add the record.")
    nora.post(f"{path}/evidence", name="Record", url="https://records.example/1", may_be_signed="yes")
    nora.post(f"{path}/again", answer="Here it is.")
    olga.post(at_desk(path), act="approve", reason="Three years are more than it takes.")

    assert "Three years at a blood bank." in asked
    told = nora.get(path).text
    for said in ("Please add the record.", "Here it is.", "Three years are more than it takes."):
        assert said in told
    badge = re.search(r"/me/badges/([\w-]+)", told)[1]
    assert "records.example" in client.get(f"/b/{badge}.json").text


def test_a_file_is_handed_out_as_a_download_to_both_and_to_nobody_else(enter: Enter, achievement: Any, issuer: Issuer):
    nora = enter(NORA)
    path = applied(nora, achievement)
    nora.post(f"{path}/evidence", name="Letter", files={"file": ("letter.html", PDF, "text/html")})
    file = re.search(r'href="/me(/applications/[^"]+/evidence/[^"]+)"', nora.get(path).text)[1]

    mine = nora.get(f"/me{file}")
    theirs = enter("rita@example.org", role="reviewer", at=issuer).get(f"/staff/northfield/awards{file}")

    for answer in (mine, theirs):
        assert answer.content == PDF
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["content-disposition"] == 'attachment; filename="letter.pdf"'
    assert enter("somebody.else@example.org").get(f"/me{file}").status_code == 404


def test_a_refusal_says_why_by_mail_and_on_the_page(enter: Enter, achievement: Any, issuer: Issuer, service: Service):
    nora, rita = enter(NORA), enter("rita@example.org", role="reviewer", at=issuer)
    path = applied(nora, achievement)

    rita.post(at_desk(path), act="refuse", reason="A blood bank is not a ward.")

    assert "A blood bank is not a ward." in nora.get(path).text
    with service.database.read() as session:
        mail = session.scalars(select(OutboxMessage).where(OutboxMessage.event.like("application.refused%"))).one()
    assert "A blood bank is not a ward." in mail.payload["text"]


def test_what_was_typed_stays_when_the_assessor_gave_no_reason(enter: Enter, achievement: Any, issuer: Issuer):
    rita, path = enter("rita@example.org", role="reviewer", at=issuer), applied(enter(NORA), achievement)

    answer = rita.post(at_desk(path), act="approve", reason="")

    assert answer.status_code == 422
    assert "Write what the applicant is to read" in answer.text


def test_an_achievement_that_takes_no_applications_is_not_offered(enter: Enter, achievement: Any, issuer: Issuer):
    owner = enter("olga@example.org", role="owner", at=issuer)

    owner.post("/staff/northfield/awards/applications/settings", shown=achievement.id)

    nora = enter(NORA)
    assert "Phlebotomy" not in nora.get("/me/applications/new").text
    assert nora.get(f"/me/applications/new?achievement={achievement.id}").status_code == 404


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_list_is_handed_out_with_the_columns_on_the_screen(
    enter: Enter, achievement: Any, issuer: Issuer, form: str
):
    applied(enter(NORA), achievement)

    answer = enter("rita@example.org", role="reviewer", at=issuer).get(
        f"/staff/northfield/awards/applications/list.{form}"
    )

    assert answer.status_code == 200
    assert form == "xlsx" or "Phlebotomy Fundamentals" in answer.text


def test_evidence_that_a_holder_asks_to_have_signed_is_decided_on_a_page(
    enter: Enter, make_award: Any, issuer: Issuer, client: TestClient
):
    award = make_award()
    ana, rita = enter("ana.ortiz@example.org"), enter("rita@example.org", role="reviewer", at=issuer)
    ana.post(f"/me/badges/{award.id}/evidence", name="A letter", text="Kind words", is_to_be_signed="yes")
    page = rita.get("/staff/northfield/awards/applications/evidence").text

    rita.post(re.search(r'action="(/staff/[^"]+/evidence/[^"]+)"', page)[1], act="sign")

    assert "Kind words" in client.get(f"/b/{award.id}.json").text
