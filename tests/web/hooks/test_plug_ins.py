"""Moodle, Open edX, SCORM Cloud and senders with schemes of their own before the door, each proving itself its way."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from standardwebhooks import Webhook

from app import clock
from app.issuing import learners, rules, sources
from app.issuing.achievements import Achievement
from app.issuing.inbox import Delivery
from app.issuing.issuers import Issuer
from app.main import application
from app.service import Service

from .sending import ACTOR, completion, only_item, rows

Sent = tuple[bytes, dict[str, str]]

MOODLE = {
    "eventname": "\\core\\event\\course_completed",
    "objectid": 881,
    "userid": "0",
    "courseid": "12",
    "relateduserid": "57",
    "other": {"relateduserid": 57},
    "timecreated": 1772446501,
    "host": "lms.hospital.test",
}
TEMPLATE = {
    "event": "course_completed",
    "user_id": "57",
    "user_email": "mira.holm@hospital.test",
    "course_id": "12",
    "completed_at": "1772446501",
    "completion_id": "881",
}
PERSON = {"username": "mholm", "email": "mira.holm@hospital.test", "name": "Mira Holm"}
CERTIFICATE = {
    "user": {"id": 57, "is_active": True, "pii": PERSON},
    "course": {"course_key": "course-v1:StAnna+BLS+2026", "display_name": "Basic Life Support"},
    "mode": "verified",
    "grade": "0.92",
    "name": "Mira Holm",
    "current_status": "downloadable",
    "previous_status": "unavailable",
}
TYPE = "org.openedx.learning.certificate.created.v1"
PLUG_IN = {
    "openedx_events.learning.data.CertificateData": CERTIFICATE,
    "event_metadata": {"id": "457f0c26", "event_type": TYPE, "time": "2026-03-02 10:15:26.615000+00:00"},
}
REGISTRATION = {
    "id": "reg-1",
    "instance": 0,
    "updated": "2026-03-02T10:12:37.000Z",
    "registrationCompletion": "UNKNOWN",
    "registrationSuccess": "PASSED",
    "score": {"scaled": 93},
    "course": {"id": "bls", "title": "Basic Life Support"},
    "learner": {"id": "57", "email": "mira.holm@hospital.test", "firstName": "Mira", "lastName": "Holm"},
}


def as_json(document: Any) -> bytes:
    return json.dumps(document).encode()


def basic(pair: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def with_token(secret: str) -> Sent:
    return as_json({**MOODLE, "token": secret}), {"content-type": "application/xml"}


def template(secret: str) -> Sent:
    form = {"content-type": "application/x-www-form-urlencoded"}
    return urlencode(TEMPLATE).encode(), form | {"authorization": f"Bearer {secret}"}


def cloud_event(secret: str) -> Sent:
    raw = as_json({"certificate": CERTIFICATE})
    attributes = {"ce-id": "457f0c26", "ce-type": TYPE, "ce-source": "/openedx/lms/web", "ce-specversion": "1.0"}
    now = clock.now()
    signature = Webhook(secret).sign("msg_1", now, raw.decode())
    signed = {"webhook-id": "msg_1", "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature}
    return raw, attributes | signed | {"ce-time": "2026-03-02T10%3A15%3A26.615Z"}


def postback_form(secret: str) -> Sent:
    user, _, password = secret.partition(":")
    fields = {"data": json.dumps(REGISTRATION), "userName": user, "password": password}
    return urlencode(fields).encode(), {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"}


def digest(secret: str, signed: bytes) -> str:
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def own_hmac(secret: str) -> Sent:
    raw = as_json(completion())
    return raw, {"x-signature": "sha256=" + digest(secret, raw)}


def github(secret: str) -> Sent:
    raw = as_json(completion())
    return raw, {"x-hub-signature-256": "sha256=" + digest(secret, raw), "x-github-delivery": "1"}


def stripe(secret: str) -> Sent:
    raw, at = as_json(completion()), str(int(time.time()))
    return raw, {"stripe-signature": f"t={at},v1={digest(secret, at.encode() + b'.' + raw)}"}


@dataclass(frozen=True)
class Sender:
    """A kind of source, and how it makes one delivery with the source's secret."""

    type: str
    settings: dict[str, Any]
    activity: str
    send: Callable[[str], Sent]
    signs: bool = False


GENERIC = {"namespace": "lms.hospital.test"}
HMAC = {"header": "X-Signature", "prefix": "sha256="}
SITE = {"host": "courses.hospital.test"}
COURSE = "course-v1:StAnna+BLS+2026"
SENDERS: dict[str, Sender] = {
    "moodle: local_webhooks": Sender("moodle", {"host": "lms.hospital.test"}, "12", with_token),
    "moodle: tool_trigger": Sender("moodle", {"host": "lms.hospital.test", "auth": "bearer"}, "12", template),
    "open edx: plug-in": Sender("openedx", SITE, COURSE, lambda secret: (as_json(PLUG_IN), basic(secret))),
    "open edx: bus": Sender("openedx", SITE | {"auth": "standard_webhooks"}, COURSE, cloud_event, signs=True),
    "scorm cloud: basic": Sender(
        "scormcloud", {"app_id": "A"}, "bls", lambda secret: (as_json(REGISTRATION), basic(secret))
    ),
    "scorm cloud: form": Sender("scormcloud", {"app_id": "A", "auth": "form_fields"}, "bls", postback_form),
    "generic: hmac": Sender(
        "generic", GENERIC | {"auth": "hmac", "auth_options": HMAC}, "PHLB-101", own_hmac, signs=True
    ),
    "generic: github": Sender("generic", GENERIC | {"auth": "github"}, "PHLB-101", github, signs=True),
    "generic: stripe": Sender("generic", GENERIC | {"auth": "stripe"}, "PHLB-101", stripe, signs=True),
    "generic: header": Sender(
        "generic",
        GENERIC | {"auth": "header_static", "auth_options": {"headers": ["X-Key"]}},
        "PHLB-101",
        lambda secret: (as_json(completion()), {"x-key": secret}),
    ),
}
EACH = pytest.mark.parametrize("sender", SENDERS.values(), ids=SENDERS.keys())


@dataclass
class Connected:
    """A sender with a source of its own whose one activity earns phlebotomy, and the secret that was made for it."""

    client: TestClient
    source_id: str
    secret: str | None
    sender: Sender

    def post(self, secret: str | None = None) -> httpx.Response:
        raw, headers = self.sender.send(secret or str(self.secret))
        return self.client.post(f"/hooks/{self.source_id}", content=raw, headers=headers)


@pytest.fixture
def connect(service: Service, issuer: Issuer, client: TestClient, phlebotomy: Achievement) -> Callable[..., Connected]:
    """Connect a sender. The hospital knows Moodle's person 57 already, as Moodle sends no address."""

    def make(sender: Sender) -> Connected:
        with service.database.write() as session:
            made = sources.create(
                session,
                service.office,
                issuer,
                name="x",
                source_type=sender.type,
                settings=sender.settings,
                actor=ACTOR,
            )
            sources.allow(session, made.source, phlebotomy, actor=ACTOR)
            rules.create(session, made.source, activity_id=sender.activity, achievement=phlebotomy, actor=ACTOR)
            learners.resolve(
                session,
                issuer,
                namespace="lms.hospital.test",
                source_id="57",
                email="mira.holm@hospital.test",
                display_name="Mira Holm",
            )
        return Connected(client, made.source.id, made.secret, sender)

    return make


@EACH
@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_a_completion_becomes_a_badge(connect: Callable[..., Connected], sender: Sender, client: TestClient):
    item = only_item(connect(sender).post())

    assert item["outcome"] == "awarded"
    assert client.get(f"/b/{item['awards'][0]['award']}.json").status_code == 200


@EACH
def test_a_wrong_secret_is_answered_401_and_leaves_a_counter_and_no_row(
    connect: Callable[..., Connected], sender: Sender, service: Service
):
    connected = connect(sender)
    secret = str(connected.secret)
    middle = len(secret) // 2  # of the last sign of a Base64 text, not every bit counts
    wrong = secret[:middle] + ("A" if secret[middle] != "A" else "B") + secret[middle + 1 :]
    before = rows(service)

    refused = connected.post(wrong)

    assert (refused.status_code, refused.json()["detail"]) == (401, "The delivery could not be authenticated")
    assert rows(service) == before
    with service.database.read() as session:
        assert sources.by_id(session, connected.source_id).rejected_count == 1


@pytest.mark.parametrize(
    "sender", [each for each in SENDERS.values() if each.signs], ids=[n for n, s in SENDERS.items() if s.signs]
)
def test_one_flipped_byte_under_a_signature_is_answered_401(
    connect: Callable[..., Connected], sender: Sender, service: Service
):
    connected = connect(sender)
    raw, headers = sender.send(str(connected.secret))
    middle = len(raw) // 2
    flipped = raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :]

    answer = connected.client.post(f"/hooks/{connected.source_id}", content=flipped, headers=headers)

    assert answer.status_code == 401
    assert rows(service)["deliveries"] == 0


@EACH
def test_a_redelivery_gets_the_first_answer_and_makes_no_second_badge(
    connect: Callable[..., Connected], sender: Sender, service: Service
):
    connected = connect(sender)
    first, again = connected.post(), connected.post()

    assert (again.status_code, again.content) == (200, first.content)
    counted = rows(service)
    assert (counted["deliveries"], counted["completions"], counted["awards"]) == (1, 1, 1)


@EACH
def test_a_redelivery_under_the_next_secret_gets_the_first_answer_too(
    connect: Callable[..., Connected], sender: Sender, service: Service
):
    connected = connect(sender)
    first = connected.post()
    with service.database.write() as session:
        source = sources.by_id(session, connected.source_id)
        newer = sources.rotate_secret(session, service.office, source, actor=ACTOR).secret

    assert connected.post(newer).content == first.content
    assert connected.post().content == first.content
    with service.database.write() as session:
        sources.drop_old_secret(session, service.office, sources.by_id(session, connected.source_id), actor=ACTOR)
    assert [connected.post().status_code, connected.post(newer).status_code] == [401, 200]


@pytest.mark.parametrize("name", ["moodle: local_webhooks", "scorm cloud: form"])
def test_a_secret_that_came_within_the_body_is_nowhere_in_what_is_stored(
    connect: Callable[..., Connected], name: str, service: Service
):
    connected = connect(SENDERS[name])
    connected.post()
    password = str(connected.secret).rpartition(":")[2]

    with service.database.read() as session:
        stored = session.scalars(select(Delivery)).one()
        written = repr([getattr(stored, column.key) for column in Delivery.__table__.columns])
    assert password not in written


# -- odd bodies ----------------------------------------------------------------------------------------------

PLUG_INS = ["moodle: local_webhooks", "moodle: tool_trigger", "open edx: plug-in", "scorm cloud: form"]


@pytest.mark.parametrize("name", PLUG_INS)
@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", ""])
def test_a_wrong_content_type_changes_nothing(connect: Callable[..., Connected], name: str, content_type: str):
    connected = connect(SENDERS[name])
    raw, headers = connected.sender.send(str(connected.secret))
    named = headers | {"content-type": content_type}

    answer = connected.client.post(f"/hooks/{connected.source_id}", content=raw, headers=named)

    assert only_item(answer)["outcome"] == "awarded"


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("moodle: tool_trigger", 413),
        ("open edx: plug-in", 413),
        ("moodle: local_webhooks", 401),
        ("scorm cloud: form", 401),
    ],
)
def test_a_compressed_bomb_is_never_opened(connect: Callable[..., Connected], service: Service, name: str, status: int):
    """Where the proof is within the body, nothing is proved by a body that cannot be opened."""
    connected = connect(SENDERS[name])
    raw, headers = connected.sender.send(str(connected.secret))
    bomb = gzip.compress(raw + b" " * (20 * 1024 * 1024))

    zipped = headers | {"content-encoding": "gzip"}
    answer = connected.client.post(f"/hooks/{connected.source_id}", content=bomb, headers=zipped)

    assert answer.status_code == status
    assert rows(service)["deliveries"] == 0


@pytest.mark.parametrize("name", PLUG_INS)
def test_a_huge_body_is_answered_413_and_nothing_is_stored(
    connect: Callable[..., Connected], service: Service, name: str
):
    connected = connect(SENDERS[name])
    raw, headers = connected.sender.send(str(connected.secret))

    answer = connected.client.post(f"/hooks/{connected.source_id}", content=raw + b" " * 1_100_000, headers=headers)

    assert answer.status_code == 413
    assert rows(service)["deliveries"] == 0


def test_one_bad_event_of_a_hundred_fails_alone(connect: Callable[..., Connected], service: Service):
    connected = connect(SENDERS["moodle: tool_trigger"])
    events = [{**MOODLE, "objectid": row} for row in range(1, 101)]
    events[41] = {**MOODLE, "relateduserid": None}
    headers = {"authorization": f"Bearer {connected.secret}"}

    answer = connected.client.post(f"/hooks/{connected.source_id}", content=as_json(events), headers=headers)

    items = answer.json()["items"]
    assert [item["index"] for item in items if item["outcome"] not in {"awarded", "recorded"}] == [41]
    assert items[41]["pointer"] == "/41/relateduserid"
    assert rows(service)["awards"] == 1


# -- no proof at all -----------------------------------------------------------------------------------------

UNPROVED = {"auth": "none", "auth_options": {"networks": ["192.0.2.0/28"], "accept_unauthenticated": True}}


@pytest.mark.parametrize(("address", "status"), [("192.0.2.7", 200), ("192.0.2.77", 401)])
def test_without_a_proof_only_a_listed_network_is_heard_and_no_badge_is_made_of_it(
    connect: Callable[..., Connected], service: Service, address: str, status: int
):
    unproved = Sender("generic", GENERIC | UNPROVED, "PHLB-101", lambda _: (as_json(completion()), {}))
    connected = connect(unproved)

    with TestClient(application(service), base_url="http://badges.test", client=(address, 50_000)) as client:
        forged = {"x-forwarded-for": "192.0.2.7", "forwarded": "for=192.0.2.7"}
        answer = client.post(f"/hooks/{connected.source_id}", content=as_json(completion()), headers=forged)

    assert connected.secret is None
    assert answer.status_code == status
    assert rows(service)["awards"] == 0
    with service.database.read() as session:
        assert [each.method for each in session.scalars(select(Delivery))] == (["none"] if status == 200 else [])
