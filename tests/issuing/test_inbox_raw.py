"""The raw bytes of deliveries: sealed, kept for some days, and not needed after that."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app import clock
from app.errors import Gone, InvalidInput, KeyUnavailable
from app.issuing import inbox, rules, sources
from app.issuing.inbox import Delivery
from app.keystores.sealing import Sealer

from .arriving import ACTIVITY, ANA, NAMELESS, arrive, awards, delivery, fact, standing


def stored(desk) -> tuple[bytes, bytes]:
    with desk.read() as session:
        return tuple(session.execute(select(Delivery.body, Delivery.payload)).one())


def raw(desk) -> inbox.Raw:
    with desk.read() as session:
        return inbox.read_raw(session, desk.office, delivery(desk).id)


def age(desk, *, days: int) -> None:
    with desk.write() as session:
        session.execute(update(Delivery).values(received_at=clock.now() - timedelta(days=days)))


def forget_old(desk) -> int:
    with desk.write() as session:
        return inbox.forget_old(session, desk.office)


def test_what_came_is_sealed_at_rest_and_opens_again(desk):
    arrive(desk, desk.source(), fact())

    assert b"ana@hospital.test" not in b"".join(stored(desk))
    assert b"ana@hospital.test" in raw(desk).body
    assert raw(desk).payload == raw(desk).body


def test_a_payload_that_is_not_the_body_is_kept_beside_it(desk):
    arrive(desk, desk.source(), payload=b'{"items": [1]}')

    assert (raw(desk).payload, raw(desk).body) == (b'{"items": [1]}', b'{"items": []}')


def test_the_bytes_of_one_delivery_do_not_open_in_another(desk):
    source = desk.source()
    arrive(desk, source, fact(), key="msg-1")
    arrive(desk, source, fact("evt-2"), key="msg-2")
    with desk.write() as session:
        other = session.scalar(select(Delivery.body).where(Delivery.delivery_key == "msg-2"))
        session.execute(update(Delivery).where(Delivery.delivery_key == "msg-1").values(body=other))

    with pytest.raises(KeyUnavailable):
        raw(desk)


def test_another_secret_of_the_service_opens_nothing(desk):
    arrive(desk, desk.source(), fact())
    sealed, _ = stored(desk)

    with pytest.raises(KeyUnavailable):
        Sealer(b"another secret" * 3).unseal_bytes(sealed, place=f"delivery:{delivery(desk).id}:body")


def test_a_delivery_of_an_older_version_which_sealed_nothing_is_read_as_it_is(desk):
    arrive(desk, desk.source(), fact())
    with desk.write() as session:
        session.execute(update(Delivery).values(body=b"[]", payload=b"[1]", is_sealed=False))

    assert raw(desk) == inbox.Raw(b"[]", b"[1]")


def test_bytes_are_forgotten_after_30_days_and_everything_else_stays(desk):
    arrive(desk, desk.source(earns={ACTIVITY: desk.achievement()}), fact())
    answer = delivery(desk).answer
    age(desk, days=29)
    assert forget_old(desk) == 0

    age(desk, days=31)

    assert (forget_old(desk), forget_old(desk)) == (1, 0)
    assert stored(desk) == (b"", b"")
    assert (delivery(desk).answer, standing(desk), len(awards(desk))) == (answer, "processed", 1)
    with pytest.raises(Gone):
        raw(desk)


@pytest.mark.parametrize(("days", "forgotten"), [(0, 1), (40, 0), (None, 1)], ids=["at once", "longer", "as usual"])
def test_a_source_may_keep_its_bytes_shorter_or_longer(desk, days, forgotten):
    source = desk.source()
    arrive(desk, source, fact())
    with desk.write() as session:
        sources.set_raw_kept_days(session, sources.by_id(session, source.id), days, actor="cli")
    age(desk, days=35)

    assert forget_old(desk) == forgotten


def test_bytes_are_not_kept_for_less_than_nothing(desk):
    source = desk.source()
    with desk.write() as session, pytest.raises(InvalidInput):
        sources.set_raw_kept_days(session, sources.by_id(session, source.id), -1, actor="cli")


def test_a_delivery_that_waits_for_the_worker_keeps_its_bytes_however_old_it_is(desk):
    arrive(desk, desk.source(), fact())
    with desk.write() as session:
        session.execute(update(Delivery).values(state="received"))
    age(desk, days=99)

    assert forget_old(desk) == 0
    assert delivery(desk).forget_raw is False


def test_a_delivery_is_replayed_from_stored_facts_when_its_bytes_are_gone(desk):
    source, achievement = desk.source(), desk.achievement()
    arrive(desk, source, fact(), fact("evt-2", activity={"id": "other"}))
    age(desk, days=31)
    forget_old(desk)
    with desk.write() as session:
        inbox.map_and_decide(
            session, desk.office, source, activity_id="elsewhere", achievement=achievement, actor="cli"
        )
        rules.create(session, source, activity_id=ACTIVITY, achievement=achievement, actor="cli")
        inbox.replay(session, desk.office, session.get_one(Delivery, delivery(desk).id), actor="cli")

    assert len(awards(desk)) == 1
    assert standing(desk) == "unmapped"  # the other activity goes on waiting


def test_a_replay_from_stored_facts_leaves_who_is_unknown_unknown(desk):
    arrive(desk, desk.source(earns={ACTIVITY: desk.achievement()}), fact(learner=NAMELESS))
    age(desk, days=31)
    forget_old(desk)
    with desk.write() as session:
        inbox.replay(session, desk.office, session.get_one(Delivery, delivery(desk).id), actor="cli")

    assert (standing(desk), awards(desk)) == ("unknown-person", [])


def test_a_large_delivery_without_its_bytes_is_gone_through_slice_by_slice(desk):
    source, achievement = desk.source(), desk.achievement()
    people = [{**ANA, "id": str(number), "email": f"p{number}@x.example"} for number in range(5)]
    arrive(desk, source, *(fact(f"evt-{person['id']}", learner=person) for person in people))
    age(desk, days=31)
    forget_old(desk)
    with desk.write() as session:
        sources.allow(session, source, achievement, actor="cli")
        rules.create(session, source, activity_id=ACTIVITY, achievement=achievement, actor="cli")
    reached: list[int | None] = [-1]
    while reached[-1] is not None:
        with desk.write() as session:
            held = session.get_one(Delivery, delivery(desk).id)
            reached.append(inbox.decide_stored(session, desk.office, held, after_index=reached[-1], limit=2))

    assert reached == [-1, 1, 3, None]
    assert (len(awards(desk)), standing(desk)) == (5, "processed")
