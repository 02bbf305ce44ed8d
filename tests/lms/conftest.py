"""Builders for the letterbox: payloads of invented people, the keys of an invented Canvas, and sources."""

import base64
import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from standardwebhooks import Webhook

from app.lms import ADAPTERS
from app.lms.base import Completion, Ignored, Secret, SourceConfig, TestPing, Unreadable

NOW = datetime(2026, 3, 2, 10, 20, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes ...").decode()
ACCOUNT = "RootAccountOfStAnna"

GENERIC_ITEM = {
    "id": "evt-1",
    "event": "completed",
    "learner": {"id": "57", "email": "mira.holm@hospital.test", "name": "Mira Holm"},
    "activity": {"id": "bls-2026", "name": "Basic Life Support", "code": "BLS"},
    "completed_at": "2026-03-02T10:15:00Z",
}
COURSE_COMPLETED = {
    "metadata": {
        "event_name": "course_completed",
        "event_time": "2026-03-02T10:15:26.615Z",
        "root_account_uuid": ACCOUNT,
        "root_account_id": "21070000000000001",
        "user_id": "21070000000000123",
        "user_login": "mholm",
        "user_sis_id": "S-9",
    },
    "body": {
        "course": {"id": "565", "name": "Basic Life Support", "sis_source_id": "BLS.2026"},
        "progress": {"completed_at": "2026-03-02T10:15:00.218Z", "requirement_count": 6},
        "user": {"id": "123", "email": "mira.holm@hospital.test", "name": "Mira Holm"},
    },
}
COURSE_GRADE = {
    "metadata": COURSE_COMPLETED["metadata"] | {"event_name": "course_grade_change"},
    "body": {
        "user_id": "123",
        "course_id": "565",
        "workflow_state": "active",
        "updated_at": "2026-03-02T10:14:00Z",
        "current_score": 97.5,
        "final_score": 84.5,
    },
}
GRADE = {
    "metadata": COURSE_COMPLETED["metadata"]
    | {"event_name": "grade_change", "context_type": "Course", "context_id": "21070000000000565"},
    "body": {
        "assignment_id": "21070000000000355",
        "student_id": "21070000000000123",
        "student_sis_id": "S-9",
        "submission_id": "21070000000011086",
        "grade": "B+",
        "score": 18,
        "points_possible": 20,
        "grading_complete": True,
        "muted": False,
    },
}


def changed(document: Any, changes: dict[str, Any]) -> Any:
    """A deep copy with members set by path ("body.user.id"); `...` removes a member."""
    copied = copy.deepcopy(document)
    for path, value in changes.items():
        *parents, name = path.split(".")
        place = copied
        for parent in parents:
            place = place[parent]
        if value is ...:
            del place[name]
        else:
            place[name] = value
    return copied


@dataclass
class Letterbox:
    """One source as a test sees it: settings, secrets, keys, and a clock that stands still."""

    type: str
    settings: dict[str, Any]
    secrets: tuple[Secret, ...] = ()
    jwks: dict[str, Any] | None = None
    now: datetime = NOW

    @property
    def config(self) -> SourceConfig:
        return SourceConfig(self.type, self.settings, self.secrets, self.jwks, 300)

    def parse(self, document: Any) -> tuple[Any, ...]:
        payload = document if isinstance(document, bytes) else json.dumps(document).encode()
        return ADAPTERS[self.type].parse(payload, self.config, received_at=self.now)

    def one(self, document: Any) -> Any:
        (item,) = self.parse(document)
        return item

    def completion(self, document: Any) -> Completion:
        item = self.one(document)
        assert isinstance(item, Completion), item
        return item

    def unreadable(self, document: Any) -> Unreadable:
        item = self.one(document)
        assert isinstance(item, Unreadable), item
        return item

    def ignored(self, document: Any) -> Ignored:
        item = self.one(document)
        assert isinstance(item, Ignored), item
        return item

    def ping(self, document: Any) -> TestPing:
        item = self.one(document)
        assert isinstance(item, TestPing), item
        return item

    def authenticate(self, headers: dict[str, str], body: bytes) -> Any:
        return ADAPTERS[self.type].authenticate(headers, body, self.config, now=self.now)

    def problems(self) -> list[str]:
        return ADAPTERS[self.type].check_settings(self.settings)


@pytest.fixture
def source() -> Letterbox:
    """A generic source with one webhook secret."""
    return Letterbox("generic", {"namespace": "lms.example.org"}, (Secret("s1", SECRET),))


@pytest.fixture
def item() -> Callable[..., dict[str, Any]]:
    """A generic item with changes: `item(**{"learner.email": None})`."""
    return lambda **changes: changed(GENERIC_ITEM, changes)


@pytest.fixture
def webhook_headers() -> Callable[..., dict[str, str]]:
    """Headers as the Standard Webhooks library makes them."""

    def make(body: bytes, *, secret: str = SECRET, at: datetime = NOW, message_id: str = "msg_1") -> dict[str, str]:
        signature = Webhook(secret).sign(message_id, at, body.decode())
        timestamp = str(int(at.timestamp()))
        return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signature}

    return make


@pytest.fixture(scope="session")
def private_key() -> rsa.RSAPrivateKey:
    """The key with which the invented Canvas signs."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def jwk(key: rsa.RSAPrivateKey, kid: str) -> dict[str, Any]:
    """The public key as Canvas publishes it."""
    return jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": kid, "alg": "RS256"}


@pytest.fixture
def canvas(private_key: rsa.RSAPrivateKey) -> Letterbox:
    """A source of signed Canvas events."""
    keys = {"keys": [jwk(private_key, "2026-03")]}
    return Letterbox("canvas", {"root_account_uuid": ACCOUNT, "jwks": keys}, (), keys)


@pytest.fixture
def event() -> Callable[..., dict[str, Any]]:
    """A `course_completed` event with changes: `event(**{"body.user.id": "5"})`."""
    return lambda **changes: changed(COURSE_COMPLETED, changes)


@pytest.fixture
def course_grade() -> Callable[..., dict[str, Any]]:
    """A `course_grade_change` event with changes."""
    return lambda **changes: changed(COURSE_GRADE, changes)


@pytest.fixture
def grade() -> Callable[..., dict[str, Any]]:
    """A `grade_change` event with changes."""
    return lambda **changes: changed(GRADE, changes)


@pytest.fixture
def signed(private_key: rsa.RSAPrivateKey) -> Callable[..., bytes]:
    """A token as PyJWT makes it; key, algorithm and header can be another's."""

    def make(document: Any, *, key: Any = private_key, algorithm: str = "RS256", **header: Any) -> bytes:
        return jwt.encode(document, key, algorithm, {"kid": "2026-03", **header}).encode()

    return make
