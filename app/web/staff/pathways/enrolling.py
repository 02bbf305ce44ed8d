"""Putting people on a pathway, one or many at once, taking them off, and moving them to the newest version."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotPublished, ServiceError, WrongState
from app.issuing import learners, people_search, stacks
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.stacks import Enrolment, enrolling, lists, mass_enrolling
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
from app.web.staff.people import choosing
from app.web.staff.people import words as people_words
from app.web.told import told

router = APIRouter()

MOST_AT_ONCE = 100  # people whom the form puts on a pathway while one waits; more are put on it by the worker
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
            self.done.refused.append((people_words.name_of(line), f"{told(error.detail).rstrip('.')}."))
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
            chosen = _chosen(session, issuer, form, about)
    except (InvalidInput, NotPublished) as error:
        return _form(request, staff, service, pathway_id, text=form.text("q", most=320), refused=refusal(error))
    despite_entry = form.is_ticked("despite_entry")
    if len(chosen) > MOST_AT_ONCE:
        with service.database.write() as session:
            row = of_issuer(session, staff.issuer(session), pathway_id)
            facts: dict[str, Any] = {"despite_entry": despite_entry, "sponsor": sponsor}
            run = stacks.mass_enrolling.start(session, row, chosen, actor=staff.actor, **facts)
        sentence = _("The worker puts them on it. You may leave this page.")
        return go(f"{staff.root}/pathways/{about.row.id}/enrol/{run.id}", sentence)
    at_work = _Enrolling(service, staff, pathway_id, sponsor, despite_entry)
    for start in range(0, len(chosen), IN_ONE_TRANSACTION):
        with service.database.write() as session:
            for learner_id in chosen[start : start + IN_ONE_TRANSACTION]:
                at_work.put(session, learner_id)
    done = at_work.done
    root = f"{staff.root}/pathways/{about.row.id}"
    if not done.refused:
        return go(f"{root}/people", _said(done))
    return at_pathway(
        request, "enrolled.html", staff, about, tab="people", done=done, said_of_them=_said(done),
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


def _chosen(session: Session, issuer: Issuer, form: Form, about: Subject) -> list[str]:
    """Ids of whom was chosen and is not on it yet; where all are, of all."""
    if not about.is_published:
        raise NotPublished(_("People can come onto it once it is published"))
    found = choosing.queries(session, issuer, form)
    if not found:
        raise InvalidInput(_("Choose somebody, a group or a unit"), pointer="/person")
    on_it = select(Enrolment.learner_id).where(Enrolment.pathway_id == about.row.id, Enrolment.ended_at.is_(None))
    ids: dict[str, None] = {}
    for query in found:
        ids |= dict.fromkeys(session.scalars(query.where(Learner.id.not_in(on_it)).limit(mass_enrolling.MOST)))
    if not ids:  # all of them are on it already: those are told, too
        ids = dict.fromkeys(each for query in found for each in session.scalars(query.limit(mass_enrolling.MOST)))
    if not ids:
        raise InvalidInput(_("Nobody is there whom it could be"), pointer="/person")
    return list(ids)[: mass_enrolling.MOST]


def _said(done: Done) -> str:
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
        choices = choosing.offered(session, staff.issuer_id, text)
        on_it = lists.among(session, about.row.id, [line.learner.id for line, _name in choices.people])
    return at_pathway(
        request,
        "enrol.html",
        staff,
        about,
        tab="people",
        refused=refused,
        text=text,
        people=[(line, name, line.learner.id in on_it) for line, name in choices.people],
        is_more=choices.is_more,
        groups=choices.groups,
        units=choices.units,
    )
