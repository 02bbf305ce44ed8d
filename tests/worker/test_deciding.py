"""The worker decides when a delay or a grace is over, awards in the next hour what was braked, and does backfills."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from app.issuing import achievements, backfills, issuers
from app.issuing.backfills import Backfill
from app.issuing.rules import switches, versions
from app.issuing.rulings import rule_on
from app.worker import deciding

DONE_AT = datetime(2026, 3, 2, 10, 15, tzinfo=UTC)


def put_rule(back_door, **document: Any) -> str:
    """A document in place of the mapping; the achievement's id."""
    with back_door.database.write() as session:
        achievement = achievements.by_slug(session, issuers.by_slug(session, "st-anna"), "bls")
        versions.put(session, achievement, {"match": {"activities": ["bls"]}, **document}, actor="cli")
        return achievement.id


def states(back_door) -> list[str]:
    return sorted(award.state for award in back_door.awards())


def test_a_delayed_award_is_made_when_its_time_has_come(back_door, item):
    with time_machine.travel(DONE_AT + timedelta(minutes=1), tick=False):
        put_rule(back_door, delay="PT1H")
        back_door.deliver(item(1))
        back_door.worker.run_once()
        assert states(back_door) == []
    with time_machine.travel(DONE_AT + timedelta(hours=1), tick=False):
        back_door.worker.run_once()

    assert states(back_door) == ["issued"]


def test_a_decision_that_fails_keeps_no_other_waiting_and_is_tried_once_a_minute(back_door, item, monkeypatch):
    tried = []
    worker = back_door.worker

    def stumble_over_the_first(session, office, learner, *rest, **named):
        tried.append(learner.id)
        if learner.id == tried[0]:
            raise RuntimeError("an error of ours")
        return rule_on(session, office, learner, *rest, **named)

    with time_machine.travel(DONE_AT + timedelta(minutes=1), tick=False):
        put_rule(back_door, delay="PT1H")
        back_door.deliver(item(1), item(2), item(3))
        worker.run_once()
    with time_machine.travel(DONE_AT + timedelta(hours=1), tick=False) as traveller:
        with monkeypatch.context() as patch:
            patch.setattr(deciding, "rule_on", stumble_over_the_first)
            worker.run_once()
            worker.run_once()
        assert (len(tried), states(back_door)) == (3, ["issued"] * 2)

        worker.run_once()
        assert states(back_door) == ["issued"] * 2
        traveller.shift(timedelta(minutes=1))
        worker.run_once()
    assert states(back_door) == ["issued"] * 3


@pytest.mark.parametrize(("is_passed_again", "state"), [(False, "revoked"), (True, "issued")])
def test_a_grace_ends_in_a_revocation_unless_it_was_completed_again(back_door, item, is_passed_again, state):
    with time_machine.travel(DONE_AT + timedelta(days=2), tick=False):
        put_rule(back_door, on_unearn={"revoke_after": "P7D"})
        back_door.deliver(item(1), key="a")
        failed = item(1, id="evt-failed", event="failed", completed_at="2026-03-03T10:15:00Z")
        back_door.deliver(failed, key="b")
        back_door.worker.run_once()
        assert states(back_door) == ["issued"]
    with time_machine.travel(DONE_AT + timedelta(days=9), tick=False):
        if is_passed_again:
            back_door.deliver(item(1, id="evt-again", completed_at="2026-03-05T10:15:00Z"), key="c")
        back_door.worker.run_once()

    assert states(back_door) == [state]


def test_what_was_braked_is_awarded_hour_by_hour(back_door, item):
    with time_machine.travel(DONE_AT, tick=False) as clock:
        with back_door.database.write() as session:
            switches.limit_issuer(session, issuers.by_slug(session, "st-anna"), 2, actor="cli")
        back_door.deliver(*[item(number) for number in range(5)])
        seen = []
        for _ in range(3):
            back_door.worker.run_once()
            seen.append(len(states(back_door)))
            clock.shift(timedelta(hours=1))

    assert seen == [2, 4, 5]


def test_a_backfill_awards_what_came_before_its_rule(back_door, item):
    back_door.deliver(*[item(number, activity={"id": "older"}) for number in range(30)])
    back_door.worker.run_once()
    achievement_id = put_rule(back_door, match={"activities": ["older"]})
    with back_door.database.write() as session:
        made = backfills.start(session, achievements.by_id(session, achievement_id), actor="cli")

    back_door.worker.run_once()

    assert states(back_door) == ["issued"] * 30
    with back_door.database.read() as session:
        done = session.get_one(Backfill, made.id)
    assert (done.state, done.counts) == ("done", {"learners": 30, "awarded": 30})
