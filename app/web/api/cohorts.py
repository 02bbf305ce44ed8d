"""Cohorts: several learners on the way to one target, each with a plan of their own."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing import issuers, learners
from app.issuing.issuers import Issuer
from app.issuing.plans import Aims, Cohort, Intent, Pace, cohorts
from app.issuing.plans.cohorts import Described, Overview
from app.web.api.authentication import AwardsWriter, Reader
from app.web.api.fields import Id, In, Line120, Line200, Out, Slug, Text
from app.web.api.findings import AsOf, day_of
from app.web.api.idempotency import Answer, Posted, change
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.plans import WishesIn, aim_of
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/cohorts", route_class=StrictRoute)


class NewCohort(In):
    """A name, one target, and who pays; `learners` get a plan each at once."""

    name: Line120
    role: Slug | None = None
    pathway: Slug | None = None
    intent: Intent = Intent.UPSKILL
    sponsor: Line200 | None = None
    funding: Text | None = None
    target_date: date | None = None
    wishes: WishesIn = WishesIn()
    learners: Annotated[tuple[Id, ...], Field(max_length=cohorts.MOST_AT_ONCE)] = ()


class MembersIn(In):
    """Learners to add."""

    learners: Annotated[tuple[Id, ...], Field(min_length=1, max_length=cohorts.MOST_AT_ONCE)]


class CohortOut(Out):
    """A cohort as a list shows it."""

    id: str
    name: str
    aims: Aims
    target: str
    intent: Intent
    sponsor: str | None
    funding: str | None
    target_date: date | None
    created_at: datetime
    ended_at: datetime | None


class MemberOut(Out):
    """A learner of a cohort, and how far their plan has come."""

    learner: str
    plan: str
    done: int
    steps: int
    pace: Pace
    ends: date | None


class OverviewOut(CohortOut):
    """A cohort with everybody in it, as of a day; `done` of `steps` are sums over the members."""

    as_of: date
    members: tuple[MemberOut, ...]
    steps: int
    done: int
    members_done: int
    members_on_time: int
    members_late: int


@router.get("", response_model=PageOf[CohortOut])
def list_cohorts(
    caller: Reader, request: Request, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """List cohorts, newest first."""
    query = select(Cohort).where(Cohort.issuer_id == caller.issuer_id)
    with service.database.read() as session:
        found = page_of(session, query, (Cohort.created_at, Cohort.id), page)
        items = [CohortOut(**_facts(each)) for each in found.rows]
    return respond(request, items, found.cursor)


@router.post("", status_code=201, response_model=OverviewOut)
def make_cohort(caller: AwardsWriter, stated: NewCohort, post: Posted, service: TheService) -> Response:
    """Make a cohort, and a plan for everybody who is named."""
    del service

    def work(session: Session, issuer: Issuer) -> Answer:
        described = Described(
            stated.name,
            aim_of(stated.role, stated.pathway),
            stated.intent,
            stated.sponsor,
            stated.funding,
            stated.target_date,
            stated.wishes.wishes(),
        )
        made = cohorts.make(session, issuer, described, actor=caller.actor)
        _add(session, issuer, made, stated.learners, caller.actor)
        day = issuers.today(session, issuer.id)
        return Answer(201, _told(cohorts.overview(session, made, day), day))

    return post.answer(caller, work)


@router.get("/{cohort_id}", response_model=OverviewOut)
def read_cohort(caller: Reader, cohort_id: Id, service: TheService, as_of: AsOf = None) -> Response:
    """Read a cohort: everybody in it, how many steps they have done, who is on time and who is late."""
    day = day_of(as_of, caller)
    with service.database.read() as session:
        found = cohorts.by_id(session, cohort_id, issuer_id=caller.issuer_id)
        answer = Answer(200, _told(cohorts.overview(session, found, day), day))
    return Response(answer.body(), media_type="application/json")


@router.post("/{cohort_id}/members", response_model=OverviewOut)
def add_members(caller: AwardsWriter, cohort_id: Id, stated: MembersIn, post: Posted, service: TheService) -> Response:
    """Make a plan for each of these learners. Whoever is in the cohort already keeps theirs."""
    del service

    def work(session: Session, issuer: Issuer) -> Answer:
        found = cohorts.by_id(session, cohort_id, issuer_id=issuer.id)
        _add(session, issuer, found, stated.learners, caller.actor)
        day = issuers.today(session, issuer.id)
        return Answer(200, _told(cohorts.overview(session, found, day), day))

    return post.answer(caller, work)


@router.delete("/{cohort_id}", status_code=204)
def end_cohort(caller: AwardsWriter, cohort_id: Id, service: TheService) -> Response:
    """End a cohort and the plans in it. They can still be read; again changes nothing."""

    def work(session: Session, issuer: Issuer) -> Answer:
        cohorts.end(session, cohorts.by_id(session, cohort_id, issuer_id=issuer.id), actor=caller.actor)
        return Answer(204)

    return change(service, caller, work)


def _add(session: Session, issuer: Issuer, cohort: Cohort, ids: tuple[str, ...], actor: str) -> None:
    people = [learners.by_id(session, issuer, each) for each in dict.fromkeys(ids)]
    cohorts.add(session, cohort, people, actor=actor)


def _facts(found: Cohort) -> dict[str, object]:
    names = ("id", "name", "aims", "target", "intent", "sponsor", "funding", "target_date", "created_at", "ended_at")
    return {name: getattr(found, name) for name in names}


def _told(found: Overview, day: date) -> OverviewOut:
    return OverviewOut(
        **_facts(found.cohort),
        as_of=day,
        members=tuple(
            MemberOut(
                learner=each.learner_id,
                plan=each.plan.id,
                done=each.progress.done,
                steps=len(each.progress.steps),
                pace=each.progress.pace,
                ends=max((one.step.ends for one in each.progress.steps if one.step.ends is not None), default=None),
            )
            for each in found.members
        ),
        steps=found.steps,
        done=found.done,
        members_done=found.count(Pace.DONE),
        members_on_time=found.count(Pace.ON_TIME),
        members_late=found.count(Pace.LATE),
    )
