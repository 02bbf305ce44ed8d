"""What a stack was built on, and which stacks rest on a badge, as far as whoever looks at the page may know it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.days import day_in
from app.issuing import issuers, pathways
from app.issuing.awards import Award, AwardState, Visibility
from app.issuing.definitions import Definition, facts_of
from app.issuing.definitions.kinds import RecognisedFacts
from app.issuing.holding import shelf
from app.issuing.holding.shelf import Held
from app.issuing.office import Office
from app.issuing.pathways import PathwayRow, worlds
from app.issuing.stacks import Recognition, RecognitionState, StackAward, StackComponent, related
from app.web import states, tongues, words
from app.web.languages import gettext as _
from app.web.states import State, Tone


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a stack rests on. `path` None = it has no page that whoever looks may see."""

    name: str
    abbreviation: str
    path: str | None
    state: State
    note: str  # who issued it, of a credential of somebody else's
    language: str | None = None  # of the name, where it is there in several


@dataclass(frozen=True, slots=True)
class InheritedSkill:
    """A skill that a stack has from what it rests on, with the day on which it was shown."""

    name: str
    level: int
    shown_on: date


@dataclass(frozen=True, slots=True)
class BuiltView:
    """What a stack rests on, by which pathway and version it was awarded. `unnamed`: how many parts are not shown."""

    pathway: str
    pathway_path: str
    version: int
    step: str
    parts: tuple[Part, ...]
    unnamed: int
    skills: tuple[InheritedSkill, ...]


@dataclass(frozen=True, slots=True)
class Resting:
    """A stack of the same holder that rests on a badge. `path` None = only who has its link is to find it."""

    name: str
    abbreviation: str
    path: str | None
    language: str | None = None  # of the name, where it is there in several


def built_view(session: Session, office: Office, award: Award, *, now: datetime) -> BuiltView | None:
    """What a stack rests on now; None for what is no stack of a pathway.

    A badge that only its holder sees is named, without a link, if the signed stack names it as its evidence. Where the
    holder shows no evidence, nothing is named, and all is only counted.
    """
    stack = session.get(StackAward, award.id)
    if stack is None:
        return None
    row = session.get_one(PathwayRow, stack.pathway_id)
    facts = pathways.parse(pathways.version_of(session, row, stack.version).facts)
    bound = select(StackComponent).where(StackComponent.award_id == award.id, StackComponent.unbound_at.is_(None))
    components = session.scalars(bound.order_by(StackComponent.bound_at, StackComponent.holding_id)).all()
    held = shelf.of_ids(session, [each.holding_id for each in components if each.is_award])
    parts = tuple(_parts(session, office, award, components, held, now=now)) if award.results_shown else ()
    return BuiltView(
        pathway=facts.name,
        pathway_path=f"/pathways/{row.id}/v{stack.version}",
        version=stack.version,
        step=next((node.name for node in facts.nodes if node.id == stack.node), stack.node),
        parts=parts,
        unnamed=len(components) - len(parts),
        skills=_skills(session, stack, held),
    )


def resting_on(session: Session, award: Award) -> tuple[Resting, ...]:
    """The stacks that rest on a badge and count, newest first, without those that only the holder sees.

    The address of an unlisted one is not given away by the page of another badge.
    """
    counting = [each for each in related.stacks_on(session, award.id) if each.state == AwardState.ISSUED]
    found = [each.id for each in counting if is_open(each)]
    held = shelf.of_ids(session, found) if found else {}
    return tuple(
        Resting(
            told.name,
            each.facts.abbreviation,
            f"/b/{each.award.id}" if each.award.visibility == Visibility.PUBLIC else None,
            told.language if each.facts.translations else None,
        )
        for each in (held[id_] for id_ in found if id_ in held)
        if (told := tongues.told(each.facts))
    )


def is_open(award: Award) -> bool:
    """Whether whoever has the link may see a badge."""
    return award.visibility != Visibility.PRIVATE and award.state != AwardState.PENDING and award.erased_at is None


def _parts(
    session: Session,
    office: Office,
    award: Award,
    components: Sequence[StackComponent],
    held: Mapping[str, Held],
    *,
    now: datetime,
) -> Iterator[Part]:
    named = {str(item.get("id") or item.get("name")) for item in award.evidence}
    for each in held.values():
        names = office.names_of(office.addresses.badge(each.award.id))
        if is_open(each.award) or not named.isdisjoint(names):
            yield _part(each, now=now)
    for component in components:
        if not component.is_award:
            part = _recognised(
                session, component.holding_id, today=day_in(now, issuers.zone_of(session, award.issuer_id))
            )
            if f"{part.name} ({part.abbreviation})" in named:
                yield part


def _part(held: Held, *, now: datetime) -> Part:
    signature = held.signature
    standing = states.Standing(
        held.issuer.name,
        signature.valid_from if signature else held.award.awarded_at,
        signature.keys if signature else (),
        newer_url=None,
        zone=held.issuer.zone,
    )
    told = tongues.told(held.facts)
    return Part(
        name=told.name,
        abbreviation=held.facts.abbreviation,
        path=f"/b/{held.award.id}" if is_open(held.award) else None,
        state=states.of_award(held.award, standing, now=now),
        note="",
        language=told.language if held.facts.translations else None,
    )


def _recognised(session: Session, recognition_id: str, *, today: date) -> Part:
    recognition = session.get_one(Recognition, recognition_id)
    facts = facts_of(session.get_one(Definition, recognition.definition_id))
    assert isinstance(facts, RecognisedFacts)  # noqa: S101 - what recognitions name
    issued = words.day_of(recognition.issued_on)
    return Part(
        name=facts.name,
        abbreviation=facts.abbreviation,
        path=None,
        state=_state_of(recognition, today=today),
        note=_("issued by %(issuer)s on %(day)s, and verified", issuer=facts.issued_by, day=issued),
    )


def _state_of(recognition: Recognition, *, today: date) -> State:
    end = recognition.valid_until
    if recognition.state != RecognitionState.ACTIVE:
        return State(Tone.STOPPED, _("Does not count any more"), "", is_over=True)
    if end is not None and end < today:
        return State(Tone.ENDED, _("Ended on %(date)s", date=words.day_of(end)), "", is_over=True)
    good = _("Good, no end date") if end is None else _("Good until %(date)s", date=words.day_of(end))
    return State(Tone.GOOD, good, "")


def _skills(session: Session, stack: StackAward, held: Mapping[str, Held]) -> tuple[InheritedSkill, ...]:
    """The best proof of each skill. One that the issuer has not defined is called as the parts call it."""
    names = {each.url: each.name for part in held.values() for each in part.facts.skills}
    names |= {slug: each.name for slug, each in worlds.of(session, stack.issuer_id).world.skills.items()}
    best: dict[str, InheritedSkill] = {}
    for skill, level, on in stack.proofs:
        if skill not in best or level > best[skill].level:
            best[skill] = InheritedSkill(names.get(skill, skill), level, date.fromisoformat(on))
    return tuple(sorted(best.values(), key=lambda each: (-each.level, each.name)))
