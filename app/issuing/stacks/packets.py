"""Survey-ready packets: who of a unit holds what on a day, with evidence and assessor, signed as a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.credentials import covering, pdf
from app.errors import TooLarge
from app.issuing import actors, audit, endorsements
from app.issuing.achievements import AchievementVersion
from app.issuing.actors import Actor
from app.issuing.approvals import Approval
from app.issuing.audit import AuditEntry
from app.issuing.awards import Award
from app.issuing.endorsements import Statement
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.office import Office
from app.issuing.pathways import worlds
from app.issuing.stacks import readiness
from app.issuing.stacks.readiness import Entry, UnitReadiness
from app.projections.typesetting import ROOM

ISSUED = "award.issued"


@dataclass(frozen=True, slots=True)
class PacketLine:
    """One person and one mandatory credential with what it rests on. None and () = nothing, or nothing is known.

    `assessor` decided it: who approved it, else who or what awarded it. `evidence` are addresses, or texts.
    """

    entry: Entry
    name: str | None
    label: str
    award_id: str | None = None
    version: int | None = None
    assessor: Actor | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Packet:
    """A unit on a day."""

    unit: UnitReadiness
    as_of: date
    lines: tuple[PacketLine, ...]


def gather(session: Session, issuer: Issuer, slug: str, as_of: date) -> Packet:
    """Everything that a packet shows. Five queries, however many people there are. Raises NotFound."""
    unit, found = readiness.entries(session, issuer, slug, as_of)
    world = worlds.of(session, issuer.id).world
    awards = _awards(session, [each.holding_id for each in found if each.holding_id is not None])
    names = dict(session.execute(select(Learner.id, Learner.display_name).where(Learner.id.in_(unit.people))).all())
    numbers = _numbers(session, [each.version_id for each in awards.values()])
    who = _assessors(session, awards)
    lines = []
    for entry in found:
        award = awards.get(entry.holding_id or "")
        about = (entry, names.get(entry.learner_id), world.label(entry.credential))
        lines.append(
            PacketLine(*about)
            if award is None
            else PacketLine(
                *about, award.id, numbers.get(award.version_id), who.get(award.id), tuple(_evidence(award.evidence))
            )
        )
    return Packet(unit, as_of, tuple(lines))


def sign(
    session: Session, office: Office, issuer: Issuer, packet: Packet, *, file: bytes, offset: int, actor: str
) -> bytes:
    """The file with the issuer's signed word in the room that was left for it.

    The word is an endorsement like any other, with an address, and can be withdrawn; it says counts and no names.
    Raises TooLarge for a file that the verify page would not read.
    """
    if len(file) > pdf.MAX_BYTES:
        raise TooLarge(
            "This packet is larger than can be checked, so it was not signed: divide the unit, or take the workbook",
            limit_bytes=pdf.MAX_BYTES,
        )
    about = covering.name_of(file, offset=offset, length=ROOM)
    made = endorsements.standing_about(session, issuer, about)
    if made is None:
        made = endorsements.endorse(session, office, issuer, Statement(about, _said(packet)), actor=actor)
        facts = {"as_of": packet.as_of.isoformat(), "endorsement_id": made.id}
        audit.record(session, issuer.id, actor=actor, action="packet.signed", object_id=packet.unit.slug, **facts)
    return covering.filled(file, made.json, offset=offset, length=ROOM)


def _said(packet: Packet) -> str:
    unit = packet.unit
    lines = [f"Survey packet of {unit.name} on {packet.as_of.isoformat()}: {len(unit.people)} people."]
    lines += [
        f"{each.credential}: {len(each.current)} of {each.people} current, target {each.target_percent} %."
        for each in unit.mandatory
    ]
    return "\n\n".join(lines)


def _awards(session: Session, ids: Sequence[str]) -> Mapping[str, Award]:
    return {each.id: each for each in session.scalars(select(Award).where(Award.id.in_(ids)))}


def _numbers(session: Session, ids: Iterable[str]) -> Mapping[str, int]:
    query = select(AchievementVersion.id, AchievementVersion.number).where(AchievementVersion.id.in_(set(ids)))
    return dict(session.execute(query).all())


def _assessors(session: Session, awards: Mapping[str, Award]) -> Mapping[str, Actor]:
    """Award -> who approved it, else who or what awarded it."""
    logged = select(AuditEntry.object_id, AuditEntry.actor).where(
        AuditEntry.object_id.in_(awards), AuditEntry.action == ISSUED
    )
    by: dict[str, str] = dict(session.execute(logged).all())
    approved = select(Approval.award_id, Approval.decided_by).where(
        Approval.award_id.in_(awards), Approval.decided_by.is_not(None)
    )
    by |= {str(award): str(actor) for award, actor in session.execute(approved)}
    known = actors.named(session, by.values())
    return {award: known[actor] for award, actor in by.items() if actor in known}


def _evidence(stored: Iterable[Mapping[str, str]]) -> Iterable[str]:
    for each in stored:
        said = each.get("id") or each.get("name") or each.get("narrative")
        if said:
            yield said
