"""Groups of learners, as rules ask for them with `learner_in`: who is in them, who joins and who leaves."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.issuing import groups, learners
from app.issuing.issuers import Issuer
from app.issuing.learners import LearnerGroup
from app.web.api.authentication import AwardsWriter, Reader
from app.web.api.fields import Id, Out
from app.web.api.idempotency import Answer, change
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/groups", route_class=StrictRoute)

GroupName = Annotated[
    str, Path(max_length=groups.LONGEST, description="a group's name, percent-encoded, such as cohort:nursing-26")
]


class GroupOut(Out):
    """A group and how many learners are in it. The audit log calls it by its `id`."""

    id: str
    name: str
    learners: int


class GroupMember(Out):
    """A learner who is in a group, and since when."""

    learner: str
    added_at: datetime


@router.get("", response_model=PageOf[GroupOut])
def list_groups(caller: Reader, request: Request, page: Annotated[PageQuery, Query()], service: TheService) -> Response:
    """List groups that somebody is in, by name."""
    with service.database.read() as session:
        found = groups.counts(session, caller.issuer_id, after=_decode(page.cursor), limit=page.limit + 1)
    shown = found[: page.limit]
    items = [GroupOut(id=groups.id_of(caller.issuer_id, name), name=name, learners=count) for name, count in shown]
    return respond(request, items, _encode(shown[-1][0]) if len(found) > page.limit else None)


@router.get("/{name}/learners", response_model=PageOf[GroupMember])
def list_group_learners(
    caller: Reader, request: Request, name: GroupName, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """List who is in a group, the newest first. A group that nobody is in is not there."""
    with service.database.read() as session:
        query = groups.members(session, caller.issuer(session), name)
        found = page_of(session, query, (LearnerGroup.added_at, LearnerGroup.learner_id), page)
        items = [GroupMember(learner=each.learner_id, added_at=each.added_at) for each in found.rows]
    return respond(request, items, found.cursor)


@router.put("/{name}/learners/{learner_id}", status_code=204)
def add_to_group(caller: AwardsWriter, name: GroupName, learner_id: Id, service: TheService) -> Response:
    """Put a learner into a group. What rules that name it make of that is done at once; again changes nothing."""

    def work(session: Session, issuer: Issuer) -> Answer:
        learner = learners.by_id(session, issuer, learner_id)
        groups.add(session, service.office, learner, name, actor=caller.actor)
        return Answer(204)

    return change(service, caller, work)


@router.delete("/{name}/learners/{learner_id}", status_code=204)
def remove_from_group(caller: AwardsWriter, name: GroupName, learner_id: Id, service: TheService) -> Response:
    """Take a learner out of a group. No award is taken back by that; again changes nothing."""

    def work(session: Session, issuer: Issuer) -> Answer:
        learner = learners.by_id(session, issuer, learner_id)
        groups.remove(session, service.office, learner, name, actor=caller.actor)
        return Answer(204)

    return change(service, caller, work)


def _encode(name: str) -> str:
    return urlsafe_b64encode(name.encode()).decode().rstrip("=")


def _decode(cursor: str | None) -> str:
    if cursor is None:
        return ""
    try:
        return groups.name_of(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode())
    except ValueError as error:
        raise InvalidInput("This cursor was not made here; begin with the first page", pointer="/cursor") from error
