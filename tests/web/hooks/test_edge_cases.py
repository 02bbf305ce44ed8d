"""What happens at the edges, line by line as `completion-sources` §2.4 lists them; here what a door or adapter answers.

What rules and people decide at their edges is under tests/issuing.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select

from app import clock
from app import service as services
from app.issuing import rules, sources
from app.issuing.achievements import Achievement
from app.issuing.completions import Completion
from app.issuing.inbox.raw import Raw, read_raw
from app.issuing.sources import SourceState
from app.main import application
from app.service import Service
from app.settings import Settings

from .platforms import PLATFORMS, SECRET, canvas_body, canvas_token
from .sending import ACTOR, Lms, completion, only_item, restarted, rows, source_of

DOOR = "/hooks/{}"


def outcome(lms: Lms, delivery_id: str = "msg-1", **changes: Any) -> tuple[str, str | None]:
    item = only_item(lms.post(completion(**changes), delivery_id))
    return item["outcome"], item.get("reason")


def stored_moment(service: Service) -> datetime:
    with service.database.read() as session:
        return session.scalars(select(Completion)).one().occurred_at


# -- duplicate delivery -----------------------------------------------------------------------------------


def test_the_same_delivery_twice_is_one_badge_and_the_same_answer(lms: Lms, service: Service):
    first, again = lms.post(completion()), lms.post(completion())

    assert first.content == again.content
    assert rows(service)["awards"] == 1


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_the_same_delivery_eight_times_at_once_is_one_badge_and_one_answer(lms: Lms, service: Service):
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: lms.post(completion()), range(8)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert rows(service)["awards"] == 1


def test_the_same_delivery_after_a_restart_is_one_badge_and_the_same_answer(lms: Lms, service: Service):
    first = lms.post(completion())

    with restarted(service) as client:
        again = Lms(client, lms.source_id, lms.secret).post(completion())

    assert first.content == again.content
    assert rows(service)["awards"] == 1


def test_the_same_id_with_another_body_keeps_the_first_and_flags_the_conflict(lms: Lms):
    first = lms.post(completion("7"))

    assert lms.post(completion("8")).status_code == 409
    assert lms.post(completion("7")).content == first.content


# -- addresses --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["ana+bls@hospital.test", "ANA@Hospital.Test", " ana@hospital.test ", "ana@spital-grün.test"],
    ids=["plus", "case", "blanks", "idn"],
)
def test_an_address_in_any_honest_form_earns_a_badge(lms: Lms, address: str):
    assert outcome(lms, learner={"id": "7", "email": address, "name": "Ana"})[0] == "awarded"


@pytest.mark.parametrize("address", ["noemail@hospital.test", "no-email@x.test", "ana@", "ana at hospital"])
def test_a_placeholder_for_an_address_earns_nothing_and_is_not_lost(lms: Lms, service: Service, address: str):
    assert outcome(lms, learner={"id": "7", "email": address, "name": "Ana"}) == ("parked", "unknown-person")
    assert rows(service)["completions"] == 1


@pytest.mark.parametrize("address", ["ana@localhost", "root@localhost.localdomain"])
def test_an_address_of_the_platforms_own_machine_earns_nothing(lms: Lms, address: str):
    assert outcome(lms, learner={"id": "7", "email": address, "name": "Ana"})[0] == "parked"


# -- activities -------------------------------------------------------------------------------------------


def test_a_course_that_was_renamed_is_the_same_course(lms: Lms):
    assert outcome(lms, activity={"id": "PHLB-101", "name": "Venepuncture, renamed"})[0] == "awarded"


def test_a_course_with_the_same_name_and_another_id_is_another_course(lms: Lms):
    assert outcome(lms, activity={"id": "PHLB-102", "name": "Phlebotomy"})[0] == "parked"


# -- scores -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("score", "earns"),
    [
        ({"value": 92, "unit": "percent"}, True),
        ({"value": 0.92, "unit": "fraction"}, True),
        ({"value": 18, "unit": "points", "maximum": 20}, True),
        ({"value": "92", "unit": "percent"}, True),
        ({"value": 0.92, "unit": "percent"}, False),
        ({"value": 0, "unit": "percent"}, False),
        ({"value": "0", "unit": "percent"}, False),
        ({"value": -5, "unit": "percent"}, False),
        ({"value": 104, "unit": "percent"}, True),
        ({"value": 18, "unit": "points", "maximum": 0}, False),
        ({"value": 18, "unit": "points", "maximum": None}, False),
    ],
    ids=[
        "percent", "fraction", "points", "text", "a small number of percent", "zero", "zero as text", "negative",
        "extra credit", "out of nothing", "out of the unknown",
    ],
)  # fmt: skip
def test_a_score_means_what_its_unit_says_and_never_what_its_size_suggests(
    lms: Lms,
    score: dict[str, Any],
    earns: bool,  # noqa: FBT001 - a value of the table
):
    assert (outcome(lms, score=score)[0] == "awarded") is earns


def test_a_decimal_comma_is_named_and_never_guessed(lms: Lms):
    item = only_item(lms.post(completion(score={"value": "0,92", "unit": "fraction"})))

    assert item["outcome"] == "unreadable"
    assert "comma" in item["detail"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400"])
def test_a_number_that_is_none_is_refused_and_kept(lms: Lms, service: Service, number: str):
    raw = json.dumps(completion()).replace("92", number).encode()

    assert only_item(lms.post(raw))["outcome"] == "unreadable"
    assert rows(service)["deliveries"] == 1


def test_a_letter_alone_is_no_number(lms: Lms):
    assert outcome(lms, score={"letter": "A"})[0] != "awarded"


# -- times ------------------------------------------------------------------------------------------------


def test_a_time_without_a_zone_is_read_by_the_sources_zone_and_refused_without_one(
    lms: Lms, make_lms: Callable[..., Lms], map_activity: Callable[..., None], phlebotomy: Achievement, service: Service
):
    in_vienna = make_lms(time_zone="Europe/Vienna")
    map_activity(in_vienna, phlebotomy)

    assert outcome(lms, completed_at="2026-03-02T10:15:00") == ("unreadable", "no-time-zone")
    assert outcome(in_vienna, completed_at="2026-03-02T10:15:00")[0] == "awarded"
    assert stored_moment(service).isoformat() == "2026-03-02T09:15:00+00:00"


@pytest.mark.parametrize(
    ("unit", "number"), [("seconds", 1772446500), ("milliseconds", 1772446500123), ("microseconds", 1772446500123456)]
)
def test_a_number_is_a_time_in_the_unit_that_the_source_declares(
    make_lms: Callable[..., Lms], service: Service, unit: str, number: int
):
    outcome(make_lms(epoch_unit=unit), completed_at=number)

    assert stored_moment(service).isoformat() == "2026-03-02T10:15:00+00:00"


def test_a_number_in_another_unit_than_declared_is_outside_of_any_sane_time(make_lms: Callable[..., Lms], lms: Lms):
    assert outcome(make_lms(epoch_unit="seconds"), completed_at=1772446500123)[0] == "unreadable"
    assert outcome(lms, completed_at=1772446500) == ("unreadable", "no-epoch-unit")


def test_a_date_alone_is_its_first_moment_in_the_sources_zone(make_lms: Callable[..., Lms], service: Service):
    outcome(make_lms(time_zone="Europe/Vienna"), completed_at="2026-03-02")

    assert stored_moment(service).isoformat() == "2026-03-01T23:00:00+00:00"


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-03-02T11:15:00+01:00", "2026-03-02T10:15:00+00:00"),
        ("2026-03-02 11:15:00+0100", "2026-03-02T10:15:00+00:00"),
        ("2026-03-02T00:15:00-10:00", "2026-03-02T10:15:00+00:00"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59+00:00"),
    ],
    ids=["an offset", "an offset without a colon", "a day behind", "a leap second"],
)
def test_offsets_and_leap_seconds_are_read(lms: Lms, service: Service, written: str, moment: str):
    assert outcome(lms, completed_at=written)[0] == "awarded"
    assert stored_moment(service).isoformat() == moment


@pytest.mark.parametrize(
    "written", ["2026-03-29T02:30:00", "2026-10-25T02:30:00"], ids=["skipped in spring", "twice in autumn"]
)
def test_a_local_time_that_the_change_of_clocks_makes_odd_is_taken(make_lms: Callable[..., Lms], written: str):
    with time_machine.travel(datetime(2026, 12, 1, tzinfo=UTC), tick=False):
        assert outcome(make_lms(time_zone="Europe/Vienna"), completed_at=written)[0] != "unreadable"


def test_a_time_five_minutes_ahead_is_taken_and_one_further_ahead_becomes_the_time_of_receipt(
    lms: Lms, service: Service
):
    now = clock.now()
    with time_machine.travel(now, tick=False):
        outcome(lms, "msg-1", id="a", completed_at=(now + timedelta(minutes=5)).isoformat())
        outcome(lms, "msg-2", id="b", completed_at=(now + timedelta(hours=5)).isoformat())
        far = outcome(lms, "msg-3", id="c", completed_at=(now + timedelta(days=5)).isoformat())

    with service.database.read() as session:
        moments = sorted(session.scalars(select(Completion.occurred_at)))
    assert moments == [now, now + timedelta(minutes=5)]
    assert far == ("unreadable", "moment-out-of-range")


@pytest.mark.parametrize("written", ["1999-12-31T23:59:59Z", "9999-01-01T00:00:00Z"])
def test_a_time_that_no_course_can_have_is_refused(lms: Lms, written: str):
    assert outcome(lms, completed_at=written) == ("unreadable", "moment-out-of-range")


def test_a_completion_of_long_ago_is_taken_with_its_own_time(lms: Lms, service: Service):
    assert outcome(lms, completed_at="2012-05-01T08:00:00Z")[0] == "awarded"
    assert stored_moment(service).isoformat() == "2012-05-01T08:00:00+00:00"


# -- batches ----------------------------------------------------------------------------------------------


def test_one_bad_item_of_a_hundred_is_named_and_the_others_are_worked_through(lms: Lms):
    batch = [completion(str(number)) for number in range(100)]
    batch[41] = completion("41", completed_at="yesterday")

    items = lms.post({"items": batch}).json()["items"]

    assert [item["index"] for item in items if item["outcome"] != "awarded"] == [41]


def test_a_batch_with_more_items_than_are_accepted_is_refused_and_kept(make_lms: Callable[..., Lms], service: Service):
    lms = make_lms(max_items=2)

    item = only_item(lms.post({"items": [completion(str(number)) for number in range(3)]}))

    assert (item["outcome"], item["limit_items"]) == ("unreadable", 2)
    assert rows(service)["deliveries"] == 1


def test_an_empty_batch_is_fine(lms: Lms):
    for number, body in enumerate(({"items": []}, [])):
        answer = lms.post(body, f"msg-{number}")
        assert (answer.status_code, answer.json()["items"]) == (200, [])


def test_events_of_several_kinds_in_one_batch_are_each_what_they_are(lms: Lms):
    kinds = ["completed", "failed", "test", "logged_in"]
    batch = [completion(str(number), event=kind) for number, kind in enumerate(kinds)]

    outcomes = [item["outcome"] for item in lms.post({"items": batch}).json()["items"]]

    assert outcomes[0] == "awarded"
    assert outcomes[2:] == ["test", "ignored"]
    assert "awarded" not in outcomes[1:]


# -- tests, pings and handshakes --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        {"zen": "Keep it logically awesome.", "hook_id": 30, "hook": {"type": "Repository"}},
        {"type": "test", "data": completion()},
        {"type": "ping", "data": {}},
        {"type": "webhook.test", "timestamp": "2026-03-02T10:15:00Z", "data": completion()},
        {"type": "endpoint.test", "data": completion()},
        {},
        completion(event="test"),
    ],
    ids=["github", "test", "ping", "webhook.test", "endpoint.test", "an empty object", "an item of the kind test"],
)
def test_a_sender_that_tries_the_connection_is_recorded_as_a_test_and_earns_nothing(
    lms: Lms, service: Service, body: dict[str, Any]
):
    item = only_item(lms.post(body))

    assert item["outcome"] == "test"
    assert (rows(service)["deliveries"], rows(service)["awards"]) == (1, 0)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_sender_that_looks_before_it_delivers_is_answered_200_and_told_nothing(
    lms: Lms, service: Service, method: str
):
    before = rows(service)

    answer = lms.client.request(method, DOOR.format(lms.source_id))

    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert "generic" not in answer.text.lower()
    assert rows(service) == before


def test_the_same_look_at_a_source_that_is_not_there_is_404_and_at_one_that_is_off_410(lms: Lms, service: Service):
    with service.database.write() as session:
        sources.set_state(session, sources.by_id(session, lms.source_id), SourceState.DISABLED, actor=ACTOR)

    for method in ("GET", "OPTIONS", "POST"):
        assert lms.client.request(method, DOOR.format(lms.source_id)).status_code == 410
        assert lms.client.request(method, DOOR.format("no-such-source")).status_code == 404


def test_the_cloudevents_handshake_allows_the_sender_and_says_nothing_else(lms: Lms, service: Service):
    before = rows(service)
    asked = {"WebHook-Request-Origin": "eventemitter.example.com", "WebHook-Request-Rate": "120"}

    answer = lms.client.options(DOOR.format(lms.source_id), headers=asked)

    assert answer.status_code == 200
    assert answer.headers["webhook-allowed-origin"] == "eventemitter.example.com"
    assert answer.headers["webhook-allowed-rate"] == "*"
    assert "POST" in answer.headers["allow"]
    assert rows(service) == before


@pytest.mark.parametrize("origin", [None, "", "evil example", "<script>", "a" * 300, "a\tb"])
def test_without_an_origin_that_could_be_one_nobody_is_allowed(lms: Lms, origin: str | None):
    asked = {} if origin is None else {"WebHook-Request-Origin": origin}

    answer = lms.client.options(DOOR.format(lms.source_id), headers=asked)

    assert (answer.status_code, answer.content) == (204, b"")
    assert "webhook-allowed-origin" not in answer.headers


def test_whoever_was_allowed_must_still_prove_each_delivery(lms: Lms):
    asked = {"WebHook-Request-Origin": "eventemitter.example.com"}
    lms.client.options(DOOR.format(lms.source_id), headers=asked)

    assert lms.client.post(DOOR.format(lms.source_id), json=completion(), headers=asked).status_code == 401


# -- sizes and shapes -------------------------------------------------------------------------------------


def test_a_body_above_a_megabyte_is_413(lms: Lms, service: Service):
    assert lms.post(completion(more="x" * 1_100_000)).status_code == 413
    assert rows(service)["deliveries"] == 0


def test_a_body_that_becomes_too_large_when_it_is_opened_is_413(lms: Lms, service: Service):
    bomb = gzip.compress(b"[" + b" " * 50_000_000 + b"]")

    assert lms.post(bomb, content_encoding="gzip").status_code == 413
    assert rows(service)["deliveries"] == 0


def test_a_compressed_body_is_signed_as_it_was_sent(lms: Lms):
    packed = gzip.compress(json.dumps(completion()).encode())

    assert only_item(lms.post(packed, content_encoding="gzip"))["outcome"] == "awarded"


def test_an_encoding_that_nobody_here_knows_is_415(lms: Lms, service: Service):
    assert lms.post(completion(), content_encoding="zstd").status_code == 415
    assert rows(service)["deliveries"] == 0


@pytest.mark.parametrize(
    "raw",
    [b"[" * 500 + b"]" * 500, json.dumps(completion()).encode()[:-1] + b', "event": "failed"}', b""],
    ids=["too deep", "the same member twice", "nothing"],
)
def test_json_that_is_too_deep_or_says_two_things_or_nothing_is_refused_and_kept(
    lms: Lms, service: Service, raw: bytes
):
    assert only_item(lms.post(raw))["outcome"] == "unreadable"
    assert rows(service)["deliveries"] == 1


def test_a_byte_order_mark_is_read_over(lms: Lms):
    assert only_item(lms.post(b"\xef\xbb\xbf" + json.dumps(completion()).encode()))["outcome"] == "awarded"


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml; charset=utf-16", "x"]
)
def test_json_under_a_wrong_content_type_is_read_as_json(lms: Lms, content_type: str):
    body = completion(activity={"id": "PHLB-101", "name": "Phlebotomy a=b&c=d"})

    assert only_item(lms.post(body, content_type=content_type))["outcome"] == "awarded"


def test_a_body_in_pieces_is_read_whole(lms: Lms, port: int):
    raw = json.dumps(completion()).encode()
    pieces = (raw[place : place + 7] for place in range(0, len(raw), 7))

    answer = httpx.post(
        f"http://127.0.0.1:{port}/hooks/{lms.source_id}", content=pieces, headers=lms.headers(raw, "msg-1")
    )

    assert only_item(answer)["outcome"] == "awarded"


def test_a_hundred_senders_that_never_finish_keep_nobody_waiting(lms: Lms, port: int, service: Service):
    """A body is read before a thread is taken: what drips costs a connection, and no place at the desk."""
    head = f"POST /hooks/{lms.source_id} HTTP/1.1\r\nhost: badges.test\r\ncontent-length: 1000\r\n\r\n{{".encode()
    raw = json.dumps(completion()).encode()
    assert service.settings.thread_limit < 100
    with ExitStack() as dripping:
        for _ in range(100):
            dripping.enter_context(closing(socket.create_connection(("127.0.0.1", port), timeout=10))).sendall(head)

        answer = httpx.post(
            f"http://127.0.0.1:{port}/hooks/{lms.source_id}", content=raw, headers=lms.headers(raw, "msg-1")
        )

    assert only_item(answer)["outcome"] == "awarded"


# -- signatures -------------------------------------------------------------------------------------------


def test_a_signature_is_over_the_bytes_and_not_over_what_they_mean(lms: Lms):
    raw = json.dumps(completion()).encode()
    same_meaning = json.dumps(completion(), separators=(",", ":")).encode()

    answer = lms.client.post(DOOR.format(lms.source_id), content=same_meaning, headers=lms.headers(raw, "msg-1"))

    assert answer.status_code == 401


def test_two_secrets_hold_while_they_are_exchanged(lms: Lms, service: Service):
    with service.database.write() as session:
        source = sources.by_id(session, lms.source_id)
        newer = sources.rotate_secret(session, service.office, source, actor=ACTOR).secret
    assert newer is not None

    assert lms.post(completion("1"), "msg-1").status_code == 200
    assert Lms(lms.client, lms.source_id, newer).post(completion("2"), "msg-2").status_code == 200


def test_a_delivery_outside_of_the_replay_window_is_refused(lms: Lms):
    raw = json.dumps(completion()).encode()
    old = lms.headers(raw, "msg-1", at=int(clock.now().timestamp()) - 301)

    assert lms.client.post(DOOR.format(lms.source_id), content=raw, headers=old).status_code == 401


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS512"])
def test_a_token_cannot_choose_how_it_is_checked(service: Service, canvas: Lms, algorithm: str):
    head = base64.urlsafe_b64encode(json.dumps({"alg": algorithm, "kid": "2026-03"}).encode()).rstrip(b"=")
    signed = head + b"." + base64.urlsafe_b64encode(b"{}").rstrip(b"=")
    forged = hmac.digest(b"the public key", signed, hashlib.sha256)
    token = signed + b"." + base64.urlsafe_b64encode(forged).rstrip(b"=")

    assert canvas.client.post(DOOR.format(canvas.source_id), content=token).status_code == 401
    assert rows(service)["deliveries"] == 0


@pytest.fixture
def canvas(service: Service, issuer: Any, client: TestClient) -> Lms:
    """A source of signed Canvas events."""
    with service.database.write() as session:
        settings = dict(PLATFORMS["canvas"].settings)
        made = sources.create(
            session, service.office, issuer, name="Canvas", source_type="canvas", settings=settings, actor=ACTOR
        )
    return Lms(client, made.source.id, "")


def test_headers_count_in_any_case_and_a_header_that_comes_twice_holds_nothing(lms: Lms):
    raw = json.dumps(completion()).encode()
    sent = lms.headers(raw, "msg-1")
    shouted = {name.upper(): value for name, value in sent.items()}
    twice = [*sent.items(), ("webhook-id", "msg-2")]

    assert lms.client.post(DOOR.format(lms.source_id), content=raw, headers=twice).status_code == 401
    assert lms.client.post(DOOR.format(lms.source_id), content=raw, headers=shouted).status_code == 200


def test_a_secret_within_the_body_is_taken_out_before_anything_is_stored(
    make_lms: Callable[..., Lms], service: Service
):
    lms = make_lms(auth="body_token")
    sent = completion() | {"token": lms.secret}

    taken = lms.client.post(DOOR.format(lms.source_id), json=sent)

    raw = stored_raw(service, taken.json()["delivery"])
    assert json.loads(raw.payload) == json.loads(raw.body) == completion()
    assert lms.secret.encode() not in raw.body + raw.payload


def stored_raw(service: Service, delivery_id: str) -> Raw:
    with service.database.read() as session:
        return read_raw(session, service.office, delivery_id)


NETWORK = {"accept_unauthenticated": True, "networks": ["127.0.0.1"]}


def test_where_only_the_network_is_asked_it_is_that_of_the_connection(make_lms: Callable[..., Lms], port: int):
    inside = make_lms(auth="none", auth_options=NETWORK)
    outside = make_lms(auth="none", auth_options=NETWORK | {"networks": ["192.0.2.7"]})
    pretended = {"X-Forwarded-For": "192.0.2.7", "Forwarded": "for=192.0.2.7", "X-Real-IP": "192.0.2.7"}

    answers = [
        httpx.post(f"http://127.0.0.1:{port}/hooks/{lms.source_id}", json=completion(), headers=pretended).status_code
        for lms in (inside, outside)
    ]

    assert answers == [200, 401]


# -- everything else --------------------------------------------------------------------------------------


def test_an_event_that_nobody_knows_is_200_and_ignored_so_that_the_sender_goes_on(lms: Lms):
    assert outcome(lms, event="logged_in")[0] == "ignored"


def test_while_the_database_is_down_a_delivery_is_503_and_told_when_to_come_back(settings: Settings, lms: Lms):
    nowhere = {"database_url": "postgresql+psycopg://lanyard@127.0.0.1:1/lanyard", "database_timeout_seconds": 1}
    broken = services.assemble(settings.model_copy(update=nowhere))
    with TestClient(application(broken), base_url="http://badges.test", raise_server_exceptions=False) as client:
        answer = Lms(client, lms.source_id, lms.secret).post(completion())

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


def test_a_source_that_is_switched_off_is_410_and_nothing_is_stored(lms: Lms, service: Service):
    with service.database.write() as session:
        sources.set_state(session, sources.by_id(session, lms.source_id), SourceState.DISABLED, actor=ACTOR)

    assert lms.post(completion()).status_code == 410
    assert rows(service)["deliveries"] == 0


def test_what_is_not_authentic_leaves_a_counter_and_a_time_and_nothing_of_what_was_sent(lms: Lms, service: Service):
    before = rows(service)
    told = [lms.client.post(DOOR.format(lms.source_id), json=completion()).json() for _ in range(2)]

    source = source_of(service, lms)
    assert (source.rejected_count, source.last_rejected_at is not None) == (2, True)
    assert told[0] == told[1]
    assert rows(service) == before


def test_the_teachers_preview_of_a_course_earns_nothing(canvas: Lms, service: Service, phlebotomy: Achievement):
    with service.database.write() as session:
        source = sources.by_id(session, canvas.source_id)
        rules.create(
            session, source, actor=ACTOR, activity_id="565", achievement=phlebotomy, minimum_score=Decimal("0.1")
        )
    body = canvas_body(1)
    body["body"]["user"]["name"] = "Test Student"
    raw, _ = canvas_token(json.dumps(body).encode(), SECRET)

    item = only_item(canvas.client.post(DOOR.format(canvas.source_id), content=raw))

    assert (item["outcome"], item["reason"]) == ("ignored", "test-student")
