"""What is not from the source is told nothing and stored nowhere (T26, T27)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from app.issuing import sources
from app.issuing.issuers import Issuer
from app.service import Service

from .sending import ACTOR, Lms, completion, restarted, rows, source_of

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


FORGERIES: dict[str, Callable[[bytes, dict[str, str]], tuple[bytes, dict[str, str]]]] = {
    "a flipped byte in the body": lambda raw, sent: (raw.replace(b"92", b"93"), sent),
    "a body that was written anew": lambda raw, sent: (json.dumps(json.loads(raw), indent=1).encode(), sent),
    "no signature": lambda raw, sent: (raw, {**sent, "webhook-signature": ""}),
    "no header of the signature": lambda raw, sent: (
        raw,
        {name: value for name, value in sent.items() if name != "webhook-signature"},
    ),
    "a signature that is cut short": lambda raw, sent: (raw, {**sent, "webhook-signature": "v1,AAAA"}),
    "a signature without its version": lambda raw, sent: (
        raw,
        {**sent, "webhook-signature": sent["webhook-signature"][3:]},
    ),
    "another version of the signature": lambda raw, sent: (
        raw,
        {**sent, "webhook-signature": "v2" + sent["webhook-signature"][2:]},
    ),
    "another delivery id": lambda raw, sent: (raw, {**sent, "webhook-id": "msg-2"}),
    "no delivery id": lambda raw, sent: (raw, {**sent, "webhook-id": ""}),
    "another time": lambda raw, sent: (raw, {**sent, "webhook-timestamp": str(int(sent["webhook-timestamp"]) + 1)}),
    "no time": lambda raw, sent: (raw, {**sent, "webhook-timestamp": ""}),
    "a bearer secret instead": lambda raw, _sent: (raw, {"authorization": "Bearer whsec_AAAAAAAAAAAAAAAAAAAAAAAA"}),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forged_delivery_is_answered_401_and_leaves_a_counter_and_no_row(
    lms: Lms, service: Service, forge: Callable[[bytes, dict[str, str]], tuple[bytes, dict[str, str]]]
):
    raw = json.dumps(completion()).encode()
    forged, headers = forge(raw, lms.headers(raw, "msg-1"))
    before = rows(service)

    refused = lms.client.post(f"/hooks/{lms.source_id}", content=forged, headers=headers)

    assert refused.status_code == 401
    assert refused.json()["detail"] == "The delivery could not be authenticated"
    assert rows(service) == before
    assert source_of(service, lms).rejected_count == 1


@pytest.mark.parametrize("seconds", [-301, 301], ids=["too old", "from the future"])
def test_a_delivery_signed_301_seconds_off_is_refused_and_one_at_300_is_taken(lms: Lms, seconds: int):
    raw, now = json.dumps(completion()).encode(), int(time.time())
    with time_machine.travel(now, tick=False):
        off = lms.headers(raw, "msg-1", at=now + seconds)
        just = lms.headers(raw, "msg-1", at=now + seconds - (1 if seconds > 0 else -1))
        statuses = [
            lms.client.post(f"/hooks/{lms.source_id}", content=raw, headers=each).status_code for each in (off, just)
        ]

    assert statuses == [401, 200]


@pytest.mark.parametrize("of_another_issuer", [False, True], ids=["of the same issuer", "of another issuer"])
def test_another_sources_secret_opens_nothing(
    lms: Lms,
    make_lms: Callable[..., Lms],
    make_issuer: Callable[..., Issuer],
    service: Service,
    of_another_issuer: bool,  # noqa: FBT001 - a value of the table
):
    stranger = make_lms(make_issuer("southfield", "Southfield")) if of_another_issuer else make_lms()

    assert Lms(lms.client, lms.source_id, stranger.secret).post(completion()).status_code == 401
    assert rows(service)["deliveries"] == 0


def test_both_secrets_hold_while_they_are_exchanged_and_the_old_one_not_after(lms: Lms, service: Service):
    with service.database.write() as session:
        source = sources.by_id(session, lms.source_id)
        newer = Lms(
            lms.client, lms.source_id, sources.rotate_secret(session, service.office, source, actor=ACTOR).secret
        )
    both = [lms.post(completion("1"), "msg-1").status_code, newer.post(completion("2"), "msg-2").status_code]
    with service.database.write() as session:
        sources.drop_old_secret(session, service.office, sources.by_id(session, lms.source_id), actor=ACTOR)

    assert both == [200, 200]
    assert lms.post(completion("3"), "msg-3").status_code == 401
    assert newer.post(completion("4"), "msg-4").status_code == 200


def test_a_replay_a_second_before_the_tolerance_ends_is_known_after_a_restart(lms: Lms, service: Service):
    raw, sent_at = json.dumps(completion()).encode(), datetime.now(UTC).replace(microsecond=0)
    captured = lms.headers(raw, "msg-1", at=int(sent_at.timestamp()))
    with time_machine.travel(sent_at, tick=False):
        first = lms.client.post(f"/hooks/{lms.source_id}", content=raw, headers=captured)
    before = rows(service)

    with (
        restarted(service) as client,
        time_machine.travel(sent_at + timedelta(seconds=service.settings.webhook_tolerance_seconds - 1), tick=False),
    ):
        replayed = client.post(f"/hooks/{lms.source_id}", content=raw, headers=captured)

    assert (replayed.status_code, replayed.content) == (200, first.content)
    assert rows(service) == before
