"""Bounces and complaints that a provider reports later: recorded once, told, and the address spared (§7.1)."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from app.errors import InvalidInput, NotFound
from app.issuing import endpoints, mail
from app.issuing.mail import MailReport, ReportKind, Suppression, unsubscribing
from app.issuing.outbox import OutboxMessage

ACTOR = "api-key:x"
MIRA = "mira.holm@hospital.test"


@pytest.fixture
def message_id(desk) -> str:
    """The Message-ID of the mail about Mira's badge."""
    desk.award(MIRA)
    with desk.read() as session:
        (message,) = session.scalars(select(OutboxMessage).where(OutboxMessage.channel == "email"))
    return f"<{message.id}@badges.test>"


@pytest.fixture
def report(desk):
    def report(kind=ReportKind.HARD, by=None, **what):
        owner = by or desk.issuer
        with desk.write() as session:
            return mail.report(session, desk.office, owner, kind=kind, actor=ACTOR, **what)

    return report


def rows(desk, model):
    with desk.read() as session:
        return list(session.scalars(select(model)))


@pytest.mark.parametrize(
    ("kind", "causes"),
    [(ReportKind.HARD, ["bounce"]), (ReportKind.COMPLAINT, ["complaint"]), (ReportKind.SOFT, [])],
)
def test_a_hard_bounce_and_a_complaint_spare_the_address_and_a_soft_one_is_noted(
    desk, message_id, report, kind, causes
):
    report(kind, message_id=message_id, code="5.1.1")

    assert [one.kind for one in rows(desk, MailReport)] == [kind]
    assert [one.cause for one in rows(desk, Suppression)] == causes


def test_a_report_that_comes_again_is_no_news(desk, message_id, report):
    assert report(message_id=message_id) is not None
    assert report(message_id=message_id) is None

    assert len(rows(desk, MailReport)) == 1


def test_the_issuer_s_endpoints_are_told_which_badge_did_not_arrive(desk, message_id, report):
    with desk.write() as session:
        stated = {"url": "https://hooks.example/", "name": "x", "actor": ACTOR}
        endpoints.create(session, desk.office, desk.issuer, event_types=["badge.delivery_failed"], **stated)
    report(message_id=message_id, code="5.1.1")

    (told,) = [json.loads(one.payload["body"]) for one in rows(desk, OutboxMessage) if one.channel == "webhook"]
    (award_id,) = {one.subject_id for one in rows(desk, OutboxMessage) if one.channel == "email"}
    assert told["data"]["award_id"] == award_id
    assert told["data"]["reason"] == "5.1.1"
    assert "mira" not in json.dumps(told).lower()


def test_an_address_alone_is_enough(desk, report):
    report(address=MIRA)

    key = mail.recipient_key(desk.office, desk.issuer.id, MIRA)
    assert [one.recipient_key for one in rows(desk, Suppression)] == [key]


@pytest.mark.parametrize(
    "what",
    [{}, {"message_id": "<x@y>", "address": MIRA}, {"address": "no address"}, {"address": MIRA, "code": "because"}],
    ids=["nothing", "both", "no-address", "no-code"],
)
def test_a_report_about_nothing_in_particular_is_refused(report, what):
    with pytest.raises(InvalidInput):
        report(**what)


def test_another_issuer_s_mail_is_not_found(desk, message_id, report):
    other = desk.another_issuer().issuer
    with pytest.raises(NotFound):
        report(by=other, message_id=message_id)
    with pytest.raises(NotFound):
        report(message_id="<AAAAAAAAAAAAAAAAAAAAAA@badges.test>")


# -- ending digests -----------------------------------------------------------------------------------------


def token(desk) -> str:
    key = mail.recipient_key(desk.office, desk.issuer.id, MIRA)
    return mail.unsubscribe_url(desk.office, desk.issuer.id, key).rpartition("/")[2]


def test_the_address_in_a_digest_ends_digests_and_saying_it_twice_is_as_good_as_once(desk):
    for _ in range(2):
        with desk.write() as session:
            mail.unsubscribe(session, desk.office, token(desk))

    (entry,) = rows(desk, Suppression)
    assert (entry.cause, entry.covers) == ("unsubscribed", "digests")


def test_the_address_says_nothing_of_the_person(desk):
    assert "mira" not in token(desk).lower()


@pytest.mark.parametrize("change", [lambda _: "", lambda t: t[:-1] + ("0" if t[-1] != "0" else "1"), lambda t: t + "0"])
def test_an_address_that_was_made_up_does_nothing(desk, change):
    with desk.write() as session, pytest.raises(NotFound):
        mail.unsubscribe(session, desk.office, change(token(desk)))
    assert rows(desk, Suppression) == []


def test_looking_changes_nothing(desk):
    with desk.read() as session:
        issuer, _ = unsubscribing.read(session, desk.office, token(desk))

    assert issuer.id == desk.issuer.id
    assert rows(desk, Suppression) == []
