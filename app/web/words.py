"""How pages say things: dates with the month as a word, amounts, levels and methods. Pure; English for now."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from app.credentials.report import day
from app.issuing.achievement_facts import (
    AchievementFacts,
    AssessmentMethod,
    EducationType,
    FormalRelation,
    ValidityFacts,
)
from app.stacking.renewal import ValidityKind

# The issuer's scale of `SkillFacts.level`.
LEVELS = {1: "novice", 2: "advanced beginner", 3: "competent", 4: "proficient", 5: "expert"}


def date_of(moment: datetime) -> str:
    """`24 November 2026`: the date in UTC, the one that was signed, wherever the reader is (B24)."""
    return day(moment.astimezone(UTC))


def moment_of(moment: datetime) -> str:
    """`24 November 2026, 09:05 UTC`."""
    return f"{date_of(moment)}, {moment.astimezone(UTC):%H:%M} UTC"


def machine_date(moment: datetime) -> str:
    """For the `datetime` attribute of an element: `2026-11-24T09:05:00Z`."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def amount(number: Decimal) -> str:
    """A number without zeros that say nothing: `12`, `1.5`."""
    text = f"{number.normalize():f}"
    return "0" if text == "-0" else text


def counted(number: Decimal | int, one: str, many: str) -> str:
    """`1 hour`, `12 hours`."""
    exact = Decimal(number)
    return f"{amount(exact)} {one if exact == 1 else many}"


def assessment(method: AssessmentMethod | None) -> str | None:
    """How it was assessed, to stand after "assessed by"; None when it was not, or nobody said."""
    match method:
        case AssessmentMethod.EXAM:
            return "an exam"
        case AssessmentMethod.OBSERVED:
            return "observed practice"
        case AssessmentMethod.PORTFOLIO:
            return "a portfolio of work"
        case AssessmentMethod.RULE:
            return "a set of earned badges"
        case AssessmentMethod.NONE | None:
            return None


def credits(facts: AchievementFacts) -> list[str]:  # noqa: A001 - the field's word; the builtin is for prompts
    """Each amount with its unit: `2 ANCC contact hours`."""
    found = [f"{amount(each.amount)} {each.unit}" for each in facts.continuing_education]
    if facts.academic_credits:
        found.append(counted(facts.academic_credits, "academic credit", "academic credits"))
    return found


def education(facts: AchievementFacts) -> list[str]:
    """What kind of learning it is and how it relates to a formal qualification (SEED-13, SEED-14)."""
    found = []
    match facts.education_type:
        case EducationType.FORMAL:
            found.append("Formal education")
        case EducationType.NON_FORMAL:
            found.append("Non-formal education")
        case EducationType.INFORMAL:
            found.append("Informal learning")
        case None:
            pass
    match facts.formal_relation:
        case FormalRelation.ADDITIONAL:
            found.append("In addition to a formal qualification")
        case FormalRelation.ALTERNATE:
            found.append("An alternative to a formal qualification")
        case FormalRelation.COMPLEMENTARY:
            found.append("Complements a formal qualification")
        case FormalRelation.COMPONENT:
            found.append("Part of a formal qualification")
        case None:
            pass
    return found


def validity(rule: ValidityFacts) -> str:
    """How long an award is good, to stand after "stays good"."""
    match rule.kind:
        case ValidityKind.NONE:
            return "without an end date"
        case ValidityKind.DAYS:
            length = counted(rule.amount or 0, "day", "days")
        case ValidityKind.MONTHS:
            length = _months(rule.amount or 0)
        case ValidityKind.FIXED_DATE:
            if rule.until is None:  # pragma: no cover - a rule of this kind has its date
                return "until a fixed date"
            return f"until {day(datetime(rule.until.year, rule.until.month, rule.until.day, tzinfo=UTC))}"
    return f"for {length}" + (", to the end of that month" if rule.end_of_month else "")


def _months(number: int) -> str:
    years, rest = divmod(number, 12)
    return counted(years, "year", "years") if years and not rest else counted(number, "month", "months")
