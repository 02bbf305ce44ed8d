"""Rule documents: versions of what earns an achievement, tried out, switched off, explained, and run over the past."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import ConfigDict, Field, JsonValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.issuing import explaining, learners, simulation
from app.issuing.achievements import Achievement
from app.issuing.explaining import Explanation
from app.issuing.issuers import Issuer
from app.issuing.rules import books, switches, versions
from app.issuing.rules.books import Book
from app.issuing.rules.versions import RuleVersion
from app.issuing.simulation import Fate
from app.stacking import rules as language
from app.web.api.achievements import of_issuer
from app.web.api.authentication import Reader, SourcesWriter
from app.web.api.fields import Id, In, Moment, Out
from app.web.api.idempotency import Answer, Posted, change
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/achievements/{achievement_id}", route_class=StrictRoute)

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Document = Annotated[
    dict[str, JsonValue] | str,
    Field(description="the document as JSON, or as the text of a YAML file; docs/rules.md says what it may hold"),
]
EXAMPLE: dict[str, JsonValue] = {
    "match": {"activities": [{"id": "565"}]},
    "require": {"score_gte": "0.84"},
    "validity": {"months": 24},
    "on_unearn": "review",
}


class NewVersion(In):
    """A document. It decides from `effective_from` on (left out: from now on), until `effective_until` or the next."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"document": EXAMPLE}]})

    document: Document
    effective_from: Moment | None = None
    effective_until: Moment | None = None


class VersionOut(Out):
    """A version, as it stands for ever. Awards that it made name it."""

    id: str
    number: int
    achievement: str
    document: dict[str, Any]
    effective_from: datetime
    effective_until: datetime | None
    author: str
    created_at: datetime


class PutOut(VersionOut):
    """A version that was just put, and what else is to be known of it."""

    mappings_replaced: Annotated[int, Field(description="mappings of the achievement that rest from now on")]
    not_allowed: Annotated[
        list[str], Field(description="sources that the document names and that may not cause the achievement")
    ]


class SwitchIn(In):
    """Whether the achievement's rules decide, mappings as well, and how much they may award in an hour."""

    on: bool
    awards_per_hour: Annotated[int | None, Field(ge=1, le=switches.MOST_AN_HOUR)] = None


class SwitchOut(Out):
    """How the switch stands."""

    on: bool
    off_since: datetime | None
    awards_per_hour: int | None


class SimulationIn(In):
    """What to try, on whom, and of which fate to name people. Without a document: the rules in force."""

    document: Document | None = None
    after: Annotated[str, Field(max_length=22, description="`after` of the answer before; empty: from the start")] = ""
    limit: Annotated[int, Field(ge=1, le=simulation.MOST_LEARNERS, description="look at so many learners")] = 2_000
    show: Fate | None = None
    most_shown: Annotated[int, Field(ge=0, le=200)] = 50


class PersonOut(Out):
    """Somebody of a simulation."""

    learner: str
    name: str | None
    fates: list[Fate]


class SimulationOut(Out):
    """What would become of the learners looked at; add the counts of all answers. `after` null: these were all."""

    looked_at: int
    counts: dict[Fate, int]
    people: list[PersonOut]
    after: str | None


class ExplanationOut(Out):
    """What one rule says of a learner, clause by clause. `met` null: it cannot be told. No version: a mapping."""

    achievement: str
    rule_version: str | None
    decision: str
    code: str
    sentence: str
    clauses: list[dict[str, Any]]
    standings: list[dict[str, Any]]
    completions: list[str]


class ExplanationsOut(Out):
    """One explanation a rule."""

    items: list[ExplanationOut]


@router.get("/rules", response_model=PageOf[VersionOut])
def list_versions(
    caller: Reader, request: Request, achievement_id: Id, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """List the versions of the achievement's rule document, newest first."""
    with service.database.read() as session:
        achievement = of_issuer(session, caller.issuer(session), achievement_id)
        query = select(RuleVersion).where(RuleVersion.achievement_id == achievement.id)
        found = page_of(session, query, (RuleVersion.number,), page)
    return respond(request, [_told(version) for version in found.rows], found.cursor)


@router.post("/rules", status_code=201, response_model=PutOut)
def put_version(caller: SourcesWriter, achievement_id: Id, stated: NewVersion, post: Posted) -> Response:
    """Put a new version. An achievement with a document is decided by it alone: its mappings rest."""

    def work(session: Session, issuer: Issuer) -> Answer:
        achievement = of_issuer(session, issuer, achievement_id)
        version = versions.put(
            session,
            achievement,
            stated.document,
            actor=caller.actor,
            effective_from=stated.effective_from,
            effective_until=stated.effective_until,
        )
        told = PutOut(
            **_told(version).model_dump(),
            mappings_replaced=len(versions.mappings_of(session, achievement)),
            not_allowed=versions.sources_not_allowed(session, achievement, versions.document_of(session, version.id)),
        )
        return Answer(201, told)

    return post.answer(caller, work)


@router.get("/rules/{number}", response_model=VersionOut)
def read_version(caller: Reader, achievement_id: Id, number: Number, service: TheService) -> Response:
    """Read one version."""
    with service.database.read() as session:
        achievement = of_issuer(session, caller.issuer(session), achievement_id)
        told = _told(versions.by_number(session, achievement, number))
    return Response(told.model_dump_json(), media_type="application/json")


@router.get("/rule-switch", response_model=SwitchOut)
def read_switch(caller: Reader, achievement_id: Id, service: TheService) -> Response:
    """Read whether the achievement's rules decide, and how much they may award in an hour."""
    with service.database.read() as session:
        achievement = of_issuer(session, caller.issuer(session), achievement_id)
        told = _switch(switches.of(session, achievement.id))
    return Response(told.model_dump_json(), media_type="application/json")


@router.put("/rule-switch", response_model=SwitchOut)
def set_switch(caller: SourcesWriter, achievement_id: Id, stated: SwitchIn, service: TheService) -> Response:
    """Stop everything that is automatic for the achievement, or let it go on. Awards stay as they are."""

    def work(session: Session, issuer: Issuer) -> Answer:
        achievement = of_issuer(session, issuer, achievement_id)
        switches.turn(session, achievement, on=stated.on, actor=caller.actor)
        switch = switches.limit_achievement(session, achievement, stated.awards_per_hour, actor=caller.actor)
        return Answer(200, _switch(switch))

    return change(service, caller, work)


@router.post("/rules/simulate", response_model=SimulationOut)
def simulate(caller: SourcesWriter, achievement_id: Id, stated: SimulationIn, service: TheService) -> Response:
    """Say what a rule would make of everybody's stored past. Nothing is changed."""
    with service.database.read() as session:
        achievement = of_issuer(session, caller.issuer(session), achievement_id)
        found = simulation.simulate(
            session,
            achievement,
            _book(session, achievement, stated.document),
            after=stated.after,
            limit=stated.limit,
            show=stated.show,
            most_shown=stated.most_shown,
        )
    people = [
        PersonOut(learner=person.learner_id, name=person.name, fates=list(person.fates)) for person in found.people
    ]
    told = SimulationOut(looked_at=found.looked_at, counts=found.counts, people=people, after=found.after)
    return Response(told.model_dump_json(), media_type="application/json")


@router.get("/rules/explanation/{learner_id}", response_model=ExplanationsOut)
def explain_learner(caller: Reader, achievement_id: Id, learner_id: Id, service: TheService) -> Response:
    """Say why a learner holds the achievement, or why not, clause by clause."""
    with service.database.read() as session:
        issuer = caller.issuer(session)
        achievement = of_issuer(session, issuer, achievement_id)
        learner = learners.by_id(session, issuer, learner_id)
        told = explanations(explaining.of_learner(session, learner.id, achievement))
    return Response(told.model_dump_json(), media_type="application/json")


def explanations(found: list[Explanation]) -> ExplanationsOut:
    """Explanations as they are told."""
    return ExplanationsOut(
        items=[
            ExplanationOut(
                achievement=each.achievement_id,
                rule_version=each.version_id,
                decision=each.decision,
                code=each.code,
                sentence=each.sentence,
                clauses=each.clauses,
                standings=each.standings,
                completions=list(each.matched),
            )
            for each in found
        ]
    )


def _book(session: Session, achievement: Achievement, document: dict[str, JsonValue] | str | None) -> Book:
    if document is not None:
        return books.of_document(achievement.id, language.read(document), seed="simulation")
    book = books.of_achievement(session, achievement)
    if book is None:
        raise NotFound("There is no rule for this achievement")
    return book


def _told(version: RuleVersion) -> VersionOut:
    return VersionOut(
        id=version.id,
        number=version.number,
        achievement=version.achievement_id,
        document=version.document,
        effective_from=version.effective_from,
        effective_until=version.effective_until,
        author=version.author,
        created_at=version.created_at,
    )


def _switch(switch: switches.RuleSwitch | None) -> SwitchOut:
    if switch is None:
        return SwitchOut(on=True, off_since=None, awards_per_hour=None)
    return SwitchOut(on=switch.off_since is None, off_since=switch.off_since, awards_per_hour=switch.awards_per_hour)
