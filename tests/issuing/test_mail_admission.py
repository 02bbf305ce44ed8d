"""Whether a mail goes out now: suppressed, joined, quiet or capped; held is not lost (T39, §7.1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.issuing import announcements, awards, issuers, mail, outbox
from app.issuing.mail import Cause, Covers, MailLimits
from app.issuing.mail.quiet_hours import end_of_quiet
from app.issuing.outbox import OutboxMessage

ACTOR = "cli"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MIRA = "mira.holm@hospital.test"
LIMITS = MailLimits(per_person_day=100, per_issuer_hour=10_000)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def put(desk):
    """Put notices about badges of nobody, of which no two can be joined, into the outbox."""

    def put(count=1, to=MIRA, event="award.issued:again"):
        key = mail.recipient_key(desk.office, desk.issuer.id, to)
        with desk.write() as session:
            before = len(session.scalars(select(OutboxMessage.id)).all())
            for number in range(before, before + count):
                content = mail.preview(
                    session, desk.office, desk.issuer, purpose=mail.Purpose.BADGE_EARNED, locale="en"
                )
                announcements.put(
                    session,
                    desk.issuer.id,
                    content,
                    to=to,
                    key=key,
                    subject_id=f"award-{number:04}",
                    event=event,
                )

    return put


def go(desk, limits=LIMITS) -> list[OutboxMessage]:
    """What goes out now; each is recorded as sent."""
    gone = []
    while True:
        with desk.write() as session:
            taken = outbox.lease(session, limit=4, lease_seconds=60, not_channels=("webhook",))
            going = mail.going_out(session, desk.office, taken, limits=limits)
        for one in going:
            with desk.write() as session:
                outbox.mark_sent(session, one.id)
        gone += going
        if not taken:
            return gone


def mails(desk) -> list[OutboxMessage]:
    with desk.read() as session:
        query = select(OutboxMessage).where(OutboxMessage.channel == "email")
        return list(session.scalars(query.order_by(OutboxMessage.created_at, OutboxMessage.subject_id)))


def states(desk) -> list[str]:
    return sorted(one.state for one in mails(desk))


def change(desk, **settings) -> None:
    with desk.write() as session:
        mail.change_settings(session, desk.issuer, actor=ACTOR, **settings)


# -- caps ---------------------------------------------------------------------------------------------------


def test_the_101st_mail_of_a_day_to_one_address_is_held_and_goes_a_day_later(desk, put, now):
    put(101)
    put(1, to="other@hospital.test")

    assert len(go(desk)) == 101
    (held,) = [one for one in mails(desk) if one.state == "pending"]
    assert held.last_error == "Held: more than 100 mails to this address in 24 hours"
    assert (held.attempts, held.next_attempt_at) == (0, NOW + timedelta(hours=24))
    now.shift(timedelta(hours=24))
    assert [one.id for one in go(desk)] == [held.id]


def test_an_address_is_known_again_however_it_is_written(desk, put):
    put(1, to="Mira.Holm@Hospital.TEST ")
    put(1, to=MIRA)

    assert len(go(desk, MailLimits(per_person_day=1, per_issuer_hour=100))) == 1


def test_more_than_an_issuer_may_send_in_an_hour_waits_and_another_issuer_s_do_not(desk, put, now):
    change(desk, most_per_hour=3)
    for number in range(5):
        put(1, to=f"p{number}@hospital.test")
    other = desk.another_issuer()
    other.award()

    assert len(go(desk)) == 4
    now.shift(timedelta(hours=1))
    assert len(go(desk)) == 2
    assert set(states(desk)) == {"sent"}


# -- quiet hours --------------------------------------------------------------------------------------------

NIGHT = {"quiet_from": "21:00", "quiet_until": "07:00", "quiet_zone": "Europe/Zurich"}


def test_a_notice_goes_out_at_night_unless_the_issuer_asks_otherwise(desk, put, now):
    change(desk, **NIGHT)
    now.move_to(datetime(2026, 3, 2, 22, 0, tzinfo=UTC))
    put(1)
    assert len(go(desk)) == 1
    change(desk, quiet_for_notices=True)
    put(1)
    assert go(desk) == []
    assert mails(desk)[1].next_attempt_at == datetime(2026, 3, 3, 6, 0, tzinfo=UTC)
    now.move_to(datetime(2026, 3, 3, 6, 0, tzinfo=UTC))
    assert len(go(desk)) == 1


def test_a_digest_waits_for_the_morning(desk, now):
    change(desk, **NIGHT)
    now.move_to(datetime(2026, 3, 2, 22, 0, tzinfo=UTC))
    for _ in range(2):
        desk.award()
    assert go(desk) == []
    now.move_to(datetime(2026, 3, 3, 6, 0, tzinfo=UTC))
    assert len(go(desk)) == 1


def test_a_badge_that_comes_while_a_digest_is_held_goes_with_it_and_none_is_lost(desk, now):
    change(desk, **NIGHT)
    now.move_to(datetime(2026, 3, 2, 22, 0, tzinfo=UTC))
    made = [desk.award(), desk.award()]
    assert go(desk) == []
    made += [desk.award()]
    now.move_to(datetime(2026, 3, 3, 6, 0, tzinfo=UTC))

    (digest,) = go(desk)
    assert [award.id for award in made if desk.office.addresses.badge(award.id) not in digest.payload["text"]] == []
    assert {one.joined_into_id for one in mails(desk) if one.state == "joined"} == {digest.id}


def test_a_test_mail_does_not_wait(desk, put, now):
    change(desk, **NIGHT, quiet_for_notices=True)
    now.move_to(datetime(2026, 3, 2, 22, 0, tzinfo=UTC))
    put(1, event="mail.test:1")

    assert len(go(desk)) == 1


@pytest.mark.parametrize(
    ("moment", "ends"),
    [
        ("2026-03-02T19:59:00Z", None),
        ("2026-03-02T20:00:00Z", "2026-03-03T06:00:00Z"),
        ("2026-03-03T05:59:59Z", "2026-03-03T06:00:00Z"),
        ("2026-03-03T06:00:00Z", None),
        ("2026-03-28T22:00:00Z", "2026-03-29T05:00:00Z"),  # the clocks go forward in between
        ("2026-10-24T21:00:00Z", "2026-10-25T06:00:00Z"),  # and back
    ],
)
def test_quiet_hours_are_those_of_the_issuer_s_clocks(moment, ends):
    found = end_of_quiet(datetime.fromisoformat(moment), begins="21:00", ends="07:00", zone="Europe/Zurich")

    assert found == (None if ends is None else datetime.fromisoformat(ends))


def test_quiet_hours_within_a_day_end_on_that_day():
    noon = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)

    assert end_of_quiet(noon, begins="12:00", ends="13:00", zone="UTC") == noon.replace(hour=13, minute=0)
    assert end_of_quiet(noon, begins="13:00", ends="14:00", zone="UTC") is None


# -- digests ------------------------------------------------------------------------------------------------


def test_several_badges_of_one_person_that_wait_together_are_one_mail(desk):
    first, second = desk.award(), desk.award()
    desk.award("other@hospital.test")

    gone = go(desk)
    assert sorted(one.payload["to"] for one in gone) == [MIRA, "other@hospital.test"]
    (digest,) = [one for one in gone if one.payload["to"] == MIRA]
    for award in (first, second):
        assert desk.office.addresses.badge(award.id) in digest.payload["text"]
    assert digest.payload["subject"] == "You earned 2 badges from St Anna"
    assert digest.payload["unsubscribe_url"].startswith("http://badges.test/unsubscribe/")
    assert states(desk) == ["joined", "sent", "sent"]


def test_a_digest_that_was_tried_keeps_its_words_and_what_comes_later_is_another_mail(desk, now):
    desk.award()
    desk.award()
    with desk.write() as session:
        taken = outbox.lease(session, limit=1, lease_seconds=60)
        (digest,) = mail.going_out(session, desk.office, taken, limits=LIMITS)
    desk.award()
    now.shift(timedelta(seconds=61))  # whoever had it died

    again = next(one for one in go(desk) if one.id == digest.id)
    assert again.payload == digest.payload
    assert states(desk) == ["joined", "sent", "sent"]


def test_a_single_badge_is_told_as_a_notice_without_a_way_to_end_it(desk):
    desk.award()

    (notice,) = go(desk)
    assert "unsubscribe_url" not in notice.payload


def test_an_issuer_that_gathers_mails_sends_one_after_the_time(desk, now):
    change(desk, digest_minutes=60)
    desk.award()
    now.shift(timedelta(minutes=40))
    desk.award()
    assert go(desk) == []
    now.shift(timedelta(minutes=20))

    assert len(go(desk)) == 1
    assert states(desk) == ["joined", "sent"]


def test_bulk_waits_some_minutes_for_the_rest_of_the_person_s_badges(desk, now):
    awarded = [desk.award(), desk.award()]
    go(desk)
    for award in awarded:
        with desk.write() as session:
            found = awards.by_id(session, award.id)
            session.delete(session.scalars(select(OutboxMessage).filter_by(subject_id=found.id)).one())
            issuer, version = issuers.by_id(session, desk.issuer.id), awards.version_of(session, found)
            announcements.gather(session)
            announcements.badge_earned(session, desk.office, issuer, found, version)
        now.shift(timedelta(minutes=4))
    assert go(desk) == []
    now.shift(timedelta(minutes=2))

    assert len(go(desk)) == 1


# -- suppression --------------------------------------------------------------------------------------------


def suppress(desk, covers=Covers.ALL) -> None:
    with desk.write() as session:
        key = mail.recipient_key(desk.office, desk.issuer.id, MIRA)
        mail.suppress(session, desk.issuer.id, key, covers=covers, cause=Cause.BY_HAND, actor=ACTOR)


def test_a_suppressed_address_gets_nothing_and_staff_see_why(desk, put):
    suppress(desk)
    put(1)

    assert go(desk) == []
    (message,) = mails(desk)
    assert (message.state, message.last_error) == ("parked", "Suppressed: by-hand")


def test_who_ended_digests_still_gets_notices(desk):
    suppress(desk, Covers.DIGESTS)
    desk.award()
    desk.award()

    gone = go(desk)
    assert [(one.payload["to"], "lines" in one.payload) for one in gone] == [(MIRA, False), (MIRA, False)]
    assert states(desk) == ["sent", "sent"]


def test_an_entry_that_is_lifted_lets_mail_through(desk, put):
    suppress(desk)
    with desk.write() as session:
        key = mail.recipient_key(desk.office, desk.issuer.id, MIRA)
        assert mail.lift(session, desk.issuer.id, key, actor=ACTOR) == 1
    put(1)

    assert len(go(desk)) == 1
    assert [entry.action for entry in desk.audit_log()][-2:] == ["mail.suppressed", "mail.unsuppressed"]


def test_an_issuer_s_list_says_nothing_of_the_address_and_is_its_own(desk):
    suppress(desk)
    other = desk.another_issuer()
    other.award(MIRA)
    assert len(go(desk)) == 1
    with desk.read() as session:
        (entry,) = session.scalars(select(mail.Suppression))
    assert "mira" not in str(vars(entry)).lower()
    assert entry.recipient_key != mail.recipient_key(desk.office, other.issuer.id, MIRA)


def test_a_mail_of_an_older_version_without_a_key_goes_as_before(desk):
    with desk.write() as session:
        outbox.put(session, channel="email", subject_id="a", event="award.issued", payload={"to": MIRA})

    assert len(go(desk)) == 1
    assert clock.now() == NOW
