"""Health-record systems that are connected: who they are, with which keys they prove it, and what they may read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.credentials import client_assertions
from app.errors import InvalidInput, NotFound
from app.issuing import audit
from app.issuing.health_records.tables import RecordClient
from app.issuing.health_records.telling import View
from app.issuing.issuers import Issuer
from app.lms.jwt_body import jwks_url_problems
from app.projections.fhir.definitions import TYPES

PATIENT_TYPES = ("Practitioner", "Organization")
LONGEST_NAME = 200


def types_for(view: View) -> tuple[str, ...]:
    """What there is to read in a view."""
    return TYPES if view is View.FULL else PATIENT_TYPES


def connect(
    session: Session,
    issuer: Issuer,
    *,
    name: str,
    view: View,
    types: Iterable[str] = (),
    jwks: Mapping[str, Any] | None = None,
    jwks_url: str | None = None,
    actor: str,
) -> RecordClient:
    """Let a system read. Its keys are stated, or fetched from where it publishes them. No `types` = all of the view.

    Raises InvalidInput.
    """
    wanted = tuple(dict.fromkeys(types)) or types_for(view)
    named = " ".join(name.split())
    if not named or len(named) > LONGEST_NAME or not named.isprintable():
        raise InvalidInput(f"A name has 1 to {LONGEST_NAME} characters", pointer="/name")
    if unknown := sorted(set(wanted) - set(types_for(view))):
        raise InvalidInput(f"{unknown[0]} is not there to be read in this view", pointer="/types")
    if (jwks is None) == (jwks_url is None):
        raise InvalidInput("Give the address of the system's keys, or the keys, and not both", pointer="/jwks_url")
    if jwks_url is not None and (problems := jwks_url_problems(jwks_url)):
        raise InvalidInput(problems[0].replace("`jwks_url`", "The address of the keys"), pointer="/jwks_url")
    keys = None if jwks is None else client_assertions.usable_keys(jwks)
    if jwks is not None and keys is None:
        raise InvalidInput(
            "There is no public RSA or P-384 key with a `kid` in this key set that may check RS384 or ES384: what a "
            "key says of its `alg` has to be one of these",
            pointer="/jwks",
        )
    made = RecordClient(
        id=clock.new_id(),
        issuer_id=issuer.id,
        name=named,
        types=" ".join(wanted),
        view=view,
        jwks=keys,
        jwks_url=jwks_url,
        created_at=clock.now(),
    )
    session.add(made)
    session.flush()
    audit.record(
        session, issuer.id, actor=actor, action="record-client.connected", object_id=made.id, view=view, types=wanted
    )
    return made


def end(session: Session, issuer: Issuer, client_id: str, *, actor: str) -> None:
    """Let a system read no more, at once. Raises NotFound."""
    found = by_id(session, client_id, issuer=issuer)
    if found.ended_at is None:
        found.ended_at = clock.now()
        audit.record(session, issuer.id, actor=actor, action="record-client.ended", object_id=found.id)


def by_id(session: Session, client_id: str, *, issuer: Issuer) -> RecordClient:
    """The issuer's system with this id. Raises NotFound."""
    found = session.get(RecordClient, client_id)
    if found is None or found.issuer_id != issuer.id:
        raise NotFound("There is no such system")
    return found


def of_issuer(session: Session, issuer: Issuer) -> list[RecordClient]:
    """The issuer's systems, newest first."""
    query = select(RecordClient).where(RecordClient.issuer_id == issuer.id)
    return list(session.scalars(query.order_by(RecordClient.created_at.desc(), RecordClient.id)))
