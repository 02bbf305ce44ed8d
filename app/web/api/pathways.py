"""Pathways: draft, look ahead, publish, archive."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.credentials import strict_json
from app.errors import NotFound
from app.issuing import pathways
from app.issuing.issuers import Issuer
from app.issuing.pathways import PathwayFacts, PathwayRow, PathwayState, exporting
from app.issuing.stacks import foresight
from app.projections import ctdl
from app.stacking.publishing import Problem
from app.web.api.authentication import AchievementsWriter, Reader
from app.web.api.fields import Id, In, Out, Slug
from app.web.api.findings import AsOf
from app.web.api.idempotency import Answer, Posted, change
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/pathways", route_class=StrictRoute)

VersionNumber = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="a version; the newest if none is named")]


class NewPathway(In):
    """A draft with its short name, which stays for ever."""

    slug: Slug
    facts: PathwayFacts


class PathwayOut(Out):
    """A pathway; `facts` are the draft's where there is one (`has_draft`), else the newest version's."""

    id: str
    slug: str
    state: PathwayState
    current_version: int | None
    has_draft: bool
    facts: PathwayFacts
    created_at: datetime
    archived_at: datetime | None


class PathwayVersionOut(Out):
    """A published version, which never changes."""

    pathway: str
    number: int
    facts: PathwayFacts
    published_at: datetime


class ProblemOut(Out):
    """Something to put right, or to know. `path` is the closed walk of a circle."""

    code: str
    node: str
    sentence: str
    path: tuple[str, ...] = ()


class GainOut(Out):
    """A learner who would be awarded stacks."""

    learner: str
    stacks: tuple[str, ...]


class ForesightOut(Out):
    """What publishing the draft would come to. Nobody loses what was awarded."""

    problems: tuple[ProblemOut, ...]
    warnings: tuple[ProblemOut, ...]
    differences: tuple[str, ...]
    enrolled: int
    at_once: bool
    gaining: int
    gains: tuple[GainOut, ...]
    further: int


@router.get("", response_model=PageOf[PathwayOut])
def list_pathways(
    caller: Reader, request: Request, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """List the issuer's pathways, newest first."""
    query = select(PathwayRow).where(PathwayRow.issuer_id == caller.issuer_id)
    with service.database.read() as session:
        found = page_of(session, query, (PathwayRow.created_at, PathwayRow.id), page)
        items = [_told(session, each) for each in found.rows]
    return respond(request, items, found.cursor)


@router.post("", status_code=201, response_model=PathwayOut)
def create_pathway(caller: AchievementsWriter, stated: NewPathway, post: Posted, service: TheService) -> Response:
    """Add a draft. People can come onto it once it is published."""
    del service

    def work(session: Session, issuer: Issuer) -> Answer:
        made = pathways.create(session, issuer, slug=stated.slug, facts=stated.facts, actor=caller.actor)
        return Answer(201, _told(session, made))

    return post.answer(caller, work)


@router.get("/{pathway_id}", response_model=PathwayOut)
def read_pathway(caller: Reader, pathway_id: Id, service: TheService) -> Response:
    """Read one pathway, by its id or short name."""
    with service.database.read() as session:
        answer = Answer(200, _told(session, of_issuer(session, caller.issuer(session), pathway_id)))
    return Response(answer.body(), media_type="application/json")


@router.put("/{pathway_id}", response_model=PathwayOut)
def change_pathway(caller: AchievementsWriter, pathway_id: Id, facts: PathwayFacts, service: TheService) -> Response:
    """Put new facts into the draft. Published versions stay as they are."""

    def work(session: Session, issuer: Issuer) -> Answer:
        row = of_issuer(session, issuer, pathway_id)
        pathways.change(session, row, facts=facts, actor=caller.actor)
        return Answer(200, _told(session, row))

    return change(service, caller, work)


@router.get("/{pathway_id}/foresight", response_model=ForesightOut)
def foresee(caller: Reader, pathway_id: Id, service: TheService, as_of: AsOf = None) -> Response:
    """See what publishing the draft would come to: problems, differences, who would gain. Nothing is changed."""
    with service.database.read() as session:
        row = of_issuer(session, caller.issuer(session), pathway_id)
        seen = foresight.of(session, row, pathways.current_facts(session, row), as_of=as_of)
    told = ForesightOut(
        problems=tuple(map(_problem, seen.verdict.problems)),
        warnings=tuple(map(_problem, seen.verdict.warnings)),
        differences=seen.differences,
        enrolled=seen.enrolled,
        at_once=seen.at_once,
        gaining=seen.gaining,
        gains=tuple(GainOut(learner=each.learner_id, stacks=each.stacks) for each in seen.gains),
        further=seen.further,
    )
    return Response(Answer(200, told).body(), media_type="application/json")


@router.post("/{pathway_id}/publish", response_model=PathwayVersionOut)
def publish_pathway(caller: AchievementsWriter, pathway_id: Id, post: Posted, service: TheService) -> Response:
    """Freeze the draft as the next version. Everybody on the pathway is judged anew in the background."""
    del service

    def work(session: Session, issuer: Issuer) -> Answer:
        row = of_issuer(session, issuer, pathway_id)
        return Answer(200, _version(row, pathways.publish(session, row, actor=caller.actor)))

    return post.answer(caller, work)


@router.post("/{pathway_id}/archive", response_model=PathwayOut)
def archive_pathway(caller: AchievementsWriter, pathway_id: Id, post: Posted, service: TheService) -> Response:
    """Take nobody more, and find nothing more complete. What was awarded stays."""
    del service

    def work(session: Session, issuer: Issuer) -> Answer:
        row = of_issuer(session, issuer, pathway_id)
        pathways.archive(session, row, actor=caller.actor)
        return Answer(200, _told(session, row))

    return post.answer(caller, work)


@router.get("/{pathway_id}/versions/{number}", response_model=PathwayVersionOut)
def read_pathway_version(
    caller: Reader, pathway_id: Id, number: Annotated[int, Path(ge=1, le=2**31 - 1)], service: TheService
) -> Response:
    """Read one published version."""
    with service.database.read() as session:
        row = of_issuer(session, caller.issuer(session), pathway_id)
        answer = Answer(200, _version(row, pathways.version_of(session, row, number)))
    return Response(answer.body(), media_type="application/json")


@router.get(
    "/{pathway_id}/ctdl",
    response_class=Response,
    responses={200: {"content": {ctdl.MEDIA_TYPE: {"schema": {"type": "object"}}}}},
)
def read_pathway_in_ctdl(
    caller: Reader, pathway_id: Id, service: TheService, version: VersionNumber = None
) -> Response:
    """A published version in the words of CTDL (JSON-LD): the newest, or the one that is asked for."""
    with service.database.read() as session:
        row = of_issuer(session, caller.issuer(session), pathway_id)
        found = pathways.newest(session, row) if version is None else pathways.version_of(session, row, version)
        told = exporting.in_ctdl(session, service.office, row, found)
    return Response(strict_json.dumps(told), media_type=ctdl.MEDIA_TYPE)


def of_issuer(session: Session, issuer: Issuer, name: str) -> PathwayRow:
    """The issuer's pathway with this id or short name. Raises NotFound."""
    try:
        return pathways.by_id(session, name, issuer=issuer)
    except NotFound:
        return pathways.by_slug(session, issuer, name)


def _told(session: Session, row: PathwayRow) -> PathwayOut:
    return PathwayOut(
        id=row.id,
        slug=row.slug,
        state=PathwayState(row.state),
        current_version=row.current_version,
        has_draft=row.draft is not None,
        facts=pathways.current_facts(session, row),
        created_at=row.created_at,
        archived_at=row.archived_at,
    )


def _version(row: PathwayRow, version: pathways.PathwayVersion) -> PathwayVersionOut:
    return PathwayVersionOut(
        pathway=row.id,
        number=version.number,
        facts=pathways.parse(version.facts),
        published_at=version.published_at,
    )


def _problem(found: Problem) -> ProblemOut:
    return ProblemOut(code=found.code, node=found.node, sentence=found.sentence, path=found.path)
