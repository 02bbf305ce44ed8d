"""Putting people on a pathway, one or many at once, taking them off, and moving them to the newest version."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotPublished, ServiceError, WrongState
from app.issuing import definitions, groups, learners, people_search, stacks
from app.issuing.definitions import Kind
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner, LearnerGroup
from app.issuing.people_search import PeopleWanted
from app.issuing.stacks import Career, Enrolment, careers, enrolling, lists
from app.issuing.stacks import versions as stack_versions
from app.service import Service
from app.web.api.pathways import of_issuer
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import Refusal, go, refusal
from app.web.languages import gettext as _
from app.web.languages import ngettext
from app.web.signed_in import Awarder, Staff
from app.web.staff.pathways.page import Subject, at_pathway, subject
from app.web.staff.people import words as people_words

router = APIRouter()

MOST_FOUND = 30  # people of a search
MOST_AT_ONCE = 500  # people that one form puts on a pathway
IN_ONE_TRANSACTION = 25
MOST_TOLD = 20
LONGEST_SPONSOR = 200


@dataclass(slots=True)
class Done:
    """What putting people on a pathway came to. `refused`: the name, and why."""

    new: int = 0
    already: int = 0
    awarded: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Enrolling:
    """How people are put on a pathway, and what it came to so far."""

    service: Service
    staff: Staff
    pathway_id: str
    sponsor: str | None
    despite_entry: bool
    done: Done = field(default_factory=Done)

    def put(self, session: Session, learner_id: str) -> None:
        """Put one on it; a refusal is noted, and keeps nobody else away."""
        issuer = self.staff.issuer(session)
        learner = learners.by_id(session, issuer, learner_id)
        facts: dict[str, Any] = {"despite_entry": self.despite_entry, "sponsor": self.sponsor}
        try:
            with session.begin_nested():
                row = of_issuer(session, issuer, self.pathway_id)
                made = enrolling.enrol(session, self.service.office, learner, row, actor=self.staff.actor, **facts)
        except ServiceError as error:
            (line,) = people_search.lines(session, [learner])
            self.done.refused.append((people_words.name_of(line), f"{error.detail.rstrip('.')}."))
            return
        self.done.new += made.is_new
        self.done.already += not made.is_new
        self.done.awarded += len(made.settled.awarded)


@router.get("/{pathway_id}/enrol")
def ask_whom(staff: Awarder, request: Request, pathway_id: str, service: TheService, q: str = "") -> Response:
    """Whom to put on it: people who are looked for, a group, or a unit."""
    return _form(request, staff, service, pathway_id, text=q.replace("\x00", "")[:320].strip())


@router.post("/{pathway_id}/enrol")
def enrol(staff: Awarder, request: Request, pathway_id: str, form: Sent, service: TheService) -> Response:
    """Put those on it who were chosen. Who is on it already stays as they are; who may not begin is told."""
    try:
        sponsor = form.optional("sponsor", most=LONGEST_SPONSOR)
        with service.database.read() as session:
            issuer = staff.issuer(session)
            about = subject(session, staff, pathway_id)
            chosen, is_more = _chosen(session, issuer, form, about)
    except (InvalidInput, NotPublished) as error:
        return _form(request, staff, service, pathway_id, text=form.text("q", most=320), refused=refusal(error))
    at_work = _Enrolling(service, staff, pathway_id, sponsor, form.is_ticked("despite_entry"))
    for start in range(0, len(chosen), IN_ONE_TRANSACTION):
        with service.database.write() as session:
            for learner_id in chosen[start : start + IN_ONE_TRANSACTION]:
                at_work.put(session, learner_id)
    done = at_work.done
    root = f"{staff.root}/pathways/{about.row.id}"
    if not done.refused:
        return go(f"{root}/people", _said(done, is_more=is_more))
    return at_pathway(
        request, "enrolled.html", staff, about, tab="people", done=done, said_of_them=_said(done, is_more=is_more),
        told=done.refused[:MOST_TOLD],
    )  # fmt: skip


@router.post("/{pathway_id}/people/{learner_id}/leave")
def leave(staff: Awarder, pathway_id: str, learner_id: str, form: Sent, service: TheService) -> Response:
    """Take somebody off. What they were awarded on it stays."""
    del form
    with service.database.write() as session:
        row = of_issuer(session, staff.issuer(session), pathway_id)
        learner = learners.by_id(session, staff.issuer(session), learner_id)
        enrolling.leave(session, enrolling.one(session, learner, row), actor=staff.actor)
    sentence = _("They were taken off the pathway. What they were awarded on it stays.")
    return go(f"{staff.root}/pathways/{row.id}/people/{learner_id}", sentence)


@router.post("/{pathway_id}/people/{learner_id}/move")
def move(staff: Awarder, pathway_id: str, learner_id: str, form: Sent, service: TheService) -> Response:
    """Judge somebody by the newest version from now on, because they ask for it."""
    del form
    with service.database.write() as session:
        row = of_issuer(session, staff.issuer(session), pathway_id)
        learner = learners.by_id(session, staff.issuer(session), learner_id)
        found = enrolling.one(session, learner, row)
        if found.ended_at is not None:
            raise WrongState(_("They are not on this pathway any more"))
        before = found.version
        stack_versions.move_now(session, found, row, actor=staff.actor)
        done = stacks.settle_learner(session, service.office, learner)
    sentence = _("They are judged by version %(number)s from now on.", number=found.version)
    if found.version == before:
        sentence = _("They are on the newest version already.")
    if done.awarded:
        sentence += " " + ngettext("%(num)s stack was awarded.", "%(num)s stacks were awarded.", len(done.awarded))
    return go(f"{staff.root}/pathways/{row.id}/people/{learner_id}", sentence)


def _chosen(session: Session, issuer: Issuer, form: Form, about: Subject) -> tuple[list[str], bool]:
    """Ids of whom was chosen, so many as one form may put on it, and whether there are more who are not on it yet."""
    if not about.is_published:
        raise NotPublished(_("People can come onto it once it is published"))
    found = _queries(session, issuer, form)
    if not found:
        raise InvalidInput(_("Choose somebody, a group or a unit"), pointer="/person")
    on_it = select(Enrolment.learner_id).where(Enrolment.pathway_id == about.row.id, Enrolment.ended_at.is_(None))
    ids: dict[str, None] = {}
    for query in found:
        ids |= dict.fromkeys(session.scalars(query.where(Learner.id.not_in(on_it)).limit(MOST_AT_ONCE + 1)))
    if not ids:  # all of them are on it already: those are told, too
        ids = dict.fromkeys(each for query in found for each in session.scalars(query.limit(MOST_AT_ONCE)))
    if not ids:
        raise InvalidInput(_("Nobody is there whom it could be"), pointer="/person")
    return list(ids)[:MOST_AT_ONCE], len(ids) > MOST_AT_ONCE


def _queries(session: Session, issuer: Issuer, form: Form) -> list[Select[str]]:
    """Queries for the ids of everybody whom the form names."""
    living = people_search.query(issuer.id, PeopleWanted()).with_only_columns(Learner.id).order_by(Learner.id)
    found: list[Select[str]] = []
    if people := [each[:80].replace("\x00", "") for each in form.many("person")][:MOST_AT_ONCE]:
        found.append(living.where(Learner.id.in_(people)))
    if group := form.text("group", most=groups.LONGEST):
        in_group = select(LearnerGroup.learner_id).where(
            LearnerGroup.issuer_id == issuer.id, LearnerGroup.name == group
        )
        found.append(living.where(Learner.id.in_(in_group)))
    if unit := form.text("unit", most=80):
        place = definitions.by_slug(session, issuer, Kind.UNIT, unit)
        found.append(living.where(Learner.id.in_(select(Career.learner_id).where(Career.unit_id == place.id))))
    return found


def _said(done: Done, *, is_more: bool) -> str:
    said = [ngettext("%(num)s person was put on it.", "%(num)s people were put on it.", done.new)]
    if done.already:
        said.append(ngettext("%(num)s was on it already.", "%(num)s were on it already.", done.already))
    if done.awarded:
        said.append(
            ngettext(
                "%(num)s stack was complete already and is awarded.",
                "%(num)s stacks were complete already and are awarded.",
                done.awarded,
            )
        )
    if is_more:
        said.append(_("There are more of them: send the form once more for the rest."))
    return " ".join(said)


def _form(
    request: Request,
    staff: Staff,
    service: Service,
    pathway_id: str,
    *,
    text: str,
    refused: Refusal | None = None,
) -> Response:
    with service.database.read() as session:
        about = subject(session, staff, pathway_id)
        found = people_search.query(staff.issuer_id, PeopleWanted(text=text)) if text else None
        rows = (
            session.scalars(found.order_by(Learner.display_name, Learner.id).limit(MOST_FOUND + 1)).all()
            if found is not None
            else []
        )
        people = people_search.lines(session, rows[:MOST_FOUND])
        on_it = lists.among(session, about.row.id, [each.learner.id for each in people])
        units = [
            (each.slug, definitions.facts_of(each).name, len(careers.members(session, staff.issuer_id, each.id)))  # type: ignore[union-attr]  # units have names
            for each in definitions.all_of(session, staff.issuer_id, Kind.UNIT)
        ]
        known_groups = groups.counts(session, staff.issuer_id)
    return at_pathway(
        request,
        "enrol.html",
        staff,
        about,
        tab="people",
        refused=refused,
        text=text,
        people=[(line, people_words.name_of(line), line.learner.id in on_it) for line in people],
        is_more=len(rows) > MOST_FOUND,
        groups=[("", _("No group")), *((name, f"{name} ({count})") for name, count in known_groups)],
        units=[("", _("No unit")), *((slug, f"{name} ({count})") for slug, name, count in units)],
    )
