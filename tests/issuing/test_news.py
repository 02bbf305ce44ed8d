"""News: one message for each endpoint that wants it, in the transaction of the change, thin and numbered (§3.3)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import event, select

from app import clock
from app.issuing import award_status, awards, endpoints, erasure, expiry, news
from app.issuing.awards import Earned
from app.issuing.endpoints import EndpointFormat
from app.issuing.outbox import OutboxMessage

ACTOR = "cli"
NOW = "2026-03-02T09:00:00Z"


@pytest.fixture
def endpoint(desk):
    def make(**facts):
        with desk.write() as session:
            stated = {"url": "https://hooks.example/in", "name": "A receiver", "actor": ACTOR, **facts}
            return endpoints.create(session, desk.office, desk.issuer, **stated).endpoint.id

    return make


@pytest.fixture
def told(desk):
    """What waits for the endpoints, in the order in which it was written."""

    def told() -> list[dict]:
        with desk.read() as session:
            rows = session.scalars(select(OutboxMessage).where(OutboxMessage.channel == "webhook"))
            bodies = [json.loads(row.payload["body"]) for row in rows]
        return sorted(bodies, key=lambda body: (body.get("data", {}).get("sequence") or 0, body.get("sequence", "")))

    return told


def types(bodies) -> list[str]:
    return [body["type"] for body in bodies]


def test_an_award_is_told_thin_with_ids_states_and_addresses(desk, endpoint, told):
    endpoint()
    with time_machine.travel(NOW, tick=False):
        award = desk.award("mira.holm@hospital.test")

    (body,) = told()
    assert body["type"] == "badge.issued"
    assert body["timestamp"] == "2026-03-02T09:00:00Z"
    assert body["data"] == {
        "award_id": award.id,
        "achievement_id": award.achievement_id,
        "learner_id": award.learner_id,
        "completion_id": None,
        "state": "issued",
        "credential_url": desk.office.addresses.badge(award.id),
        "awarded_at": "2026-03-02T09:00:00Z",
        "valid_until": None,
        "sequence": 1,
    }
    assert set(body) == {"type", "timestamp", "data"}


def test_nothing_of_the_learner_is_told_unless_the_endpoint_may_have_it(desk, endpoint, told):
    endpoint(event_types=["badge.issued"])
    endpoint(event_types=["badge.revoked"], personal_data=True)
    award = desk.award("mira.holm@hospital.test")
    with desk.write() as session:
        award_status.revoke(session, desk.office, awards.by_id(session, award.id), reason="in error", actor=ACTOR)

    issued, revoked = sorted(told(), key=lambda body: body["type"])
    assert "mira" not in json.dumps(issued).lower()
    assert revoked["data"]["learner"] == {"name": "Mira Holm", "email": "mira.holm@hospital.test"}


def test_every_change_of_an_award_is_told_in_its_order(desk, endpoint, told):
    endpoint()
    achievement = desk.achievement()
    award = desk.award(achievement=achievement)
    earned = Earned(achievement=achievement, learner=desk.learner(), awarded_at=clock.now())
    with desk.write() as session:
        found = awards.by_id(session, award.id)
        award_status.suspend(session, desk.office, found, reason="under review", actor=ACTOR)
        award_status.reinstate(session, desk.office, found, actor=ACTOR)
        award_status.suspend(session, desk.office, found, reason="again", actor=ACTOR)
    with desk.write() as session:
        new = award_status.supersede(session, desk.office, awards.by_id(session, award.id), earned, actor=ACTOR)
        award_status.revoke(session, desk.office, new, reason="in error", actor=ACTOR)

    bodies = told()
    assert types(bodies) == [
        "badge.issued",
        "badge.suspended",
        "badge.reinstated",
        "badge.suspended",
        "badge.issued",
        "badge.superseded",
        "badge.revoked",
    ]
    assert [body["data"]["sequence"] for body in bodies] == list(range(1, 8))
    assert bodies[5]["data"]["superseded_by"] == new.id


def test_a_lapsed_holder_who_earns_it_again_is_told_as_renewed(desk, endpoint, told):
    endpoint()
    achievement = desk.achievement(validity={"kind": "months", "amount": 12})
    old = desk.award(achievement=achievement, awarded_at=clock.now() - timedelta(days=800))
    desk.award(achievement=achievement)

    assert types(told()) == ["badge.issued", "badge.issued", "badge.renewed"]
    assert told()[2]["data"]["renews_award_id"] == old.id


def test_an_award_that_was_there_already_is_not_told_again(desk, endpoint, told):
    endpoint()
    achievement = desk.achievement()
    desk.award(achievement=achievement)
    desk.award(achievement=achievement)

    assert types(told()) == ["badge.issued"]


def test_a_change_that_is_rolled_back_tells_nobody(desk, endpoint, told):
    endpoint()

    def change() -> None:
        with desk.write() as session:
            news.publish(session, desk.office, desk.issuer.id, "badge.issued", "award-1", {})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change()
    assert told() == []


def test_each_endpoint_gets_the_types_that_it_wants_and_its_own_numbers(desk, endpoint):
    all_types, revoked_only = endpoint(), endpoint(event_types=["badge.revoked"])
    with desk.write() as session:
        counts = [
            news.publish(session, desk.office, desk.issuer.id, kind, "award-1", {})
            for kind in ("badge.issued", "badge.revoked")
        ]

    assert counts == [1, 2]
    with desk.read() as session:
        assert endpoints.by_id(session, all_types).sequence == 2
        assert endpoints.by_id(session, revoked_only).sequence == 1


def test_another_issuer_s_endpoints_are_told_nothing(desk, endpoint, told):
    endpoint()
    other = desk.another_issuer().issuer
    with desk.write() as session:
        news.publish(session, desk.office, other.id, "badge.issued", "award-1", {})

    assert told() == []


def test_without_endpoints_an_event_costs_one_query_and_no_row(desk):
    statements = []
    with desk.write() as session:
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", lambda *facts: statements.append(facts[2]))
        assert news.publish(session, desk.office, desk.issuer.id, "badge.issued", "award-1", {}) == 0

    assert [statement.split()[0] for statement in statements] == ["SELECT"]


def test_an_endpoint_may_have_cloud_events_with_a_sortable_sequence(desk, endpoint, told):
    endpoint_id = endpoint(format=EndpointFormat.CLOUDEVENTS)
    with time_machine.travel(NOW, tick=False):
        award = desk.award()

    (body,) = told()
    assert body | {"data": None} == {
        "specversion": "1.0",
        "id": f"{endpoint_id}:1",
        "source": desk.office.addresses.issuer("st-anna"),
        "type": "badge.issued",
        "subject": award.id,
        "time": "2026-03-02T09:00:00Z",
        "datacontenttype": "application/json",
        "sequence": "00000000000000000001",
        "data": None,
    }
    assert body["data"]["award_id"] == award.id
    with desk.read() as session:
        (row,) = session.scalars(select(OutboxMessage).where(OutboxMessage.channel == "webhook"))
        assert row.payload["content_type"] == "application/cloudevents+json"


def test_while_an_endpoint_is_disabled_events_are_kept_for_a_replay(desk, endpoint):
    endpoint_id = endpoint()
    with desk.write() as session:
        found = endpoints.by_id(session, endpoint_id)
        endpoints.disable(session, found, reason="gone", actor=ACTOR)
    desk.award()
    with desk.write() as session:
        found = endpoints.by_id(session, endpoint_id)
        endpoints.resume(session, found, actor=ACTOR)
        (row,) = session.scalars(endpoints.messages_of(found))
        assert row.state == "parked"
        assert endpoints.replay(session, found, since=row.created_at, actor=ACTOR) == 1


# -- awards that end by themselves --------------------------------------------------------------------------


def test_an_award_that_ends_is_told_once(desk, endpoint, told):
    with time_machine.travel(NOW, tick=False) as traveller:
        endpoint(event_types=["badge.expired"])
        award = desk.award(achievement=desk.achievement(validity={"kind": "months", "amount": 12}))
        desk.award("other@hospital.test")
        tell(desk)
        traveller.shift(timedelta(days=364))
        tell(desk)
        assert told() == []
        traveller.shift(timedelta(days=2))
        tell(desk)
        tell(desk)

    (body,) = told()
    assert (body["type"], body["data"]["award_id"]) == ("badge.expired", award.id)


def test_a_revoked_award_does_not_end_once_more(desk, endpoint, told):
    with time_machine.travel(NOW, tick=False) as traveller:
        endpoint(event_types=["badge.expired"])
        award = desk.award(achievement=desk.achievement(validity={"kind": "months", "amount": 12}))
        with desk.write() as session:
            award_status.revoke(session, desk.office, awards.by_id(session, award.id), reason="x", actor=ACTOR)
        tell(desk)
        traveller.shift(timedelta(days=400))
        tell(desk)

    assert told() == []


def test_awards_that_end_in_one_moment_are_told_each_once_over_several_rounds(desk, endpoint, told, monkeypatch):
    monkeypatch.setattr(expiry, "AT_ONCE", 2)
    with time_machine.travel(NOW, tick=False) as traveller:
        endpoint(event_types=["badge.expired"])
        achievement = desk.achievement(validity={"kind": "months", "amount": 12})
        made = {desk.award(f"p{number}@hospital.test", achievement=achievement).id for number in range(5)}
        tell(desk)
        traveller.shift(timedelta(days=400))
        assert [tell(desk) for _ in range(4)] == [2, 2, 1, 0]

    assert sorted(body["data"]["award_id"] for body in told()) == sorted(made)


def tell(desk) -> int:
    with desk.write() as session:
        return expiry.tell(session, desk.office)


def test_an_erased_person_is_gone_from_what_waits_for_an_endpoint(desk, endpoint):
    endpoint(personal_data=True)
    award = desk.award("mira.holm@hospital.test")
    with desk.write() as session:
        learner = session.get_one(erasure.Learner, award.learner_id)
        erasure.erase(session, desk.office, learner, actor=ACTOR)

    with desk.read() as session:
        rows = session.scalars(select(OutboxMessage))
        assert "mira" not in json.dumps([row.payload for row in rows]).lower()
