"""After a key was revoked: every living badge that rests on it is signed anew, a slice at a time.

Nothing is written down of how far this came. What is left is what the rows say: awards whose newest revision names a
revoked key. So it may be stopped, killed, begun again and done by several at once, and an award is done once.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from app import clock
from app.errors import AlreadyRevoked, AlreadySuperseded
from app.issuing import audit, award_status, issuers
from app.issuing.awards import Award, AwardState, Credential
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.issuing.signing_keys import KeyState, SigningKey

LIVING = (AwardState.ISSUED, AwardState.SUSPENDED)


def open_cases(session: Session) -> list[str]:
    """The ids of issuers with revoked keys of which nobody has made sure yet that no living badge rests on them."""
    query = select(SigningKey.issuer_id).where(SigningKey.state == KeyState.REVOKED, SigningKey.reissued_at.is_(None))
    return list(session.scalars(query.distinct().order_by(SigningKey.issuer_id)))


def left(session: Session, issuer_id: str) -> int:
    """How many living awards of the issuer wait to be signed anew."""
    return session.scalars(_affected(issuer_id).with_only_columns(func.count())).one()


def next_slice(session: Session, issuer_id: str, *, after: str, limit: int) -> Sequence[str]:
    """Ids of up to `limit` awards that wait, oldest first, behind the award `after` ("" = from the beginning)."""
    # In the order of the index over an issuer's awards: in any other, each slice would sort all that is left.
    query = _affected(issuer_id).order_by(Award.created_at, Award.id).limit(limit)
    last = session.get(Award, after) if after else None
    if last is not None:
        place = tuple_(literal(last.created_at, Award.created_at.type), literal(last.id))
        query = query.where(tuple_(Award.created_at, Award.id) > place)
    return session.scalars(query).all()


def reissue(session: Session, office: Office, issuer_id: str, award_ids: Sequence[str], *, actor: str) -> int:
    """Sign those of these awards anew that still wait: same id and award date, later `validFrom`; how many there were.

    Raises what signing raises; then none of them is signed.
    """
    issuers.take_turn(session, issuer_id)  # from here on nobody else signs for this issuer
    waiting = _affected(issuer_id).with_only_columns(Award).where(Award.id.in_(award_ids)).order_by(Award.id)
    count = 0
    for award in session.scalars(waiting.execution_options(populate_existing=True)).all():
        try:
            award_status.reissue(session, office, award, actor=actor)
            count += 1
        except (AlreadyRevoked, AlreadySuperseded):  # pragma: no cover - the turn keeps them from ending meanwhile
            continue
    return count


def close_case(session: Session, issuer_id: str, *, actor: str) -> bool:
    """Note of the issuer's revoked keys that no living badge rests on them; False when one still does."""
    issuers.take_turn(session, issuer_id)
    if left(session, issuer_id):
        return False
    query = select(SigningKey).where(
        SigningKey.issuer_id == issuer_id, SigningKey.state == KeyState.REVOKED, SigningKey.reissued_at.is_(None)
    )
    for key in session.scalars(query.order_by(SigningKey.kid)).all():
        key.reissued_at = clock.now()
        audit.record(session, issuer_id, actor=actor, action="key.badges-reissued", object_id=key.kid)
    session.flush()
    return True


def waiting_by_issuer(session: Session) -> list[tuple[Issuer, int]]:
    """The issuers of open cases, each with the number of awards that wait."""
    return [(issuers.by_id(session, issuer_id), left(session, issuer_id)) for issuer_id in open_cases(session)]


def _affected(issuer_id: str) -> Select[str]:
    """The living awards whose newest revision was signed with a revoked key, in either form."""
    revoked = select(SigningKey.kid).where(SigningKey.issuer_id == issuer_id, SigningKey.state == KeyState.REVOKED)
    newest = (Credential.award_id == Award.id) & (Credential.revision == Award.revision)
    return (
        select(Award.id)
        .select_from(Award)
        .join(Credential, newest)
        .where(
            Award.issuer_id == issuer_id,
            Award.state.in_(LIVING),
            or_(Credential.embedded_kid.in_(revoked), Credential.token_kid.in_(revoked)),
        )
    )
