"""Changes and their answers: one transaction each, and a POST with an Idempotency-Key only once, however often sent.

The first answer is stored in the transaction of the change, sealed (it may hold a secret or a person's words), and
sent again byte for byte. A request that failed stored nothing, and may be sent again.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from app.db import is_retryable
from app.issuing import access
from app.issuing.issuers import Issuer
from app.service import Service
from app.web.api.authentication import Caller
from app.web.deps import RawBody, TheService

JSON = "application/json"
TRIES = 4  # PostgreSQL may choose a transaction as a deadlock's victim; the same one once more succeeds

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,255}$",
        description="a text of your choice, for example a UUID: the same request with it again gets the first answer",
    ),
]


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and what is said with it: nothing for 204, else a `content`, or a `file` of the route's own type."""

    status: int
    content: BaseModel | None = None
    file: bytes | None = None

    def body(self) -> bytes:
        """The bytes that are sent, and kept."""
        if self.file is not None:
            return self.file
        return b"" if self.content is None else self.content.model_dump_json().encode()


Work = Callable[[Session, Issuer], Answer]


def change(service: Service, who: Caller, work: Work) -> Response:
    """Do the work in one transaction, for the caller's issuer, and answer after its commit."""
    return _respond(*_in_one_transaction(service, lambda session: _outcome(work(session, who.issuer(session)))))


@dataclass(frozen=True, slots=True)
class Post:
    """A POST as it came: its Idempotency-Key, if any, and a fingerprint of everything it says."""

    service: Service
    key: str | None
    fingerprint: str

    def answer(self, who: Caller, work: Work, *, media_type: str = JSON) -> Response:
        """Do the work once. Raises IdempotencyConflict when the key was used for another request."""
        is_file = media_type != JSON
        outcome = _in_one_transaction(self.service, lambda session: self._once(session, who, work, is_file=is_file))
        return _respond(*outcome, media_type=media_type)

    def _once(self, session: Session, who: Caller, work: Work, *, is_file: bool) -> tuple[int, bytes]:
        if self.key is None:
            return _outcome(work(session, who.issuer(session)))
        sealer, place = self.service.office.sealer, f"answer:{who.key_id}:{self.key}"
        first = access.begin(session, who.key_id, self.key, self.fingerprint)
        if first is not None:
            kept = sealer.unseal((first.body or b"").decode(), place=place)
            return first.status or 500, b64decode(kept) if is_file else kept.encode()
        status, body = _outcome(work(session, who.issuer(session)))
        sealed = sealer.seal(b64encode(body).decode() if is_file else body.decode(), place=place).encode()
        access.finish(session, who.key_id, self.key, status=status, body=sealed)
        return status, body


def posted(request: Request, body: RawBody, service: TheService, idempotency_key: IdempotencyKey = None) -> Post:
    """The request as a dependency of every POST."""
    said = f"{request.method} {request.url.path}?{request.url.query}\n".encode() + body
    return Post(service, idempotency_key, hashlib.sha256(said).hexdigest())


Posted = Annotated[Post, Depends(posted)]


def _in_one_transaction(service: Service, work: Callable[[Session], tuple[int, bytes]]) -> tuple[int, bytes]:
    for attempt in range(1, TRIES + 1):
        try:
            with service.database.write() as session:
                return work(session)
        except Exception as error:
            if attempt == TRIES or not is_retryable(error):
                raise
    raise AssertionError("unreachable")  # pragma: no cover


def _outcome(answer: Answer) -> tuple[int, bytes]:
    return answer.status, answer.body()


def _respond(status: int, body: bytes, *, media_type: str = JSON) -> Response:
    return Response(body, status_code=status, media_type=media_type if body else None)
