"""The work list says in SQL what the drawing office says of each badge; samples can be drawn again; calendars."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.errors import InvalidInput, NotFound
from app.issuing import award_status, awards, groups
from app.issuing.accounts import CalendarFeed, Role, members, people
from app.issuing.awards import Award
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.renewals import DueWanted, calendars, listing, policies, sampling
from app.projections import calendar
from app.stacking.cycles import RenewalState, deadlines
from tests.issuing.renewing import ACTOR, AWARDED, by_education, entry, renew, renewable


@pytest.fixture
def made(desk) -> None:
    """Badges of several policies, awarded month by month."""
    kinds = [
        renewable(desk),
        renewable(desk, grace_days=0, reminder_days=[]),
        desk.achievement(validity={"kind": "days", "amount": 100}),
        desk.achievement(),
    ]
    for month in range(0, 30, 3):
        moment = datetime(2024, 1, 15, 9, tzinfo=UTC) + timedelta(days=30 * month)
        with time_machine.travel(moment, tick=False):
            for number, achievement in enumerate(kinds):
                desk.award(f"p{month}-{number}@hospital.test", achievement=achievement)


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize("moment", ["2026-01-15T23:59:59Z", "2026-01-16T00:00:00Z", "2026-06-01T12:00:00Z"])
def test_the_list_in_sql_says_what_the_arithmetic_says_of_each_badge(desk, moment):
    with time_machine.travel(moment, tick=False), desk.read() as session:
        known, now = policies.of_issuer(session, desk.issuer.id), clock.now()
        by_sql = {
            award_id: state
            for state in RenewalState
            for award_id in ids(session, desk, known, DueWanted(states=[state]), now)
        }
        rows = session.scalars(select(Award).where(Award.valid_until.is_not(None))).all()
        by_arithmetic = listing.states_of(session, rows, known, now=now)

    assert by_sql == by_arithmetic
    assert len(set(by_sql.values())) >= 3


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize("zone", ["Europe/Madrid", "Pacific/Pago_Pago", "Pacific/Kiritimati"])
def test_sql_and_arithmetic_agree_at_every_edge_of_another_zone(desk, zone):
    """Badges that end with days of UTC, and two that end with days of the zone, over changes of clocks."""
    with desk.write() as session:
        session.get_one(Issuer, desk.issuer.id).timezone = zone
    for day in ("2024-03-20", "2024-09-27"):
        with time_machine.travel(f"{day}T09:00:00Z", tick=False):
            desk.award(f"{day}@hospital.test", achievement=renewable(desk))
    with desk.read() as session:
        known = policies.of_issuer(session, desk.issuer.id)
        rows = session.scalars(select(Award).where(Award.valid_until.is_not(None))).all()
        at = [deadlines(known[each.achievement_id].renewal, each.valid_until, ZoneInfo(zone)) for each in rows[::7]]
        at += [deadlines(known[each.achievement_id].renewal, each.valid_until, ZoneInfo(zone)) for each in rows[-2:]]
        edges = {moment for each in at for moment in (each.opens_at, each.ends_at, each.grace_until)}
        for now in sorted(edge + timedelta(seconds=more) for edge in edges for more in (-1, 0, 1)):
            by_sql = {
                award_id: state
                for state in RenewalState
                for award_id in ids(session, desk, known, DueWanted(states=[state]), now)
            }
            assert by_sql == listing.states_of(session, rows, known, now=now)


def test_left_to_itself_the_list_has_what_can_be_acted_on(desk):
    with time_machine.travel(AWARDED, tick=False):
        achievement = renewable(desk)
        award = desk.award(achievement=achievement)
        other = desk.award("bea@hospital.test", achievement=achievement)
    found = {}
    for day in ("2026-03-30", "2026-03-31", "2026-06-29", "2026-06-30"):
        with time_machine.travel(f"{day}T10:00:00Z", tick=False), desk.read() as session:
            known = policies.of_issuer(session, desk.issuer.id)
            found[day] = len(ids(session, desk, known, DueWanted(), clock.now()))
    assert found == {"2026-03-30": 0, "2026-03-31": 2, "2026-06-29": 2, "2026-06-30": 0}

    with time_machine.travel("2026-04-01T10:00:00Z", tick=False):
        renew(desk, award)
        with desk.write() as session:
            groups.add(session, desk.office, session.get_one(Learner, other.learner_id), "ward-3", actor=ACTOR)
        with desk.read() as session:
            known = policies.of_issuer(session, desk.issuer.id)
            assert ids(session, desk, known, DueWanted(), clock.now()) == [other.id]
            assert ids(session, desk, known, DueWanted(group="ward-3"), clock.now()) == [other.id]
            assert ids(session, desk, known, DueWanted(group="ward-4"), clock.now()) == []
            assert ids(session, desk, known, DueWanted(learner_id=award.learner_id), clock.now()) == []


def ids(session, desk, known, wanted, now) -> list[str]:
    """The badges of the list."""
    return [each.id for each in session.scalars(listing.query(desk.issuer.id, known, wanted, now=now))]


# -- samples ------------------------------------------------------------------------------------------------


@pytest.fixture
def renewed(desk) -> list[str]:
    """Eight badges that were renewed by education."""
    with time_machine.travel(AWARDED, tick=False):
        achievement = by_education(desk)
        olds = [desk.award(f"p{number}@hospital.test", achievement=achievement) for number in range(8)]
        desk.award("not.renewed@hospital.test", achievement=achievement)
    with time_machine.travel("2026-04-01T10:00:00Z", tick=False):
        for old in olds:
            entry(desk, old, "20")
            renew(desk, old)
    return [each.id for each in olds]


def draw(desk, **asked):
    """Draw a sample."""
    with desk.write() as session:
        return sampling.draw(session, desk.issuer, actor=ACTOR, **asked)


def test_a_sample_can_be_drawn_again_by_its_seed_which_stands_in_the_audit_log(desk, renewed):
    first = draw(desk, count=3)
    written = [each for each in desk.audit_log() if each.action == "renewals.sampled"][-1]
    again = draw(desk, count=3, seed=written.facts["seed"])

    assert [each.id for each in again.awards] == [each.id for each in first.awards] == written.facts["awards"]
    assert (first.population, written.facts["population"]) == (8, 8)
    assert {each.id for each in first.awards} < set(renewed)


def test_a_sample_is_of_a_time_and_of_what_was_counted(desk, renewed):
    assert draw(desk, count=50, seed="s").population == 8
    assert draw(desk, count=50, seed="s", since=datetime(2026, 4, 2, tzinfo=UTC)).population == 0
    assert draw(desk, count=50, seed="s", until=datetime(2026, 4, 1, tzinfo=UTC)).population == 0
    with desk.read() as session:
        (found,) = sampling.entries_of(session, awards.by_id(session, renewed[0]))
    assert found.counted_for_id == renewed[0]


@pytest.mark.parametrize("asked", [{"count": 0}, {"count": 501}, {"count": 1, "seed": "x" * 81}])
def test_a_sample_of_an_impossible_size_is_refused(desk, asked):
    with pytest.raises(InvalidInput):
        draw(desk, **asked)


# -- calendars ----------------------------------------------------------------------------------------------


@pytest.fixture
def account(desk) -> str:
    """The account of whoever has the usual address."""
    with desk.write() as session:
        made = people.create(session)
        people.add_address(session, made, "mira.holm@hospital.test", is_confirmed=True)
        return made.id


def feed(desk, account_id: str, *, at_work: bool = False) -> str:
    """The token of a new calendar."""
    with desk.write() as session:
        made = calendars.create(session, desk.office, account_id, issuer=desk.issuer if at_work else None)
    assert made.url.startswith("http://badges.test/calendars/")
    return made.url.rpartition("/")[2].removesuffix(".ics")


def read(desk, token: str) -> list[tuple[str, str]]:
    """Days and words of a calendar, as a program reads the file."""
    with desk.read() as session:
        written = calendar.to_ics(calendars.read(session, desk.office, token), host="badges.test")
    parsed = icalendar.Calendar.from_ical(written)
    return [(each.decoded("dtstart").isoformat(), str(each["summary"])) for each in parsed.walk("VEVENT")]


def test_a_holder_sees_when_a_badge_can_be_renewed_when_it_ends_and_its_grace(desk, account):
    with time_machine.travel(AWARDED, tick=False):
        desk.award(achievement=renewable(desk))
        desk.award("somebody.else@hospital.test", achievement=renewable(desk))
    token = feed(desk, account)
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False):
        assert read(desk, token) == [
            ("2026-03-31", "Basic Life Support (BLS) can be renewed from today on"),
            ("2026-05-30", "Basic Life Support (BLS) ends today"),
            ("2026-06-29", "Last day to renew Basic Life Support (BLS) in grace"),
        ]


def test_what_was_renewed_or_withdrawn_leaves_the_calendar(desk, account):
    with time_machine.travel(AWARDED, tick=False):
        award = desk.award(achievement=renewable(desk))
    token = feed(desk, account)
    with time_machine.travel("2026-04-01T00:00:00Z", tick=False):
        new = renew(desk, award)
        assert [day for day, _ in read(desk, token)] == ["2028-03-31", "2028-05-30", "2028-06-29"]
        with desk.write() as session:
            for each in (award, new):
                award_status.revoke(session, desk.office, awards.by_id(session, each.id), reason="x", actor=ACTOR)
        assert read(desk, token) == []


def test_a_member_of_staff_sees_numbers_and_no_names_and_nothing_once_let_go(desk, account):
    with time_machine.travel(AWARDED, tick=False):
        achievement = renewable(desk)
        for name in ("ana", "bea"):
            desk.award(f"{name}@hospital.test", achievement=achievement)
    with desk.write() as session:
        other = people.create(session)
        members.add(session, desk.issuer, other, Role.OWNER, actor=ACTOR)
        members.add(session, desk.issuer, people.by_id(session, account), Role.AUDITOR, actor=ACTOR)
    token = feed(desk, account, at_work=True)
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False):
        assert read(desk, token) == [("2026-05-30", "2 badges end today: Basic Life Support")]
    with desk.write() as session:
        members.remove(session, desk.issuer, account, actor=ACTOR)
    with pytest.raises(NotFound):
        read(desk, token)


def test_a_new_address_ends_the_old_one_and_the_token_is_not_kept(desk, account):
    first, second = feed(desk, account), feed(desk, account)

    with pytest.raises(NotFound):
        read(desk, first)
    assert read(desk, second) == []
    with desk.read() as session:
        assert second not in str([vars(each) for each in session.scalars(select(CalendarFeed))])


def test_a_deleted_account_has_no_calendar(desk, account):
    token = feed(desk, account)
    with desk.write() as session:
        people.delete_account(session, people.by_id(session, account))
    with pytest.raises(NotFound):
        read(desk, token)
