"""Renewals: how an award stands in its cycle and what is missing, renewing it, the work list, samples for audits."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy.orm import Session

from app import clock
from app.issuing import awards, renewals
from app.issuing.awards import Award
from app.issuing.issuers import Issuer
from app.issuing.renewals import CEVerdict, DueWanted, Grounds, Standing, listing, policies, sampling, verdicts
from app.issuing.renewals.verdicts import Result
from app.stacking import continuing_education as counting
from app.stacking.continuing_education import Progress, Reason
from app.stacking.cycles import Hindrance, Method, RenewalState
from app.stacking.world import OnLoss
from app.web.api.achievements import of_issuer
from app.web.api.authentication import AwardsWriter, Reader
from app.web.api.award_bodies import AwardOut, EvidenceIn, members, told, version_numbers
from app.web.api.fields import AchievementName, Id, In, Line120, Moment, Out, Text
from app.web.api.findings import AsOf
from app.web.api.idempotency import Answer, Posted
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(route_class=StrictRoute)


class CountedOut(Out):
    """An entry of the ledger in this count. `counts` is in the unit that is asked for; `reason` says why."""

    entry: str
    counts: Decimal
    in_domain: bool
    reason: Reason


class ProgressOut(Out):
    """What a renewal by continuing education asks for and what is there, all in `unit`, with two decimals."""

    unit: str
    required: Decimal
    required_in_domain: Decimal
    counted: Decimal
    counted_in_domain: Decimal
    missing: Decimal
    missing_in_domain: Decimal
    entries: list[CountedOut]


class RenewalOut(Out):
    """How an award stands in its cycle. `state` is null for one that was withdrawn, replaced or not issued.

    `can_be_renewed` says whether POST …/renew would do it now; if not, `hindrance` or what is missing in
    `continuing_education` says why. `next_valid_until` is the end of a badge that is renewed now.
    """

    award: str
    state: RenewalState | None
    method: Method
    can_be_renewed: bool
    hindrance: Hindrance | None
    cycle_start: date
    valid_until: datetime | None
    opens_at: datetime | None
    grace_until: datetime | None
    next_valid_until: datetime | None
    renewed_by: str | None
    continuing_education: ProgressOut | None


class Renewal(In):
    """What the renewal rests on; everything may be left out."""

    method: Annotated[Method | None, Field(description="refused where it is not the policy's")] = None
    completions: Annotated[
        tuple[Id, ...], Field(max_length=20, description="of the holder, since the badge was earned: a reassessment")
    ] = ()
    evidence: Annotated[tuple[EvidenceIn, ...], Field(max_length=20)] = ()
    narrative: Text | None = None


class DueOut(AwardOut):
    """An award of the work list, with how it stands."""

    renewal_state: RenewalState


class DueQuery(PageQuery):
    """Which awards. Without `state`: those that are expiring or in grace. Only awards with an end are listed."""

    state: RenewalState | None = None
    achievement: AchievementName | None = None
    learner: Id | None = None
    group: Annotated[str, Field(min_length=1, max_length=100)] | None = None


class SampleOf(In):
    """What to draw: so many of the awards that were renewed by continuing education, by a seed or a fresh one."""

    count: Annotated[int, Field(ge=1, le=sampling.MOST)]
    seed: Line120 | None = None
    achievement: AchievementName | None = None
    renewed_from: Moment | None = None
    renewed_before: Moment | None = None


class Drawn(Out):
    """An award that was drawn, and the entries that its renewal counted: ask their documents."""

    award: str
    learner: str
    entries: list[str]


class VerdictOut(Out):
    """What an audit found of one badge, and what became of the badge that the renewal made."""

    award: str
    result: Result
    note: str | None
    consequence: OnLoss
    judged_by: str
    judged_at: datetime


class Verdict(In):
    """Whether the holder of an award of the sample could show what was counted."""

    award: Id
    result: Result
    note: Text | None = None


class SampleOut(Out):
    """The draw. The same seed draws the same of the same `population`; it is in the audit log, at `number`."""

    number: int
    seed: str
    population: int
    awards: list[Drawn]
    verdicts: list[VerdictOut]


@router.get("/awards/{award_id}/renewal", response_model=RenewalOut)
def read_renewal(caller: Reader, award_id: Id, service: TheService, as_of: AsOf = None) -> Response:
    """How an award stands in its cycle, when it can be renewed, and what its holder still has to do."""
    at = None if as_of is None else datetime.combine(as_of, time(12), UTC)
    with service.database.read() as session:
        award = awards.by_id(session, award_id, issuer=caller.issuer(session))
        answer = Answer(200, _told(award, renewals.standing.of_award(session, award, at=at)))
    return Response(answer.body(), media_type="application/json")


@router.post("/awards/{award_id}/renew", status_code=201, response_model=AwardOut)
def renew_award(caller: AwardsWriter, award_id: Id, stated: Renewal, post: Posted, service: TheService) -> Response:
    """Renew it: a new award that follows, which is the answer. The old one stays as it is, and ends by itself."""

    def work(session: Session, issuer: Issuer) -> Answer:
        award = awards.by_id(session, award_id, issuer=issuer)
        grounds = Grounds(
            method=stated.method,
            completions=stated.completions,
            evidence=tuple(each.fact() for each in stated.evidence),
            narrative=stated.narrative,
        )
        made = renewals.renew(session, service.office, award, actor=caller.actor, grounds=grounds)
        return Answer(201, told(session, service.office, made))

    return post.answer(caller, work)


@router.get("/renewals", response_model=PageOf[DueOut])
def list_renewals(
    caller: Reader, request: Request, page: Annotated[DueQuery, Query()], service: TheService
) -> Response:
    """The work list: awards by how they stand in their cycle, the one that ends last first."""
    now = clock.now()
    with service.database.read() as session:
        known = policies.of_issuer(session, caller.issuer_id)
        wanted = DueWanted(
            states=listing.TO_DO if page.state is None else [page.state],
            achievement_id=_achievement_id(session, caller.issuer(session), page.achievement),
            learner_id=page.learner,
            group=page.group,
        )
        query = listing.query(caller.issuer_id, known, wanted, now=now)
        found = page_of(session, query, (Award.valid_until, Award.id), page)
        states = listing.states_of(session, found.rows, known, now=now)
        numbers = version_numbers(session, found.rows)
        items = [_due(members(service.office, each, numbers), states[each.id]) for each in found.rows]
    return respond(request, items, found.cursor)


@router.post("/renewals/sample", response_model=SampleOut)
def draw_sample(caller: AwardsWriter, stated: SampleOf, post: Posted) -> Response:
    """Draw a sample for an audit of continuing education. Seed, size and what was drawn go to the audit log."""

    def work(session: Session, issuer: Issuer) -> Answer:
        drawn = sampling.draw(
            session,
            issuer,
            count=stated.count,
            seed=stated.seed,
            achievement_id=_achievement_id(session, issuer, stated.achievement),
            since=stated.renewed_from,
            until=stated.renewed_before,
            actor=caller.actor,
        )
        return Answer(200, _sample(session, drawn))

    return post.answer(caller, work)


@router.get("/renewals/samples/{sample_id}", response_model=SampleOut)
def read_sample(caller: Reader, sample_id: Id, service: TheService) -> Response:
    """A sample that was drawn before, with the verdicts so far."""
    with service.database.read() as session:
        answer = Answer(200, _sample(session, sampling.found(session, caller.issuer_id, _number(sample_id))))
    return Response(answer.body(), media_type="application/json")


@router.post("/renewals/samples/{sample_id}/verdicts", status_code=201, response_model=VerdictOut)
def judge_award(caller: AwardsWriter, sample_id: Id, stated: Verdict, post: Posted, service: TheService) -> Response:
    """Write down the verdict on one award of a sample, once. What the achievement's policy says follows at once."""

    def work(session: Session, issuer: Issuer) -> Answer:
        made = verdicts.judge(
            session,
            service.office,
            issuer,
            verdicts.Stated(_number(sample_id), stated.award, stated.result, stated.note),
            actor=caller.actor,
        )
        return Answer(201, _verdict(made))

    return post.answer(caller, work)


def _number(sample_id: str) -> int:
    """A sample's number; 0, which none has, for what is no number."""
    return int(sample_id) if sample_id.isascii() and sample_id.isdigit() else 0


def _sample(session: Session, sample: sampling.Sample) -> SampleOut:
    judged = verdicts.of_sample(session, sample.number)
    return SampleOut(
        number=sample.number,
        seed=sample.seed,
        population=sample.population,
        awards=_drawn(session, sample),
        verdicts=[_verdict(judged[each.id]) for each in sample.awards if each.id in judged],
    )


def _verdict(made: CEVerdict) -> VerdictOut:
    return VerdictOut(
        award=made.award_id,
        result=Result(made.result),
        note=made.note,
        consequence=OnLoss(made.consequence),
        judged_by=made.judged_by,
        judged_at=made.judged_at,
    )


def _drawn(session: Session, sample: sampling.Sample) -> list[Drawn]:
    return [
        Drawn(
            award=award.id,
            learner=award.learner_id,
            entries=[each.id for each in sampling.entries_of(session, award)],
        )
        for award in sample.awards
    ]


def _achievement_id(session: Session, issuer: Issuer, name: str | None) -> str | None:
    return None if name is None else of_issuer(session, issuer, name).id


def _due(facts: dict[str, Any], state: RenewalState) -> DueOut:
    return DueOut(**facts, renewal_state=state)


def _told(award: Award, stands: Standing) -> RenewalOut:
    at, progress = stands.deadlines, stands.progress
    is_over = stands.state is None or stands.renewed_by is not None
    return RenewalOut(
        award=award.id,
        state=stands.state,
        method=stands.policy.renewal.method,
        can_be_renewed=stands.can_be_renewed and award.state == awards.AwardState.ISSUED,
        hindrance=stands.hindrance,
        cycle_start=stands.cycle_start,
        valid_until=award.valid_until,
        opens_at=None if at is None else at.opens_at,
        grace_until=None if at is None else at.grace_until,
        next_valid_until=None if is_over or stands.hindrance is not None else stands.next_end,
        renewed_by=stands.renewed_by,
        continuing_education=None if progress is None else _progress(progress),
    )


def _progress(progress: Progress) -> ProgressOut:
    return ProgressOut(
        unit=progress.unit,
        required=counting.rounded_up(progress.required),
        required_in_domain=counting.rounded_up(progress.required_in_domain),
        counted=counting.rounded_down(progress.counted),
        counted_in_domain=counting.rounded_down(progress.in_domain),
        missing=counting.rounded_up(progress.missing),
        missing_in_domain=counting.rounded_up(progress.missing_in_domain),
        entries=[
            CountedOut(
                entry=line.entry.id,
                counts=counting.rounded_down(line.counts),
                in_domain=line.is_in_domain,
                reason=line.reason,
            )
            for line in progress.lines
        ],
    )
