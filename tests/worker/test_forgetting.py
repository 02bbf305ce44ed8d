"""The daily round empties raw bytes that were kept long enough; a replay needs them no more."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from app import clock
from app.issuing import inbox, rules, sources
from app.issuing.achievements import Achievement
from app.issuing.inbox import Delivery
from app.worker.upkeep import Upkeep


def test_the_daily_round_forgets_raw_bytes_after_30_days(back_door, item):
    old, new = back_door.deliver(item(1)), back_door.deliver(item(2), key="msg_2")
    back_door.worker.run_once()
    with back_door.database.write() as session:
        before = clock.now() - timedelta(days=31)
        session.execute(update(Delivery).where(Delivery.id == old).values(received_at=before))

    Upkeep(back_door.service).make_round()

    assert back_door.delivery(old).raw_forgotten_at is not None
    assert back_door.delivery(new).raw_forgotten_at is None


def test_the_worker_replays_a_delivery_whose_bytes_are_gone(back_door, item):
    delivery_id = back_door.deliver(*(item(number, activity={"id": "acls"}) for number in range(30)))
    back_door.worker.run_once()
    with back_door.database.write() as session:
        inbox.forget(session, [delivery_id])
        source = sources.by_id(session, back_door.source_id)
        earned = rules.of_source(session, source)[0].achievement_id
        achievement = session.get_one(Achievement, earned)
        rules.create(session, source, activity_id="acls", achievement=achievement, actor="cli")
        inbox.replay_all(session, source.issuer_id, inbox.Wanted(), actor="cli")

    back_door.worker.run_once()

    assert len(back_door.awards()) == 30
    assert (back_door.delivery(delivery_id).state, back_door.delivery(delivery_id).standing) == ("processed",) * 2
