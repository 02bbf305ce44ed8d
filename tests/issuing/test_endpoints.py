"""Endpoints: a secret of its own told once, rotated with an overlap; states, replays, one audit entry each (T53)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from app import clock
from app.errors import InvalidInput, KeyUnavailable, NotFound, WrongEndpointState
from app.issuing import endpoints, news
from app.issuing.endpoints import Endpoint, EndpointFormat
from app.issuing.outbox import OutboxMessage

ACTOR = "cli"
NOW = "2026-03-02T09:00:00Z"


@pytest.fixture
def make(desk):
    def make(**facts):
        with desk.write() as session:
            stated = {"url": "https://hooks.example/in", "name": "A receiver", "actor": ACTOR, **facts}
            return endpoints.create(session, desk.office, desk.issuer, **stated)

    return make


@pytest.fixture
def publish(desk):
    def publish(*subjects: str) -> None:
        with desk.write() as session:
            for subject in subjects:
                news.publish(session, desk.office, desk.issuer.id, "badge.issued", subject, {"award_id": subject})

    return publish


def signing(desk, endpoint_id: str):
    with desk.read() as session:
        return endpoints.secrets_at(desk.office, endpoints.by_id(session, endpoint_id), clock.now())


def messages(desk) -> list[OutboxMessage]:
    with desk.read() as session:
        query = select(OutboxMessage).where(OutboxMessage.channel == "webhook")
        return list(session.scalars(query.order_by(OutboxMessage.created_at, OutboxMessage.subject_id)))


def set_state(desk, state: str) -> None:
    """As if the worker had dealt with every message."""
    with desk.write() as session:
        session.execute(update(OutboxMessage).where(OutboxMessage.channel == "webhook").values(state=state, attempts=9))


def actions(desk) -> list[str]:
    return [entry.action for entry in desk.audit_log() if entry.action.startswith("endpoint.")]


# -- secrets ------------------------------------------------------------------------------------------------


def test_each_endpoint_has_a_secret_of_its_own_of_32_random_bytes(make):
    first, second = make(), make()

    assert first.secret != second.secret
    assert first.secret.startswith("whsec_")
    assert len(first.secret) == len("whsec_") + 44


def test_the_secret_is_sealed_and_bound_to_its_row(desk, make):
    first, second = make(), make()
    assert first.secret not in first.endpoint.sealed_secrets
    with desk.write() as session:
        stolen = update(Endpoint).where(Endpoint.id == second.endpoint.id)
        session.execute(stolen.values(sealed_secrets=first.endpoint.sealed_secrets))

    with pytest.raises(KeyUnavailable):
        signing(desk, second.endpoint.id)


def test_after_a_rotation_both_secrets_sign_for_a_day_and_then_the_new_one_alone(desk, make):
    with time_machine.travel(NOW, tick=False) as traveller:
        made = make()
        with desk.write() as session:
            found = endpoints.by_id(session, made.endpoint.id)
            new = endpoints.rotate_secret(session, desk.office, found, actor=ACTOR).secret

        assert signing(desk, made.endpoint.id).shared == (new, made.secret)
        traveller.shift(timedelta(hours=24) - timedelta(seconds=1))
        assert signing(desk, made.endpoint.id).shared == (new, made.secret)
        traveller.shift(timedelta(seconds=1))
        assert signing(desk, made.endpoint.id).shared == (new,)


def test_a_second_rotation_does_not_lengthen_the_life_of_an_old_secret(desk, make):
    with time_machine.travel(NOW, tick=False) as traveller:
        made = make()
        for _ in range(2):
            with desk.write() as session:
                endpoints.rotate_secret(session, desk.office, endpoints.by_id(session, made.endpoint.id), actor=ACTOR)
            traveller.shift(timedelta(hours=12))

        assert made.secret not in signing(desk, made.endpoint.id).shared


def test_an_overlap_of_nothing_ends_the_old_secret_at_once(desk, make):
    made = make()
    with desk.write() as session:
        found = endpoints.by_id(session, made.endpoint.id)
        new = endpoints.rotate_secret(session, desk.office, found, overlap_hours=0, actor=ACTOR).secret

    assert signing(desk, made.endpoint.id).shared == (new,)


@pytest.mark.parametrize("hours", [-1, 337])
def test_an_overlap_has_bounds(desk, make, hours):
    made = make()
    with desk.write() as session:
        found = endpoints.by_id(session, made.endpoint.id)
        with pytest.raises(InvalidInput):
            endpoints.rotate_secret(session, desk.office, found, overlap_hours=hours, actor=ACTOR)


def test_only_an_asymmetric_endpoint_has_a_key_pair_whose_public_half_may_be_told(desk, make):
    plain, asymmetric = make().endpoint, make(asymmetric=True).endpoint

    assert (plain.public_key, signing(desk, plain.id).ed25519_seed) == (None, None)
    assert asymmetric.public_key is not None
    assert asymmetric.public_key.startswith("whpk_")
    assert len(signing(desk, asymmetric.id).ed25519_seed or b"") == 32


# -- changes ------------------------------------------------------------------------------------------------


def test_every_change_has_exactly_one_audit_entry_and_it_names_no_address(desk, make):
    made = make()
    with desk.write() as session:
        found = endpoints.by_id(session, made.endpoint.id)
        endpoints.change(session, found, name="Other", url="https://other.example/", actor=ACTOR)
        endpoints.change(session, found, name="Other", actor=ACTOR)  # changes nothing
        endpoints.rotate_secret(session, desk.office, found, actor=ACTOR)
        news.send_test(session, desk.office, found, actor=ACTOR)
        endpoints.pause(session, found, actor=ACTOR)
        endpoints.pause(session, found, actor=ACTOR)
        endpoints.resume(session, found, actor=ACTOR)
        endpoints.disable(session, found, reason="gone", actor=ACTOR)
        endpoints.delete(session, found, actor=ACTOR)

    assert actions(desk) == [
        "endpoint.created",
        "endpoint.changed",
        "endpoint.secret-rotated",
        "endpoint.tested",
        "endpoint.paused",
        "endpoint.active",
        "endpoint.disabled",
        "endpoint.deleted",
    ]
    assert "example" not in str([entry.facts for entry in desk.audit_log() if entry.action.startswith("endpoint.")])


def test_an_event_type_that_does_not_exist_is_refused_with_its_place(make):
    with pytest.raises(InvalidInput, match=r"badge\.eaten") as caught:
        make(event_types=["badge.issued", "badge.eaten"])

    assert caught.value.facts["pointer"] == "/event_types/1"


def test_another_issuer_s_endpoint_is_not_found(desk, make):
    made = make()
    other = desk.another_issuer().issuer
    with desk.read() as session, pytest.raises(NotFound):
        endpoints.by_id(session, made.endpoint.id, issuer=other)


def test_the_shape_of_later_messages_can_be_changed(desk, make, publish):
    made = make()
    publish("award-1")
    with desk.write() as session:
        found = endpoints.by_id(session, made.endpoint.id)
        endpoints.change(session, found, format=EndpointFormat.CLOUDEVENTS, actor=ACTOR)
    publish("award-2")

    assert ["specversion" in message.payload["body"] for message in messages(desk)] == [False, True]


def test_an_endpoint_that_is_deleted_takes_what_waited_with_it_and_nobody_else_s(desk, make, publish):
    gone, kept = make().endpoint, make().endpoint
    publish("award-1")
    with desk.write() as session:
        endpoints.delete(session, endpoints.by_id(session, gone.id), actor=ACTOR)
    publish("award-2")

    assert {message.payload["endpoint_id"] for message in messages(desk)} == {kept.id}


@pytest.mark.parametrize("state", ["paused", "disabled"])
def test_a_test_message_is_refused_while_the_endpoint_is_not_active(desk, make, state):
    made = make()
    with desk.write() as session:
        found = endpoints.by_id(session, made.endpoint.id)
        if state == "paused":
            endpoints.pause(session, found, actor=ACTOR)
        else:
            endpoints.disable(session, found, reason="x", actor=ACTOR)
        with pytest.raises(WrongEndpointState) as caught:
            news.send_test(session, desk.office, found, actor=ACTOR)

    assert caught.value.facts["state"] == state


def test_a_test_message_goes_to_an_endpoint_whatever_it_wants(desk, make):
    made = make(event_types=["badge.revoked"])
    with desk.write() as session:
        news.send_test(session, desk.office, endpoints.by_id(session, made.endpoint.id), actor=ACTOR)

    assert [message.payload["type"] for message in messages(desk)] == ["endpoint.test"]


# -- replay -------------------------------------------------------------------------------------------------


def replay(desk, endpoint_id: str, **which) -> int:
    with desk.write() as session:
        return endpoints.replay(session, endpoints.by_id(session, endpoint_id), actor=ACTOR, **which)


@pytest.mark.parametrize("state", ["sent", "parked"])
def test_one_message_is_sent_once_more_from_the_first_step(desk, make, publish, state):
    made = make()
    publish("award-1", "award-2")
    set_state(desk, state)
    first, second = messages(desk)

    assert replay(desk, made.endpoint.id, message_ids=[f"msg_{first.id}"]) == 1
    again, other = messages(desk)
    assert (again.id, again.state, again.attempts, again.payload) == (first.id, "pending", 0, first.payload)
    assert (other.id, other.state) == (second.id, state)


def test_a_range_is_from_a_moment_on_and_before_another(desk, make, publish):
    with time_machine.travel(NOW, tick=False) as traveller:
        made = make()
        begun = clock.now()
        for number in range(4):
            publish(f"award-{number}")
            traveller.shift(timedelta(hours=1))
        set_state(desk, "sent")

        hour = timedelta(hours=1)
        assert replay(desk, made.endpoint.id, since=begun + hour, until=begun + 3 * hour) == 2
    assert [message.state for message in messages(desk)] == ["sent", "pending", "pending", "sent"]


def test_only_what_failed_may_be_asked_for(desk, make, publish):
    made = make()
    publish("award-1")
    set_state(desk, "sent")
    publish("award-2")
    with desk.write() as session:
        session.execute(update(OutboxMessage).where(OutboxMessage.subject_id == "award-2").values(state="parked"))

    assert replay(desk, made.endpoint.id, since=clock.now() - timedelta(hours=1), only_failed=True) == 1
    assert [message.state for message in messages(desk)] == ["sent", "pending"]


def test_messages_of_another_endpoint_are_left_alone(desk, make, publish):
    first, second = make().endpoint, make().endpoint
    publish("award-1")
    set_state(desk, "sent")
    theirs = next(message for message in messages(desk) if message.payload["endpoint_id"] == second.id)

    assert replay(desk, first.id, message_ids=[theirs.id]) == 0
    assert replay(desk, first.id, since=clock.now() - timedelta(hours=1)) == 1


@pytest.mark.parametrize("which", [{}, {"message_ids": ["x"], "since": clock.now()}], ids=["neither", "both"])
def test_a_replay_says_either_which_or_since_when(desk, make, which):
    with pytest.raises(InvalidInput):
        replay(desk, make().endpoint.id, **which)


def test_a_disabled_endpoint_is_resumed_before_a_replay(desk, make):
    made = make()
    with desk.write() as session:
        endpoints.disable(session, endpoints.by_id(session, made.endpoint.id), reason="x", actor=ACTOR)

    with pytest.raises(WrongEndpointState):
        replay(desk, made.endpoint.id, since=clock.now())


def test_a_replay_has_one_audit_entry_that_counts(desk, make, publish):
    made = make()
    publish("award-1", "award-2")
    set_state(desk, "sent")
    replay(desk, made.endpoint.id, since=clock.now() - timedelta(hours=1))

    (entry,) = [entry for entry in desk.audit_log() if entry.action == "endpoint.replayed"]
    assert entry.facts == {"messages": 2}
