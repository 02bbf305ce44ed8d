"""What a source may cause (allowances), and which activity earns what (rules)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing import rules, sources
from app.issuing.issuers import Issuer
from app.issuing.rules import Rule
from app.issuing.sources import SourceAllowance
from app.web.api.achievements import of_issuer
from app.web.api.authentication import Reader, SourcesWriter
from app.web.api.fields import AchievementName, Fraction, Id, In, Line500, Out
from app.web.api.idempotency import Answer, Posted, change
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/sources/{source_id}", route_class=StrictRoute)


class NewRule(In):
    """An activity, as the platform names it, and what it earns. The source must also be allowed to cause that."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"activity_id": "565", "achievement": "phlb", "minimum_score": "0.8"}]}
    )

    activity_id: Line500
    achievement: AchievementName
    minimum_score: Annotated[
        Fraction | None, Field(description="0.8 for 80 %; left out: the completion itself is enough")
    ] = None


class RuleOut(Out):
    """A rule."""

    id: str
    activity_id: str
    achievement: str
    minimum_score: Decimal | None
    created_at: datetime


class AllowanceIn(In):
    """An achievement."""

    achievement: AchievementName


class AllowanceOut(Out):
    """An achievement that the source may cause."""

    achievement: str


@router.get("/rules", response_model=PageOf[RuleOut])
def list_rules(
    caller: Reader, request: Request, source_id: Id, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """List the source's rules, newest first."""
    with service.database.read() as session:
        source = sources.by_id(session, source_id, issuer=caller.issuer(session))
        found = page_of(session, select(Rule).where(Rule.source_id == source.id), (Rule.created_at, Rule.id), page)
    return respond(request, [_told(rule) for rule in found.rows], found.cursor)


@router.post("/rules", status_code=201, response_model=RuleOut)
def create_rule(caller: SourcesWriter, source_id: Id, stated: NewRule, post: Posted) -> Response:
    """Say what an activity earns. What was parked for want of the rule is decided when its delivery is replayed."""

    def work(session: Session, issuer: Issuer) -> Answer:
        rule = rules.create(
            session,
            sources.by_id(session, source_id, issuer=issuer),
            activity_id=stated.activity_id,
            achievement=of_issuer(session, issuer, stated.achievement),
            actor=caller.actor,
            minimum_score=stated.minimum_score,
        )
        return Answer(201, _told(rule))

    return post.answer(caller, work)


@router.delete("/rules/{rule_id}", status_code=204)
def delete_rule(caller: SourcesWriter, source_id: Id, rule_id: Id, service: TheService) -> Response:
    """Take a rule away; awards that it caused stay."""

    def work(session: Session, issuer: Issuer) -> Answer:
        rules.delete(session, sources.by_id(session, source_id, issuer=issuer), rule_id, actor=caller.actor)
        return Answer(204)

    return change(service, caller, work)


@router.get("/allowances", response_model=PageOf[AllowanceOut])
def list_allowances(
    caller: Reader, request: Request, source_id: Id, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """List what the source may cause. What is not listed it cannot cause, whatever rules say."""
    with service.database.read() as session:
        source = sources.by_id(session, source_id, issuer=caller.issuer(session))
        query = select(SourceAllowance).where(SourceAllowance.source_id == source.id)
        found = page_of(session, query, (SourceAllowance.achievement_id,), page)
    return respond(request, [AllowanceOut(achievement=row.achievement_id) for row in found.rows], found.cursor)


@router.post("/allowances", status_code=201, response_model=AllowanceOut)
def allow(caller: SourcesWriter, source_id: Id, stated: AllowanceIn, post: Posted) -> Response:
    """Let the source cause an achievement; again is no error."""

    def work(session: Session, issuer: Issuer) -> Answer:
        source = sources.by_id(session, source_id, issuer=issuer)
        achievement = of_issuer(session, issuer, stated.achievement)
        sources.allow(session, source, achievement, actor=caller.actor)
        return Answer(201, AllowanceOut(achievement=achievement.id))

    return post.answer(caller, work)


@router.delete("/allowances/{achievement_id}", status_code=204)
def disallow(caller: SourcesWriter, source_id: Id, achievement_id: Id, service: TheService) -> Response:
    """Take the permission back; awards that it caused stay."""

    def work(session: Session, issuer: Issuer) -> Answer:
        source = sources.by_id(session, source_id, issuer=issuer)
        sources.disallow(session, source, of_issuer(session, issuer, achievement_id), actor=caller.actor)
        return Answer(204)

    return change(service, caller, work)


def _told(rule: Rule) -> RuleOut:
    return RuleOut(
        id=rule.id,
        activity_id=rule.activity_id,
        achievement=rule.achievement_id,
        minimum_score=rule.minimum_score,
        created_at=rule.created_at,
    )
