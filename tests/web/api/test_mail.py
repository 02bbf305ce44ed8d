"""Templates, previews, suppressions and reports, with nothing but the API; and the one click of a mail program."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.issuing import mail
from app.issuing.mail import Suppression
from app.issuing.outbox import OutboxMessage

ANA = {"email": "ana.ortiz@hospital.example", "name": "Ana Ortiz"}
GERMAN = {"purpose": "badge_earned", "locale": "de", "subject": "{{achievement_name}}", "body": "Neu: {{badge_url}}"}


def mails(service) -> list[OutboxMessage]:
    with service.database.read() as session:
        return list(session.scalars(select(OutboxMessage).where(OutboxMessage.channel == "email")))


def test_own_words_are_previewed_kept_used_and_taken_back(api: Any, service):
    shown = api.post("/mail/preview", **GERMAN)
    assert shown["subject"] == "Basic Life Support"
    assert "Neu: http://badges.test/b/" in shown["text"]
    kept = api.put("/mail/templates", **GERMAN)
    api.publish("bls", language="de")
    api.post("/awards", achievement="bls", recipient=ANA)

    assert mails(service)[0].payload["text"].startswith("Neu: http://badges.test/b/")
    assert [one["id"] for one in api.get("/mail/templates")["items"]] == [kept["id"]]
    assert api.send("DELETE", f"/mail/templates/{kept['id']}").status_code == 204
    assert api.get("/mail/templates")["items"] == []


def test_a_placeholder_that_does_not_exist_is_refused_with_its_place(api: Any):
    status, problem = api.refused("PUT", "/mail/templates", {**GERMAN, "body": "{{badge_url}} {{secret}}"})

    assert status == 422
    assert problem["problems"] == [{"pointer": "/body", "sentence": "There is no placeholder {{secret}} here"}]


def test_settings_change_by_name_and_null_takes_one_back(api: Any):
    night = {"quiet_from": "21:00", "quiet_until": "07:00", "quiet_zone": "Europe/Zurich"}
    assert api.patch("/mail/settings", **night, from_name="Northfield")["quiet_zone"] == "Europe/Zurich"
    assert api.patch("/mail/settings", from_name=None)["from_name"] is None
    assert api.get("/mail/settings")["quiet_from"] == "21:00"
    assert api.refused("PATCH", "/mail/settings", {"quiet_zone": "Mars/Olympus"})[1]["pointer"] == "/quiet_zone"


@pytest.mark.parametrize("name", ["A\r\nBcc: x@y.example", "A\nB", "\x00"])
def test_a_name_with_a_line_break_is_refused(api: Any, name: str):
    assert api.refused("PATCH", "/mail/settings", {"from_name": name})[0] == 422


def test_a_test_mail_waits_for_the_worker(api: Any, service):
    told = api.post("/mail/test", purpose="digest", to="staff@hospital.example")

    (message,) = mails(service)
    assert (message.id, message.payload["to"]) == (told["message_id"], "staff@hospital.example")


def test_an_address_is_spared_and_written_to_again_and_is_never_told(api: Any):
    made = api.post("/mail/suppressions", address=ANA["email"])

    assert "ana" not in api.send("GET", "/mail/suppressions").text.lower()
    assert [one["cause"] for one in api.get("/mail/suppressions")["items"]] == ["by-hand"]
    assert api.send("DELETE", f"/mail/suppressions/{made['id']}").status_code == 204
    assert api.get("/mail/suppressions")["items"] == []


def test_a_bounce_is_reported_by_the_message_id_and_spares_the_address(api: Any, service):
    api.publish("bls")
    api.post("/awards", achievement="bls", recipient=ANA)
    (message,) = mails(service)
    report = {"kind": "hard", "message_id": f"<{message.id}@badges.test>", "code": "5.1.1"}

    assert api.post("/mail/reports", **report) == {"recorded": True}
    assert api.post("/mail/reports", **report) == {"recorded": False}
    assert [one["cause"] for one in api.get("/mail/suppressions")["items"]] == ["bounce"]


def test_a_key_for_reports_may_do_nothing_else(integrator, make_key):
    reporter = integrator(make_key(mail_report()))

    assert reporter.post("/mail/reports", kind="soft", address=ANA["email"]) == {"recorded": True}
    assert reporter.send("POST", "/mail/suppressions", json={"address": ANA["email"]}).status_code == 403
    assert reporter.send("GET", "/mail/settings").status_code == 403


def mail_report():
    from app.issuing.access import Scope  # noqa: PLC0415 - beside its only use

    return Scope.MAIL_REPORT


# -- ending digests -----------------------------------------------------------------------------------------


@pytest.fixture
def path(service, issuer) -> str:
    """The path of the address in a digest."""
    key = mail.recipient_key(service.office, issuer.id, ANA["email"])
    return mail.unsubscribe_url(service.office, issuer.id, key).removeprefix("http://badges.test")


def entries(service) -> list[str]:
    with service.database.read() as session:
        return [one.covers for one in session.scalars(select(Suppression))]


def test_opening_the_address_asks_and_changes_nothing(client, service, path):
    answer = client.get(path)

    assert answer.status_code == 200
    assert '<form method="post">' in answer.text
    assert "noindex" in answer.headers["x-robots-tag"]
    assert entries(service) == []


def test_one_click_of_a_mail_program_ends_digests(client, service, path):
    answer = client.post(path, data={"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert entries(service) == ["digests"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_address_that_was_made_up_is_nothing(client, service, path, method):
    answers = {client.request(method, made_up).status_code for made_up in (path[:-1], f"{path}0", "/unsubscribe/x")}

    assert answers == {404}
    assert entries(service) == []
