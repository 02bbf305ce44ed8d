"""What conditions come to, as answers: whether each holds, how far it is, and why, in words and in codes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import Query
from pydantic import AfterValidator, Field

from app import clock
from app.days import day_in
from app.issuing.stacks.standing import OnPathway
from app.stacking import conditions, wording
from app.stacking.evaluate import Finding
from app.stacking.world import Pathway, World
from app.web.api.authentication import Caller
from app.web.api.fields import Out
from app.web.days import bounded

Day = Annotated[date, AfterValidator(bounded)]
"""A day to judge by. Raises InvalidInput for one that no badge can have to do with."""
AsOf = Annotated[Day | None, Query(description="the day to judge by, as 2026-07-01; today in UTC if it is not said")]
DECIMALS = 4


class FindingOut(Out):
    """One condition, and what stands in the way if it does not hold."""

    condition: dict[str, Any]
    is_met: bool
    progress: Annotated[float, Field(description="from 0 to 1")]
    why: Annotated[str, Field(description="a code, such as held, equivalent, expired, revoked, missing, count, sum")]
    sentence: str
    missing: tuple[str, ...]
    used: Annotated[tuple[str, ...], Field(description="ids of the awards and recognised credentials it rests on")]
    parts: tuple[FindingOut, ...]


class NodeOut(Out):
    """A step of a pathway."""

    id: str
    name: str
    level: int
    required: bool
    awards: str | None
    complete: bool
    progress: float
    finding: FindingOut


class EvaluationOut(Out):
    """A pathway as a learner stands in it on a day."""

    enrolment: str
    pathway: str
    slug: str
    name: str
    version: Annotated[int, Field(description="the version that counts for this learner on that day")]
    as_of: date
    entry_met: bool
    nodes_complete: tuple[str, ...]
    progress: float
    complete: bool
    nodes: tuple[NodeOut, ...]


def day_of(as_of: date | None, caller: Caller) -> date:
    """The day that was asked for, or today in the issuer's zone."""
    return as_of or day_in(clock.now(), caller.zone)


def finding_out(world: World, found: Finding, pathway: Pathway | None = None) -> FindingOut:
    """A finding as it is told."""
    return FindingOut(
        condition=conditions.write(found.condition),
        is_met=found.is_met,
        progress=round(float(found.progress), DECIMALS),
        why=found.because.why.value,
        sentence=wording.finding(world, found, pathway),
        missing=wording.missing(world, found, pathway),
        used=found.used,
        parts=tuple(finding_out(world, each, pathway) for each in found.parts),
    )


def evaluation_out(world: World, on: OnPathway) -> EvaluationOut:
    """An evaluation as it is told."""
    evaluation = on.evaluation
    pathway = evaluation.pathway
    return EvaluationOut(
        enrolment=on.enrolment.id,
        pathway=on.row.id,
        slug=pathway.id,
        name=pathway.name,
        version=pathway.number,
        as_of=evaluation.as_of,
        entry_met=evaluation.entry is None or evaluation.entry.is_met,
        nodes_complete=evaluation.complete,
        progress=round(float(evaluation.progress), DECIMALS),
        complete=evaluation.is_complete,
        nodes=tuple(
            NodeOut(
                id=node.id,
                name=node.name,
                level=node.level,
                required=node.required,
                awards=node.awards,
                complete=evaluation.nodes[node.id].is_met,
                progress=round(float(evaluation.nodes[node.id].progress), DECIMALS),
                finding=finding_out(world, evaluation.nodes[node.id], pathway),
            )
            for node in pathway.nodes
        ),
    )
