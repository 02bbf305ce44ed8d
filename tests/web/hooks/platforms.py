"""Platforms of the market before the door: how each says that a person completed basic life support, and proves it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

ACCOUNT = "RootAccountOfStAnna"
SECRET = "tk_4f9b2c7d8e1a6053b7a9"
WRONG = "tk_4f9b2c7d8e1a6053b7a8"
USER = "0c9a5b1e-77d2-4f7e-9d86-{:012d}"
EVENT = "3b6f2c10-9a4d-4e0b-8c77-{:012d}"
TRAINING = "5f0d7e3c-1b2a-4c5d-8e9f-a0b1c2d3e4f5"

Sent = tuple[bytes, dict[str, str]]


@dataclass(frozen=True)
class Platform:
    """One kind of platform. `body` says that these people completed the activity; `prove` makes headers, or a token.

    `batches` False = one person in a delivery. `signs` False = the secret travels, and the body is proved by nothing.
    """

    type: str
    settings: Mapping[str, Any]
    secret: str | None
    namespace: str
    activity: str
    learner: Callable[[int], str]
    body: Callable[..., dict[str, Any]]
    prove: Callable[[bytes, str], Sent]
    batches: bool = False
    signs: bool = True

    def send(self, *people: int, secret: str = SECRET, spoiled: int | None = None) -> Sent:
        """The bytes and headers of one delivery; `spoiled` is the place of a person who is not named."""
        document = self.body(*(None if place == spoiled else person for place, person in enumerate(people)))
        return self.prove(json.dumps(document).encode(), secret)


@cache
def canvas_key(name: str) -> rsa.RSAPrivateKey:  # noqa: ARG001 - the cache tells keys apart by it
    """The key with which Canvas signs, and any other key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def canvas_jwk(name: str) -> dict[str, Any]:
    """The public half, as Canvas publishes it."""
    key = canvas_key(name).public_key()
    return jwt.algorithms.RSAAlgorithm.to_jwk(key, as_dict=True) | {"kid": "2026-03", "alg": "RS256"}


def canvas_body(person: int | None, event: str = "course_completed") -> dict[str, Any]:
    return {
        "metadata": {
            "event_name": event,
            "event_time": "2026-03-02T10:15:26.615Z",
            "root_account_uuid": ACCOUNT,
            "root_account_id": "21070000000000001",
            "job_id": "1020020528469291",
        },
        "body": {
            "course": {"id": "565", "name": "Basic Life Support"},
            "progress": {"completed_at": "2026-03-02T10:15:00.218Z"},
            "user": {"id": str(person), "email": f"person-{person}@hospital.test", "name": "Mira Holm"},
        },
    }


def canvas_token(raw: bytes, secret: str, kid: str = "2026-03") -> Sent:
    return jwt.encode(json.loads(raw), canvas_key(secret), "RS256", {"kid": kid}).encode(), {}


def docebo_body(*people: int | None) -> dict[str, Any]:
    payloads = [
        {
            "fired_at": "2026-03-02 10:15:01",
            "user_id": person,
            "username": f"person-{person}",
            "course_id": 297,
            "completion_date": "2026-03-02 10:14:58",
            "status": "completed",
        }
        for person in people
    ]
    return {
        "event": "course.enrollment.completed",
        "message_id": f"wh-{'-'.join(map(str, people))}"[:100],
        "original_domain": "st-anna.docebosaas.test",
        "payloads": payloads,
    }


def basic(raw: bytes, secret: str) -> Sent:
    return raw, {"authorization": "Basic " + base64.b64encode(f"lanyard:{secret}".encode()).decode()}


def thinkific_body(person: int | None) -> dict[str, Any]:
    return {
        "id": f"2026030210150100000{person}",
        "resource": "enrollment",
        "action": "completed",
        "tenant_id": "59",
        "created_at": "2026-03-02T10:15:01.000Z",
        "payload": {
            "course": {"id": 25, "name": "Basic Life Support"},
            "user": {"id": person, "email": f"person-{person}@hospital.test", "first_name": "Mira"},
            "percentage_completed": "1.0",
            "completed_at": "2026-03-02T10:14:58.000Z",
        },
    }


def thinkific_headers(raw: bytes, secret: str) -> Sent:
    return raw, {"x-thinkific-hmac-sha256": hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()}


def cornerstone_body(*people: int | None) -> dict[str, Any]:
    records = [
        {
            "value": {
                "headers": {"corpName": "stanna"},
                "lmsEventsCase": "TrainingCompleted",
                "trainingCompleted": {
                    "data": {
                        "eventId": EVENT.format(person or 0),
                        "trainingId": TRAINING,
                        "trainingTitle": "Basic Life Support",
                        "targetUserGuid": person and USER.format(person),
                        "trainingRegistrationNumber": 1,
                        "trainingActionDateTimestamp": "2026-03-02T10:14:58.973Z",
                    }
                },
            },
            "offset": place,
        }
        for place, person in enumerate(people)
    ]
    return {"records": records, "attemptNumber": 1}


def own_header(raw: bytes, secret: str) -> Sent:
    return raw, {"x-lanyard-key": secret}


PLATFORMS: dict[str, Platform] = {
    "canvas": Platform(
        "canvas",
        {"root_account_uuid": ACCOUNT, "jwks": {"keys": [canvas_jwk(SECRET)]}},
        None,
        ACCOUNT,
        "565",
        str,
        canvas_body,
        canvas_token,
    ),
    "docebo": Platform(
        "docebo",
        {},
        f"lanyard:{SECRET}",
        "st-anna.docebosaas.test",
        "297",
        str,
        docebo_body,
        basic,
        batches=True,
        signs=False,
    ),
    "thinkific": Platform("thinkific", {}, SECRET, "59", "25", str, thinkific_body, thinkific_headers),
    "cornerstone": Platform(
        "cornerstone",
        {"auth_options": {"headers": ["X-Lanyard-Key"]}},
        SECRET,
        "stanna",
        TRAINING,
        USER.format,
        cornerstone_body,
        own_header,
        batches=True,
        signs=False,
    ),
}
