"""Reports by mail through the worker: made, attached, sent once, and about nobody by name."""

from __future__ import annotations

import io
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import openpyxl
import pytest
import time_machine
from sqlalchemy import select, update

from app import clock, reports
from app.errors import Busy
from app.issuing import issuers, report_subscriptions
from app.issuing.awards import Award
from app.issuing.mail import configuring
from app.issuing.report_subscriptions import Covers, Every, Format, ReportSubscription, Wanted
from app.worker import reporting
from tests.worker.conftest import BackDoor

MONDAY = "2026-06-22 06:00Z"
DAY_BEFORE = "2026-06-21 12:00Z"


def subscribe(door: BackDoor, report: str = "funnel", **changes: Any) -> str:
    """Somebody of the staff gets a report on Mondays; the subscription's id."""
    wanted = {"recipient": "chief@hospital.test", "every": Every.MONDAY, "zone": "UTC", "covers": Covers.WEEK}
    with time_machine.travel(DAY_BEFORE, tick=False), door.database.write() as session:
        issuer = issuers.by_slug(session, "st-anna")
        made = report_subscriptions.subscribe(session, issuer, Wanted(report, **{**wanted, **changes}), actor="cli")
        return made.id


def work(door: BackDoor, at: str = MONDAY) -> list[EmailMessage]:
    """One round of the worker; the mails to staff that went out so far."""
    with time_machine.travel(at, tick=False):
        door.worker.run_once()
        door.worker.run_once()  # what the first round puts into the outbox goes out with the second
    return [letter for letter in door.letterbox.received if letter["To"] == "chief@hospital.test"]


def earn(door: BackDoor, item: Any, *numbers: int, at: str = DAY_BEFORE) -> None:
    """Each of these people earned the badge."""
    with time_machine.travel(at, tick=False):
        door.deliver(*(item(number) for number in numbers))
        door.worker.run_once()


def last_error(door: BackDoor, subscription_id: str) -> str | None:
    with door.database.read() as session:
        return session.get_one(ReportSubscription, subscription_id).last_error


def test_a_report_that_is_due_goes_out_once_with_its_figures_and_the_file(back_door: BackDoor, item: Any):
    earn(back_door, item, 1, 2, 3)
    subscribe(back_door)

    assert work(back_door, "2026-06-22 05:59Z") == []
    (letter,) = work(back_door)

    assert letter["Subject"] == "What becomes of the badges that we issue? – St. Anna"
    text = letter.get_body(("plain",)).get_content()
    assert "From: 15 June 2026" in text
    assert "To, this day included: 21 June 2026" in text
    assert "Zone: UTC" in text
    assert "* Basic Life Support (BLS)\n  Issued: 3\n  Claimed: 0\n" in text
    (file,) = letter.iter_attachments()
    assert file.get_filename() == "funnel-2026-06-15-2026-06-21.xlsx"
    sheet = openpyxl.load_workbook(io.BytesIO(file.get_content())).worksheets[0]
    assert [sheet["A2"].value, sheet["B2"].value] == ["Basic Life Support (BLS)", 3]
    assert len(work(back_door, "2026-06-22 09:00Z")) == 1
    assert len(work(back_door, "2026-06-29 06:00Z")) == 2


def test_a_report_is_in_spanish_where_the_issuer_writes_so_and_with_it_its_file(back_door: BackDoor, item: Any):
    earn(back_door, item, 1)
    with back_door.database.write() as session:
        configuring.change_settings(session, issuers.by_slug(session, "st-anna"), actor="cli", locale="es")
    subscribe(back_door, format=Format.CSV)

    (letter,) = work(back_door)

    assert letter["Subject"] == "¿Qué ocurre con las insignias que emitimos? – St. Anna"
    text = letter.get_body(("plain",)).get_content()
    assert "15 de junio de 2026" in text
    assert "Los nombres de las personas se omiten en los correos." in text
    assert "* Basic Life Support (BLS)\n" in text
    (file,) = letter.iter_attachments()
    assert file.get_payload(decode=True).decode("utf-8-sig").startswith('"Logro",')


def test_a_report_as_csv(back_door: BackDoor, item: Any):
    earn(back_door, item, 1)
    subscribe(back_door, format=Format.CSV)

    (letter,) = work(back_door)

    (file,) = letter.iter_attachments()
    assert file.get_content_type() == "text/csv"
    assert file.get_payload(decode=True).startswith(b'\xef\xbb\xbf"Achievement","Issued"')


def test_no_name_of_a_learner_is_in_the_mail_or_in_the_file(back_door: BackDoor, item: Any):
    earn(back_door, item, 1)
    with back_door.database.write() as session:
        soon = clock.now().replace(year=2026, month=6, day=22) + timedelta(days=20)
        session.execute(update(Award).values(valid_until=soon))
    subscribe(back_door, "expiring", format=Format.CSV)

    (letter,) = work(back_door)

    (award,) = back_door.awards()
    text = letter.get_body(("plain",)).get_content()
    assert award.learner_id in text
    assert "Person 1" not in letter.as_string()
    (file,) = letter.iter_attachments()
    assert b"Person" not in file.get_payload(decode=True)


def test_a_week_without_anything_says_so(back_door: BackDoor):
    subscribe(back_door)

    (letter,) = work(back_door)

    assert "There is nothing to tell for these days." in letter.get_body(("plain",)).get_content()


def test_one_that_cannot_be_made_is_noted_and_the_others_go_out(back_door: BackDoor):
    broken = subscribe(back_door, parameters={"group": "nobody"})
    subscribe(back_door, "source-health")

    (letter,) = work(back_door)

    assert letter["Subject"].startswith("Does everything arrive")
    assert last_error(back_door, broken) == "There is nobody in a group of this name"


def test_an_error_of_ours_is_noted_and_the_others_go_out(back_door: BackDoor, monkeypatch: pytest.MonkeyPatch):
    broken = subscribe(back_door, "funnel")
    subscribe(back_door, "source-health")
    honest = reports.answer

    def answer(session: Any, issuer: Any, slug: str, **question: Any) -> Any:
        if slug == "funnel":
            raise ZeroDivisionError
        return honest(session, issuer, slug, **question)

    monkeypatch.setattr(reports, "answer", answer)

    assert len(work(back_door)) == 1
    assert last_error(back_door, broken) == "An error on our side; the log says more"


def test_while_the_database_is_busy_it_stays_due(back_door: BackDoor, monkeypatch: pytest.MonkeyPatch):
    subscribe(back_door)
    with monkeypatch.context() as patch:
        patch.setattr(reports, "answer", lambda *_a, **_k: (_ for _ in ()).throw(Busy("The database is busy")))
        assert work(back_door) == []

    assert len(work(back_door, "2026-06-22 06:02Z")) == 1


def test_a_file_that_is_too_large_for_a_mail_stays_here_and_the_mail_says_so(
    back_door: BackDoor, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reporting, "MOST_BYTES", 10)
    subscribe(back_door)

    (letter,) = work(back_door)

    assert list(letter.iter_attachments()) == []
    assert "too large for a mail" in letter.get_body(("plain",)).get_content()


def test_what_people_wrote_is_text_in_the_mail_and_never_markup(back_door: BackDoor, item: Any):
    earn(back_door, item, 1)
    with back_door.database.write() as session:
        issuer = session.scalars(select(issuers.Issuer)).one()
        issuer.name = "<script>alert(1)</script>"
    subscribe(back_door)

    (letter,) = work(back_door)

    html = letter.get_body(("html",)).get_content()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
