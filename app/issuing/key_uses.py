"""What signing keys were used for: how many badges each signed, and how many rest on it now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.issuing import key_compromise
from app.issuing.awards import Award, Credential
from app.issuing.issuers import Issuer
from app.issuing.signing_keys import KeyState, SigningKey

MOST_COUNTED = 20_000  # badges of an issuer; beyond, a page would wait for the count


@dataclass(frozen=True, slots=True)
class Progress:
    """How far signing anew came: of `total` living badges that rested on a revoked key, `done` do so no more."""

    done: int
    total: int

    @property
    def left(self) -> int:
        """How many wait."""
        return self.total - self.done


def signed_by_key(session: Session, issuer: Issuer) -> dict[str, int] | None:
    """How many documents each key of an issuer signed, by kid; None where counting would take long."""
    some = select(Award.id).where(Award.issuer_id == issuer.id).limit(MOST_COUNTED + 1).subquery()
    if (session.scalar(select(func.count()).select_from(some)) or 0) > MOST_COUNTED:
        return None
    counts: dict[str, int] = {}
    for column in (Credential.embedded_kid, Credential.token_kid):
        query = select(column, func.count()).join(Award, Award.id == Credential.award_id)
        rows = session.execute(query.where(Award.issuer_id == issuer.id).group_by(column))
        counts |= {str(kid): number for kid, number in rows}
    return counts


def resting_on(session: Session, issuer: Issuer, kids: Collection[str]) -> int:
    """How many living badges rest on these keys: so many would have to be signed anew."""
    newest = (Credential.award_id == Award.id) & (Credential.revision == Award.revision)
    query = select(func.count()).select_from(Award).join(Credential, newest)
    on_them = or_(Credential.embedded_kid.in_(kids), Credential.token_kid.in_(kids))
    found = session.scalar(query.where(Award.issuer_id == issuer.id, Award.state.in_(key_compromise.LIVING), on_them))
    return found or 0


def progress(session: Session, issuer: Issuer) -> Progress | None:
    """How far signing anew came; None when no revoked key waits for it."""
    if issuer.id not in key_compromise.open_cases(session):
        return None
    revoked = select(SigningKey.kid).where(SigningKey.issuer_id == issuer.id, SigningKey.state == KeyState.REVOKED)
    touched = or_(Credential.embedded_kid.in_(revoked), Credential.token_kid.in_(revoked))
    query = select(func.count(Award.id.distinct())).join(Credential, Credential.award_id == Award.id)
    living = Award.issuer_id == issuer.id, Award.state.in_(key_compromise.LIVING), touched
    total = session.scalar(query.where(*living)) or 0
    return Progress(total - key_compromise.left(session, issuer.id), total)
