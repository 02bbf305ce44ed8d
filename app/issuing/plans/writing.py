"""Plans and wishes as plain data, and back. What is stored is what was planned on a day, whatever is changed later."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from app.stacking.plans import (
    Closes,
    Ending,
    NeededFor,
    Objective,
    Outcome,
    Outside,
    Plan,
    Purpose,
    Step,
    Swap,
    Target,
    When,
    WhyOutside,
    Wishes,
)

Facts = dict[str, Any]


def wishes_to_json(wishes: Wishes) -> Facts:
    """What somebody wished, without what they left open."""
    stated: Facts = {
        "objective": wishes.objective.value,
        "worth_of_hour": str(wishes.worth_of_hour),
        "budget": _text(wishes.budget),
        "hours_per_week": _text(wishes.hours_per_week),
        "start": _iso(wishes.start),
        "issuers": None if wishes.issuers is None else sorted(wishes.issuers),
        "formats": sorted(wishes.formats),
        "only_these_formats": wishes.only_these_formats,
        "excluded": sorted(wishes.excluded),
    }
    return {name: value for name, value in stated.items() if value not in (None, [], False)}


def wishes_from_json(stated: Facts) -> Wishes:
    """The same again. Raises InvalidInput where the numbers are none that one can plan with."""
    return Wishes(
        objective=Objective(stated.get("objective", Objective.HOURS)),
        worth_of_hour=Decimal(stated.get("worth_of_hour", "0")),
        budget=_decimal(stated.get("budget")),
        hours_per_week=_decimal(stated.get("hours_per_week")),
        start=_day(stated.get("start")),
        issuers=None if stated.get("issuers") is None else frozenset(stated["issuers"]),
        formats=frozenset(stated.get("formats", ())),
        only_these_formats=bool(stated.get("only_these_formats")),
        excluded=frozenset(stated.get("excluded", ())),
    )


def to_json(plan: Plan) -> Facts:
    """A plan as it is stored; its target and its day stand beside it."""
    return {
        "outcome": plan.outcome.value,
        "steps": [step_to_json(each) for each in plan.steps],
        "hours": str(plan.hours),
        "price": str(plan.price),
        "is_exact": plan.is_exact,
        "bound": None if plan.bound is None else str(plan.bound),
        "outside": [[each.name, each.why.value, each.is_needed, each.level] for each in plan.outside],
        "warnings": [[each.name, each.last_day.isoformat(), each.when.value] for each in plan.warnings],
        "joins": list(plan.joins),
        "least_price": _text(plan.least_price),
    }


def from_json(stated: Facts, target: Target, planned_on: date) -> Plan:
    """The plan as it was made on that day."""
    return Plan(
        target,
        planned_on,
        Outcome(stated["outcome"]),
        steps_from_json(stated["steps"]),
        hours=Decimal(stated["hours"]),
        price=Decimal(stated["price"]),
        is_exact=stated["is_exact"],
        bound=None if stated["bound"] is None else Fraction(stated["bound"]),
        outside=tuple(Outside(name, WhyOutside(why), needed, level) for name, why, needed, level in stated["outside"]),
        warnings=tuple(Ending(name, date.fromisoformat(day), When(when)) for name, day, when in stated["warnings"]),
        joins=tuple(stated["joins"]),
        least_price=_decimal(stated["least_price"]),
    )


def steps_from_json(stated: list[Facts]) -> tuple[Step, ...]:
    """The steps in their order."""
    return tuple(
        Step(
            each["credential"],
            Decimal(each["hours"]),
            Decimal(each["price"]),
            tuple(Closes(*one) for one in each["closes"]),
            tuple(NeededFor(Purpose(purpose), name) for purpose, name in each["needed_for"]),
            _swap(each["swap"]),
            _day(each["starts"]),
            _day(each["ends"]),
        )
        for each in stated
    )


def step_to_json(step: Step) -> Facts:
    """One step."""
    swap = step.swap
    return {
        "credential": step.credential,
        "hours": str(step.hours),
        "price": str(step.price),
        "closes": [[each.skill, each.have, each.need] for each in step.closes],
        "needed_for": [[each.purpose.value, each.name] for each in step.needed_for],
        "swap": None if swap is None else [list(swap.ids), str(swap.more_hours), str(swap.more_price)],
        "starts": _iso(step.starts),
        "ends": _iso(step.ends),
    }


def _swap(stated: list[Any] | None) -> Swap | None:
    return None if stated is None else Swap(tuple(stated[0]), Decimal(stated[1]), Decimal(stated[2]))


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _iso(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _day(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)
