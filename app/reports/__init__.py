"""Reports: questions that an issuer asks of its own figures. Read-only SQL, one file for each, in `REPORTS` by name.

answer = reports.answer(session, issuer, "funnel", zone="Europe/Madrid")
answer.table, answer.drawing()
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict, Unpack

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput, NotFound
from app.issuing.achievements import Achievement
from app.issuing.issuers import Issuer
from app.issuing.learners import LearnerGroup
from app.projections.tables import About, Table
from app.reports import (
    awards_by,
    expiring,
    funnel,
    outcomes,
    participation,
    pass_rates,
    periods,
    retention,
    source_health,
    time_to_badge,
)
from app.reports.base import MOST_ROWS, Answer, Asked, Choice, Parameter, Report

__all__ = [
    "MOST_ROWS",
    "REPORTS",
    "Answer",
    "Asked",
    "Choice",
    "Parameter",
    "Question",
    "Report",
    "answer",
    "by_slug",
    "check",
    "sentences",
    "zone_of",
]

REPORTS: dict[str, Report] = {
    each.REPORT.slug: each.REPORT
    for each in (
        funnel,
        participation,
        time_to_badge,
        pass_rates,
        expiring,
        awards_by,
        retention,
        outcomes,
        source_health,
    )
}
_WITHOUT_A_ZONE = "UTC"


class Question(TypedDict, total=False):
    """What may be asked; None as if it were not said. Days are `YYYY-MM-DD`, both included, on the clocks of `zone`.

    `achievement` is an id or a short name.
    """

    first: str | None
    last: str | None
    zone: str | None
    group: str | None
    achievement: str | None
    by: str | None


def by_slug(slug: str) -> Report:
    """The report of this name. Raises NotFound."""
    if slug not in REPORTS:
        raise NotFound("There is no such report", known=sorted(REPORTS))
    return REPORTS[slug]


def sentences() -> Iterator[str]:
    """Every text of ours that a page shows of reports, for whoever translates them where they are shown."""
    for report in REPORTS.values():
        yield report.title
        yield report.sentence
        for column in report.columns:
            yield from (text for text in (column.title, column.definition) if text)
        for choice in report.choices:
            yield choice.title


def zone_of(issuer: Issuer) -> str:
    """The zone in which an issuer counts days and months, where nobody asks for another."""
    return getattr(issuer, "timezone", None) or _WITHOUT_A_ZONE


def answer(session: Session, issuer: Issuer, slug: str, **question: Unpack[Question]) -> Answer:
    """Ask a report, for one issuer. What the question leaves open is the usual: twelve months, its zone, everybody.

    Raises NotFound for what the issuer does not have, and InvalidInput with a pointer for what cannot be asked.
    """
    report, asked = check(session, issuer, slug, **question)
    found = report.find(session, asked)
    table = Table(
        name=report.slug,
        title=report.title,
        columns=report.columns,
        rows=found.rows[:MOST_ROWS],
        about=_about(issuer, report, asked, is_cut=len(found.rows) > MOST_ROWS),
        zone=asked.period.zone,
    )
    return Answer(report, asked, table, found.chart, is_cut=len(found.rows) > MOST_ROWS)


def check(session: Session, issuer: Issuer, slug: str, **question: Unpack[Question]) -> tuple[Report, Asked]:
    """What `answer` would ask, without asking. Raises what it raises."""
    report = by_slug(slug)
    stated = {each: question.get(each.value) for each in (Parameter.GROUP, Parameter.ACHIEVEMENT, Parameter.BY)}
    for parameter, value in stated.items():
        if value is not None and not report.asks_for(parameter):
            raise InvalidInput(f"This report cannot be asked for one {parameter}", pointer=f"/{parameter}")
    now, zone = clock.now(), question.get("zone") or zone_of(issuer)
    group, achievement = question.get("group"), question.get("achievement")
    named = None if achievement is None else _achievement(session, issuer, achievement)
    return report, Asked(
        issuer_id=issuer.id,
        period=periods.read(question.get("first"), question.get("last"), zone, now=now),
        as_of=now,
        group=None if group is None else _group(session, issuer, group),
        achievement_id=None if named is None else named.id,
        achievement=None if named is None else named.slug,
        by=_choice(report, question.get("by")),
    )


def _about(issuer: Issuer, report: Report, asked: Asked, *, is_cut: bool) -> tuple[About, ...]:
    said = [
        About("issuer", "Issuer", issuer.name),
        About("report", "Report", report.sentence),
        About("from", "From", asked.period.first),
        About("to", "To, this day included", asked.period.last),
        About("zone", "Zone", asked.period.zone),
        About("as_of", "As of", asked.as_of),
    ]
    if asked.group is not None:
        said.append(About("group", "Group", asked.group))
    if asked.achievement is not None:
        said.append(About("achievement", "Achievement", asked.achievement))
    if asked.by:
        said.append(About("by", "By", next(each.title for each in report.choices if each.name == asked.by)))
    if is_cut:
        said.append(About("cut", "Not all", f"Only the first {MOST_ROWS} rows. Ask for a shorter period."))
    return tuple(said)


def _group(session: Session, issuer: Issuer, name: str) -> str:
    query = select(LearnerGroup.name).where(LearnerGroup.issuer_id == issuer.id, LearnerGroup.name == name.strip())
    found = session.scalar(query.limit(1))
    if found is None:
        raise NotFound("There is nobody in a group of this name", pointer="/group")
    return found


def _achievement(session: Session, issuer: Issuer, name: str) -> Achievement:
    query = select(Achievement).where(Achievement.issuer_id == issuer.id)
    found = session.scalars(query.where(or_(Achievement.id == name, Achievement.slug == name)).limit(1)).first()
    if found is None:
        raise NotFound("There is no such achievement", pointer="/achievement")
    return found


def _choice(report: Report, by: str | None) -> str:
    names = [each.name for each in report.choices]
    if by is None:
        return names[0] if names else ""
    if by not in names:
        raise InvalidInput(f"This report is by {', '.join(names[:-1])} or {names[-1]}", pointer="/by", known=names)
    return by
