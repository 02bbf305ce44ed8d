"""Reminders: each once, whoever starts again; none after a renewal or a revocation; digests, and news to endpoints."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import select, update

from app.issuing import award_status, awards, endpoints, expiry, renewals
from app.issuing.accounts import people
from app.issuing.issuers import Issuer
from app.issuing.mail import configuring
from app.issuing.renewals import RenewalReminder
from tests.issuing.renewing import ACTOR, AWARDED, mails, news, remind, renew, renewable


@pytest.fixture
def award(desk):
    """A badge that ends with 30 May 2026, with 30 days of grace."""
    with time_machine.travel(AWARDED, tick=False):
        return desk.award(achievement=renewable(desk))


def on(day: str, hour: str = "06:00:00"):
    """A moment of this day."""
    return time_machine.travel(f"{day}T{hour}Z", tick=False)


@pytest.mark.usefixtures("award")
def test_each_reminder_is_mailed_once_however_often_the_round_is_made(desk):
    found = {}
    for day in ("2026-03-30", "2026-03-31", "2026-04-15", "2026-04-30", "2026-05-23", "2026-05-30"):
        with on(day):
            found[day] = [remind(desk), remind(desk)]

    assert found == {
        "2026-03-30": [0, 0],
        "2026-03-31": [1, 0],
        "2026-04-15": [0, 0],
        "2026-04-30": [1, 0],
        "2026-05-23": [1, 0],
        "2026-05-30": [0, 0],
    }
    assert [each["subject"] for each in mails(desk)] == ["Basic Life Support ends on 30 May 2026"] * 3
    assert {each["to"] for each in mails(desk)} == {"mira.holm@hospital.test"}


@pytest.mark.usefixtures("award")
def test_a_worker_that_was_away_sends_the_last_reminder_alone(desk):
    with on("2026-05-25"):
        remind(desk)

    with desk.read() as session:
        assert [each.offset_days for each in session.scalars(select(RenewalReminder))] == [7]
    assert len(mails(desk)) == 1


@pytest.mark.usefixtures("award")
def test_a_transaction_that_fails_after_the_reminder_leaves_it_to_the_next_one(desk):
    with on("2026-03-31"):
        with pytest.raises(RuntimeError):
            remind_and_fail(desk)
        assert mails(desk) == []
        assert remind(desk) == 1


def test_two_workers_at_once_send_one_mail(desk, award):
    with on("2026-03-31"):
        with desk.write() as session:
            session.add(RenewalReminder(award_id=award.id, offset_days=60, told_at=datetime(2026, 3, 31, tzinfo=UTC)))
        assert remind(desk) == 0
    assert mails(desk) == []


@pytest.mark.parametrize("ended", ["renewed", "revoked", "suspended"])
def test_nobody_is_reminded_of_what_was_renewed_withdrawn_or_paused(desk, award, ended):
    with on("2026-04-01"):
        remind(desk)
        if ended == "renewed":
            renew(desk, award)
        else:
            act = award_status.revoke if ended == "revoked" else award_status.suspend
            with desk.write() as session:
                act(session, desk.office, awards.by_id(session, award.id), reason="x", actor=ACTOR)
    sent = len(mails(desk))
    for day in ("2026-04-30", "2026-05-23", "2026-06-02", "2026-07-30"):
        with on(day):
            assert remind(desk) == 0
    assert len(mails(desk)) == sent


def test_an_achievement_that_says_nothing_of_renewal_reminds_nobody(desk):
    with time_machine.travel(AWARDED, tick=False):
        desk.award(achievement=desk.achievement(validity={"kind": "months", "amount": 24}))
    with on("2026-05-29"):
        assert remind(desk) == 0


@pytest.mark.usefixtures("award")
def test_a_mail_says_how_it_is_renewed_and_until_when(desk):
    with on("2026-03-31"):
        remind(desk)

    (mail,) = mails(desk)
    assert "is good until 30 May 2026" in mail["text"]
    assert "take part again and pass" in mail["text"]
    assert "until 29 June 2026" in mail["text"]
    assert desk.office.addresses.mine("renewals") in mail["text"]


@pytest.mark.usefixtures("award")
def test_a_badge_that_lapsed_is_told_of_once_with_the_end_of_its_grace(desk):
    for day in ("2026-05-31", "2026-06-10", "2026-07-05"):
        with on(day):
            remind(desk)

    (mail,) = mails(desk)
    assert mail["subject"] == "Basic Life Support has lapsed"


@pytest.mark.usefixtures("award")
def test_endpoints_are_told_of_each_state_in_its_time(desk):
    with desk.write() as session:
        types = ["badge.expiring", "badge.lapsed", "badge.expired"]
        stated = {"url": "https://hooks.example/in", "name": "In", "actor": ACTOR, "event_types": types}
        endpoints.create(session, desk.office, desk.issuer, **stated)
    found = []
    for day in ("2026-03-01", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-10", "2026-06-30", "2026-07-30"):
        with on(day):
            with desk.write() as session:
                expiry.tell(session, desk.office)
            remind(desk)
            found.append((day, len(news(desk))))

    assert [body["type"] for body in news(desk)] == ["badge.expiring", "badge.lapsed", "badge.expired"]
    assert [number for _, number in found] == [0, 1, 1, 2, 2, 3, 3]
    assert news(desk)[0]["data"]["days_left"] == 60
    assert {body["data"]["grace_until"] for body in news(desk)} == {"2026-06-29T23:59:59Z"}


def test_a_badge_that_was_renewed_in_time_ends_and_does_not_lapse(desk, award):
    with desk.write() as session:
        types = ["badge.lapsed", "badge.expired"]
        stated = {"url": "https://hooks.example/in", "name": "In", "actor": ACTOR, "event_types": types}
        endpoints.create(session, desk.office, desk.issuer, **stated)
    with on("2026-05-01"):
        renew(desk, award)
        with desk.write() as session:
            expiry.tell(session, desk.office)
    with on("2026-06-01"):
        with desk.write() as session:
            expiry.tell(session, desk.office)
        remind(desk)

    assert [body["type"] for body in news(desk)] == ["badge.expired"]


def test_many_are_told_in_several_transactions_and_each_once(desk, monkeypatch):
    monkeypatch.setattr(renewals.reminding, "AT_ONCE", 2)
    with time_machine.travel(AWARDED, tick=False):
        achievement = renewable(desk)
        for number in range(5):
            desk.award(f"p{number}@hospital.test", achievement=achievement)
    with on("2026-03-31"):
        assert remind(desk) == 5
    assert len({each["to"] for each in mails(desk)}) == 5


@pytest.mark.usefixtures("award")
def test_the_issuer_gets_one_digest_a_week_with_numbers_and_no_names(desk):
    with desk.write() as session:
        session.execute(update(Issuer).values(email="office@st-anna.example"))
    for day in ("2026-04-01", "2026-04-02", "2026-04-05", "2026-04-06"):  # Wednesday to Sunday, and the next Monday
        with on(day):
            digest(desk)

    found = [each for each in mails(desk) if each["to"] == "office@st-anna.example"]
    assert [each["subject"] for each in found] == ["Renewals: 1 to see to"] * 2
    assert "Basic Life Support: 1, the first on 30 May 2026" in found[0]["text"]
    assert "/staff/st-anna/renewals" in found[0]["text"]
    assert "Mira" not in found[0]["text"]


@pytest.mark.usefixtures("award")
def test_without_anything_to_do_there_is_no_digest(desk):
    with desk.write() as session:
        session.execute(update(Issuer).values(email="office@st-anna.example"))
    with on("2025-01-01"):
        assert digest(desk) is False


def digest(desk) -> bool:
    """Make the week's digest."""
    with desk.write() as session:
        return renewals.digest(session, desk.office, session.get_one(Issuer, desk.issuer.id))


def remind_and_fail(desk) -> None:
    """Remind in a transaction that is undone."""
    with desk.write() as session:
        renewals.remind(session, desk.office, desk.issuer.id)
        raise RuntimeError


# -- in the reader's language -----------------------------------------------------------------------------------


def speak(desk, language: str, *, is_confirmed: bool = True) -> None:
    """The holder's account, in which a language was chosen."""
    with desk.write() as session:
        account = people.create(session)
        people.add_address(session, account, "mira.holm@hospital.test", is_confirmed=is_confirmed)
        people.speak(session, account, language)


@pytest.mark.usefixtures("award")
def test_a_reminder_is_in_the_language_that_the_holder_chose(desk):
    speak(desk, "es")
    with on("2026-03-31"):
        remind(desk)

    assert [each["subject"] for each in mails(desk)] == ["Basic Life Support termina el 30 de mayo de 2026"]


@pytest.mark.usefixtures("award")
def test_whoever_chose_nothing_is_written_to_as_the_issuer_writes_and_a_claimed_address_chooses_nothing(desk):
    speak(desk, "ar", is_confirmed=False)
    with desk.write() as session:
        configuring.change_settings(session, session.get_one(Issuer, desk.issuer.id), actor=ACTOR, locale="es-MX")
    with on("2026-03-31"):
        remind(desk)

    assert [each["language"] for each in mails(desk)] == ["es"]
