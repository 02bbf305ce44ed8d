"""Evidence that holders add to their badges. It is theirs alone, and the page says so, until the issuer signs it."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.errors import AlreadyDecided, InvalidInput, NotFound
from app.issuing import audit, award_status, issuers
from app.issuing.awards import Award
from app.issuing.holding import choices
from app.issuing.holding.tables import EvidenceState, HolderEvidence
from app.issuing.issuers import Issuer
from app.issuing.office import Office

MOST = 20  # of one badge
LONGEST_TEXT = 5_000
LONGEST_URL = 2_000


def add(
    session: Session,
    award: Award,
    *,
    name: str,
    url: str | None,
    text: str | None,
    is_shown: bool,
    is_to_be_signed: bool,
    actor: str,
) -> HolderEvidence:
    """Add evidence to a badge. Raises InvalidInput for what says nothing, for no web address, and for too much."""
    check(name=name, url=url, text=text)
    session.refresh(award, with_for_update=True)
    if (session.scalar(select(func.count()).where(HolderEvidence.award_id == award.id)) or 0) >= MOST:
        raise InvalidInput(f"A badge takes at most {MOST} pieces of evidence; remove one first")
    made = HolderEvidence(
        id=clock.new_id(),
        award_id=award.id,
        name=name,
        url=url,
        text=text,
        is_shown=is_shown,
        state=EvidenceState.ASKED if is_to_be_signed and choices.is_living(award) else EvidenceState.OWN,
        created_at=clock.now(),
    )
    session.add(made)
    session.flush()
    _record(session, award, made, "award.evidence-added", actor)
    return made


def check(*, name: str, url: str | None, text: str | None) -> None:
    """Raise InvalidInput unless this says something, and where it says it is a web address."""
    if not name:
        raise InvalidInput("Say in a few words what this is", pointer="/name")
    if url is not None and (not url.startswith(("https://", "http://")) or any(c.isspace() for c in url)):
        raise InvalidInput("An address begins with https:// and holds no blanks", pointer="/url")
    if url is None and text is None:
        raise InvalidInput("Give an address, a text, or both", pointer="/url")


def show(session: Session, award: Award, evidence_id: str, *, is_shown: bool, actor: str) -> None:
    """Show it on the badge's page, or no more. Raises NotFound."""
    found = _mine(session, award, evidence_id)
    if found.is_shown != is_shown:
        found.is_shown = is_shown
        _record(session, award, found, "award.evidence-shown" if is_shown else "award.evidence-hidden", actor)


def remove(session: Session, office: Office, award: Award, evidence_id: str, *, actor: str) -> None:
    """Take it away for good. Where the issuer signed it, the badge is signed anew without it. Raises NotFound."""
    issuers.take_turn(session, award.issuer_id)
    session.refresh(award, with_for_update=True)
    found = _mine(session, award, evidence_id)
    was_signed = found.state == EvidenceState.SIGNED
    if was_signed:
        award.evidence = [each for each in award.evidence if each != _as_signed(found)]
    session.delete(found)
    session.flush()
    if was_signed and choices.is_living(award):
        award_status.reissue(session, office, award, actor=actor, evidence_removed=evidence_id)
    else:
        _record(session, award, found, "award.evidence-removed", actor)


def of_award(session: Session, award_id: str) -> list[HolderEvidence]:
    """Everything that the holder added to a badge, the first first."""
    query = select(HolderEvidence).where(HolderEvidence.award_id == award_id)
    return list(session.scalars(query.order_by(HolderEvidence.created_at, HolderEvidence.id)))


def shown(session: Session, award: Award) -> list[HolderEvidence]:
    """What the page shows beside the signed badge."""
    if not award.results_shown:
        return []
    found = of_award(session, award.id)
    return [each for each in found if each.is_shown and each.state != EvidenceState.SIGNED]


def waiting(session: Session, issuer: Issuer, *, limit: int = 100) -> list[tuple[HolderEvidence, Award]]:
    """What holders ask the issuer to sign, the oldest first."""
    query = (
        select(HolderEvidence, Award)
        .join(Award, Award.id == HolderEvidence.award_id)
        .where(Award.issuer_id == issuer.id, HolderEvidence.state == EvidenceState.ASKED)
        .order_by(HolderEvidence.created_at, HolderEvidence.id)
        .limit(limit)
    )
    return [(evidence, award) for evidence, award in session.execute(query)]


def sign(session: Session, office: Office, issuer: Issuer, evidence_id: str, *, actor: str) -> Award:
    """The issuer vouches for it: it becomes a part of the badge, which is signed anew. Raises as `_asked`."""
    issuers.take_turn(session, issuer.id)
    found, award = _asked(session, issuer, evidence_id)
    if not choices.is_living(award):
        raise AlreadyDecided("The badge does not count any more; nothing is added to it", state=award.state)
    found.state, found.decided_by, found.decided_at = EvidenceState.SIGNED, actor, clock.now()
    award.evidence = [*award.evidence, _as_signed(found)]
    award_status.reissue(session, office, award, actor=actor, evidence_signed=found.id)
    return award


def refuse(session: Session, issuer: Issuer, evidence_id: str, *, reason: str, actor: str) -> Award:
    """The issuer does not vouch for it; it stays the holder's own. Raises as `_asked`."""
    found, award = _asked(session, issuer, evidence_id)
    found.state, found.reason = EvidenceState.REFUSED, reason
    found.decided_by, found.decided_at = actor, clock.now()
    _record(session, award, found, "award.evidence-refused", actor)
    return award


def _asked(session: Session, issuer: Issuer, evidence_id: str) -> tuple[HolderEvidence, Award]:
    """Raises NotFound for another issuer's, and AlreadyDecided."""
    found = session.get(HolderEvidence, evidence_id)
    award = None if found is None else session.get_one(Award, found.award_id)
    if found is None or award is None or award.issuer_id != issuer.id:
        raise NotFound("There is no such evidence")
    session.refresh(award, with_for_update=True)
    session.refresh(found, with_for_update=True)
    if found.state != EvidenceState.ASKED:
        raise AlreadyDecided("This evidence does not wait for anybody any more", state=found.state)
    return found, award


def _mine(session: Session, award: Award, evidence_id: str) -> HolderEvidence:
    found = session.get(HolderEvidence, evidence_id)
    if found is None or found.award_id != award.id:
        raise NotFound("There is no such evidence")
    return found


def _as_signed(found: HolderEvidence) -> dict[str, str]:
    members = {"id": found.url, "name": found.name, "narrative": found.text}
    return {name: value for name, value in members.items() if value is not None}


def _record(session: Session, award: Award, found: HolderEvidence, action: str, actor: str) -> None:
    award_status.page_changed(session, award.id)
    audit.record(session, award.issuer_id, actor=actor, action=action, object_id=award.id, evidence_id=found.id)
