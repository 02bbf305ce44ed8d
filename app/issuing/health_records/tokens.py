"""Access tokens: for a proof that was not shown before, with the scopes that the system may have, for five minutes."""

from __future__ import annotations

import hashlib
import re
import secrets as random_secrets
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app import clock
from app.credentials.client_assertions import Assertion
from app.db import claim
from app.errors import NotAuthenticated
from app.issuing.health_records.tables import RecordAssertion, RecordClient, RecordToken

PREFIX = "lrt_"
GOOD_FOR_SECONDS = 300
LETTERS = "rs"  # read and search, of SMART's `cruds`
_SCOPE = re.compile(r"system/(\*|[A-Za-z]{1,40})\.(?:(read)|(c?r?u?d?s?))")
_LONGEST = 1_000


def granted(client: RecordClient, asked: str) -> tuple[str, ...]:
    """What of the scopes that are asked for the system may have, in the form of SMART 2; nothing = none of them."""
    found: dict[str, set[str]] = {}
    for scope in asked[:_LONGEST].split():
        match = _SCOPE.fullmatch(scope)
        if match is None:
            continue
        letters = set(LETTERS) if match[2] else set(match[3]) & set(LETTERS)
        for each in client.types.split():
            if match[1] in ("*", each) and letters:
                found.setdefault(each, set()).update(letters)
    return tuple(f"system/{each}.{''.join(sorted(letters))}" for each, letters in found.items())


def grants_of(scopes: str) -> frozenset[tuple[str, str]]:
    """The same as pairs of a type and a letter."""
    pairs = (each.removeprefix("system/").split(".") for each in scopes.split())
    return frozenset((resource_type, letter) for resource_type, letters in pairs for letter in letters)


def use_up(session: Session, client: RecordClient, proof: Assertion) -> bool:
    """Whether the proof is shown for the first time; it is good for nothing from now on."""
    digest = hashlib.sha256(proof.jti.encode("utf-8", "surrogatepass")).hexdigest()
    facts = {"client_id": client.id, "jti_sha256": digest, "expires_at": proof.expires_at}
    return claim(session, RecordAssertion, **facts) is not None


def issue(session: Session, client: RecordClient, scopes: tuple[str, ...]) -> str:
    """A token; told once."""
    now = clock.now()
    text = PREFIX + random_secrets.token_urlsafe(32)
    session.add(
        RecordToken(
            token_sha256=_digest(text),
            client_id=client.id,
            scopes=" ".join(scopes),
            created_at=now,
            expires_at=now + timedelta(seconds=GOOD_FOR_SECONDS),
        )
    )
    client.last_used_at = now
    return text


def authenticate(session: Session, text: str, *, issuer_id: str) -> tuple[RecordClient, RecordToken]:
    """Whose token this is. Raises NotAuthenticated, the same for every reason."""
    token = session.get(RecordToken, _digest(text))
    client = session.get(RecordClient, token.client_id) if token is not None else None
    is_good = token is not None and token.expires_at > clock.now()
    if token is None or client is None or not is_good or client.ended_at is not None or client.issuer_id != issuer_id:
        raise NotAuthenticated("The access token is not good any more; ask for another")
    return client, token


def forget_old(session: Session) -> int:
    """Delete the tokens and proofs that have ended; how many there were."""
    now, count = clock.now(), 0
    for model, key in ((RecordToken, RecordToken.client_id), (RecordAssertion, RecordAssertion.client_id)):
        # A proof is kept a little longer than it is good, since clocks differ.
        ended = delete(model).where(model.expires_at < now - timedelta(minutes=5))
        count += len(session.scalars(ended.returning(key)).all())
    return count


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
