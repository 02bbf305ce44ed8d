"""People whom a source only named: the queue of them, and every way to say who they are."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.issuing import claim_links, directory, identification, issuers, learners
from app.issuing.directory import Entry, Verdict
from app.issuing.identification import Via
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner, LearnerIdentity, LearnerState
from app.web.api.authentication import AwardsWriter, Reader
from app.web.api.fields import Email, Id, In, Line200, Line255, Line320, Out
from app.web.api.idempotency import Answer, Posted
from app.web.api.learners import Identity, LearnerOut, told
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(route_class=StrictRoute)

MOST_LINES = 500  # of one request; the command line takes whole directories


class PendingOut(Out):
    """Somebody whom a source named and nobody knows yet. `waiting` says how many completions wait for that."""

    id: str
    display_name: str | None
    identities: list[Identity]
    waiting: int
    created_at: datetime


class PendingQuery(PageQuery):
    """Who: `namespace` names the system that gave out the id."""

    namespace: Line255 | None = None


class NewAddress(In):
    """An address of the learner, and the name, if it is known."""

    email: Email
    name: Line200 | None = None


class Assignment(In):
    """Who this is: a learner who is known."""

    learner: Id


class NewClaimLink(In):
    """How long the link works."""

    days: Annotated[int, Field(ge=1, le=claim_links.MOST_DAYS)] = claim_links.DAYS


class ClaimLinkOut(Out):
    """A link for the person, shown once. It works once, until `expires_at`."""

    id: str
    url: str
    expires_at: datetime


class DirectoryLine(In):
    """Who is behind an id of a system. What is wrong with a line is said in its result, and spoils no other."""

    namespace: Line255
    id: Line320
    email: Annotated[str, Field(max_length=1_000)]
    name: Line200 | None = None


class Directory(In):
    """Lines of a directory, at most 500; send the rest with the next request, or use `lanyard people import`."""

    people: Annotated[list[DirectoryLine], Field(min_length=1, max_length=MOST_LINES)]


class LineResult(Out):
    """What came of a line, counted from 1; `reason` says why it was refused."""

    line: int
    verdict: Verdict
    reason: str | None
    learner: str | None


class DirectoryOut(Out):
    """What came of each line, and how many had each verdict."""

    counts: dict[Verdict, int]
    results: list[LineResult]


class PendingCount(Out):
    """How many people are pending."""

    pending: int


@router.get("/pending-learners", response_model=PageOf[PendingOut])
def list_pending_learners(
    caller: Reader, request: Request, page: Annotated[PendingQuery, Query()], service: TheService
) -> Response:
    """List people whom sources named and nobody knows yet, newest first."""
    query = select(Learner).where(Learner.issuer_id == caller.issuer_id, Learner.state == LearnerState.PENDING)
    if page.namespace is not None:
        named = select(LearnerIdentity.learner_id).where(
            LearnerIdentity.issuer_id == caller.issuer_id, LearnerIdentity.namespace == page.namespace
        )
        query = query.where(Learner.id.in_(named))
    with service.database.read() as session:
        found = page_of(session, query, (Learner.created_at, Learner.id), page)
        waiting = identification.waiting_for(session, [learner.id for learner in found.rows])
        items = [_pending(session, learner, waiting.get(learner.id, 0)) for learner in found.rows]
    return respond(request, items, found.cursor)


@router.get("/pending-learners/count", response_model=PendingCount)
def count_pending_learners(caller: Reader, service: TheService) -> Response:
    """Count the people whom nobody knows yet."""
    query = select(func.count()).where(Learner.issuer_id == caller.issuer_id, Learner.state == LearnerState.PENDING)
    with service.database.read() as session:
        count = session.scalar(query) or 0
    return Response(PendingCount(pending=count).model_dump_json(), media_type="application/json")


@router.post("/learners/directory", response_model=DirectoryOut)
def take_directory(caller: AwardsWriter, stated: Directory, post: Posted, service: TheService) -> Response:
    """Take lines of a directory: who is behind the ids of a system. What waited for them is decided."""

    def work(session: Session, issuer: Issuer) -> Answer:
        issuers.take_turn(session, issuer.id)
        results = [
            directory.take(
                session,
                service.office,
                issuer,
                Entry(line=line, namespace=each.namespace, id=each.id, email=each.email, name=each.name),
                actor=caller.actor,
            )
            for line, each in enumerate(stated.people, 1)
        ]
        counts = {Verdict(name): count for name, count in directory.counted(results).items()}
        lines = [
            LineResult(line=each.line, verdict=each.verdict, reason=each.reason, learner=each.learner_id)
            for each in results
        ]
        return Answer(200, DirectoryOut(counts=counts, results=lines))

    return post.answer(caller, work)


@router.post("/learners/{learner_id}/addresses", status_code=201, response_model=LearnerOut)
def add_address(
    caller: AwardsWriter, learner_id: Id, stated: NewAddress, post: Posted, service: TheService
) -> Response:
    """Add an address. What waited for somebody pending is decided; nothing is awarded twice and no mail is sent anew.

    The address of a learner who is known makes somebody pending one with that learner, who is the answer then.
    """

    def work(session: Session, issuer: Issuer) -> Answer:
        learner = learners.by_id(session, issuer, learner_id)
        known = identification.give_address(
            session,
            service.office,
            learner,
            stated.email,
            via=Via.STAFF,
            actor=caller.actor,
            display_name=stated.name,
        )
        return Answer(201, told(session, known))

    return post.answer(caller, work)


@router.post("/learners/{learner_id}/assign", response_model=LearnerOut)
def assign_learner(
    caller: AwardsWriter, learner_id: Id, stated: Assignment, post: Posted, service: TheService
) -> Response:
    """Say that somebody pending is a learner who is known; what waited is decided. Answers with that learner."""

    def work(session: Session, issuer: Issuer) -> Answer:
        pending = learners.by_id(session, issuer, learner_id)
        to = learners.by_id(session, issuer, stated.learner)
        return Answer(
            200, told(session, identification.assign(session, service.office, pending, to=to, actor=caller.actor))
        )

    return post.answer(caller, work)


@router.post("/learners/{learner_id}/claim-links", status_code=201, response_model=ClaimLinkOut)
def make_claim_link(
    caller: AwardsWriter, learner_id: Id, post: Posted, service: TheService, stated: NewClaimLink | None = None
) -> Response:
    """Make a link with which somebody pending says who they are. It is shown once; an earlier one stops working."""
    days = stated.days if stated is not None else claim_links.DAYS

    def work(session: Session, issuer: Issuer) -> Answer:
        learner = learners.by_id(session, issuer, learner_id)
        made = claim_links.create(session, service.office, learner, actor=caller.actor, days=days)
        return Answer(201, ClaimLinkOut(id=made.link.id, url=made.url, expires_at=made.link.expires_at))

    return post.answer(caller, work)


def _pending(session: Session, learner: Learner, waiting: int) -> PendingOut:
    names = select(LearnerIdentity).where(LearnerIdentity.learner_id == learner.id).order_by(LearnerIdentity.id)
    return PendingOut(
        id=learner.id,
        display_name=learner.display_name,
        identities=[Identity(namespace=name.namespace, id=name.source_id) for name in session.scalars(names)],
        waiting=waiting,
        created_at=learner.created_at,
    )
