"""The holder's profile as programs read and write it (OB 3.0, `getProfile` and `putProfile`)."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.errors import InvalidInput
from app.issuing.accounts import people
from app.issuing.badge_connect.tables import ConnectProfile

MAX_BYTES = 65_536
_TEXTS = frozenset({
    "name", "url", "phone", "description", "official", "familyName", "givenName", "additionalName", "patronymicName",
    "honorificPrefix", "honorificSuffix", "familyNamePrefix", "dateOfBirth", "parentOrg",
})  # fmt: skip


def of_account(session: Session, account_id: str) -> dict[str, Any]:
    """The profile: what a program wrote last, and our own words where nobody did. The address is always ours."""
    account = people.by_id(session, account_id)
    confirmed = next((each for each in people.addresses_of(session, account_id) if each.confirmed_at), None)
    kept = session.get(ConnectProfile, account_id)
    document = dict(kept.document) if kept is not None else {}
    names = (each.display_name for each in people.learners_of(session, account_id) if each.display_name)
    name = document.get("name") or account.display_name or next(names, None)
    ours = {"id": f"urn:uuid:{_uuid(account_id)}", "type": ["Profile"]}
    told = {**document, **ours}
    if name is not None:
        told["name"] = name
    if confirmed is not None:
        told["email"] = confirmed.written
    return told


def put(session: Session, account_id: str, document: Any) -> dict[str, Any]:
    """Keep the profile that a program wrote, in the place of what was there; the whole, as it is told from now on.

    Raises InvalidInput for what is no Profile of OB 3.0. `id` and `email` are ours to say: what a program sends there
    is not kept, since nobody has shown that they read that address.
    """
    if not isinstance(document, dict):
        raise InvalidInput("A profile is an object", pointer="")
    types = document.get("type")
    if types not in ("Profile", None) and not (isinstance(types, list) and "Profile" in types):
        raise InvalidInput('The type of a profile is ["Profile"]', pointer="/type")
    for member in sorted(_TEXTS & set(document)):
        if member != "parentOrg" and not isinstance(document[member], str):
            raise InvalidInput(f"{member} is a text", pointer=f"/{member}")
    kept = {name: value for name, value in document.items() if name not in {"id", "type", "email"}}
    facts = {"document": kept, "changed_at": clock.now()}
    if claim(session, ConnectProfile, account_id=account_id, **facts) is None:
        found = session.get_one(ConnectProfile, account_id, with_for_update=True)
        found.document, found.changed_at = kept, clock.now()
    session.flush()
    return of_account(session, account_id)


def _uuid(account_id: str) -> str:
    """An account's id in the form of a random UUID: the same each time, and none of another account."""
    return str(uuid.UUID(bytes=hashlib.sha256(account_id.encode()).digest()[:16], version=4))
