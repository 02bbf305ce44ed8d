"""Canvas's side: a source that trusts a key of ours, and events signed before anything is measured."""

from __future__ import annotations

import base64
import json
from collections import deque
from itertools import count

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy import select

from app.issuing import issuers, rules, sources
from app.issuing.achievements import Achievement
from bench.academy import ACTOR, Academy

ACCOUNT = "7f3a0c51-bench"
COURSE = "565"
KID = "bench-1"
_NUMBERS = count(1)


class Canvas:
    """A Canvas account: its key, and the events that it signs. All subjects of a run get the same ones."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._header = _segment({"alg": "RS256", "kid": KID, "typ": "JWT"})

    def connect(self, academy: Academy) -> str:
        """The id of a source in the academy that takes this account's events and may cause its achievement."""
        numbers = self._key.public_key().public_numbers()
        jwk = {"kty": "RSA", "kid": KID, "alg": "RS256", "n": _integer(numbers.n), "e": _integer(numbers.e)}
        settings = {"root_account_uuid": ACCOUNT, "jwks": {"keys": [jwk]}}
        with academy.service.database.write() as session:
            issuer = issuers.by_slug(session, academy.issuer_slug)
            made = sources.create(
                session,
                academy.service.office,
                issuer,
                name="Canvas",
                source_type="canvas",
                settings=settings,
                actor=ACTOR,
            )
            achievement = session.scalars(select(Achievement)).one()
            sources.allow(session, made.source, achievement, actor=ACTOR)
            rules.create(session, made.source, activity_id=COURSE, achievement=achievement, actor=ACTOR)
        return made.source.id

    def sign(self, number: int) -> deque[bytes]:
        """So many `course_completed` events, each of a person never seen before, as request bodies."""
        return deque(self._signed(next(_NUMBERS)) for _ in range(number))

    def _signed(self, number: int) -> bytes:
        content = self._header + b"." + _segment(_event(number))
        return content + b"." + _base64url(self._key.sign(content, PKCS1v15(), SHA256()))


def _event(number: int) -> dict[str, object]:
    return {
        "metadata": {
            "event_name": "course_completed",
            "event_time": "2026-03-02T10:15:26.615Z",
            "root_account_uuid": ACCOUNT,
            "root_account_id": "21070000000000001",
        },
        "body": {
            "course": {"id": COURSE, "name": "Phlebotomy", "sis_source_id": "PHLB.2026"},
            "progress": {
                "completed_at": "2026-03-02T10:15:00.218Z",
                "requirement_count": 6,
                "requirement_completed_count": 6,
            },
            "user": {"id": str(number), "email": f"person-{number}@hospital.example", "name": "Ana Ortiz"},
        },
    }


def _segment(value: object) -> bytes:
    return _base64url(json.dumps(value).encode())


def _integer(number: int) -> str:
    return _base64url(number.to_bytes((number.bit_length() + 7) // 8)).decode()


def _base64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
