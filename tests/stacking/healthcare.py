"""The demo catalogue as a World, and its people as holdings: read here by its own comments, apart from the importer."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from app.stacking import conditions
from app.stacking.holdings import Holding, Standing, proofs_of
from app.stacking.renewal import Validity, ValidityKind, add_months
from app.stacking.world import (
    Amount,
    Credential,
    CreditTransfer,
    Equivalence,
    Kind,
    Mode,
    Node,
    OnLoss,
    OnNewVersion,
    Pathway,
    Programme,
    Role,
    Skill,
    SkillAt,
    StackType,
    World,
)

FILE = Path(__file__).parents[2] / "catalog" / "healthcare.yaml"


@cache
def document() -> dict[str, Any]:
    """The file as plain data."""
    loaded: dict[str, Any] = YAML(typ="safe").load(FILE)
    return loaded


def day(value: str | None) -> date | None:
    """A date of the file."""
    return date.fromisoformat(value) if value else None


AS_OF = date(2026, 7, 1)


@cache
def world() -> World:
    """Everything that the catalogue defines."""
    text = document()
    return World(
        credentials=[_credential(each) for each in text["credentials"]],
        skills=[Skill(each["id"], each["name"], each["decay_months"], each["category"]) for each in text["skills"]],
        contact_hours={each["id"]: Decimal(str(each["contact_hours"])) for each in text["ce_units"]},
        equivalences=[
            Equivalence(
                id=each["id"],
                source=each["from"],
                target=each["to"],
                both=each["direction"] == "both",
                pathways=None if each["scope"] == "all" else frozenset(each["scope"]),
                max_age_months=each["max_age_months"],
                valid_from=day(each["valid_from"]),
                valid_until=day(each["valid_until"]),
            )
            for each in text["equivalences"]
        ],
        pathways=[pathway(each) for each in text["pathways"]],
        programmes=[
            Programme(each["id"], each["name"], each["provider"], each["award"], Decimal(each["total_credits"]))
            for each in text["programs"]
        ],
        transfers=[
            CreditTransfer(
                id=each["id"],
                source=conditions.read(each["from"]),
                programme=each["program"],
                credits=Decimal(str(each["credits"])),
                on_award=each["realised"] == "on_award",
                max_age_months=each["max_age_months"],
                agreement_from=day(each["agreement_valid_from"]),
                agreement_until=day(each["agreement_valid_until"]),
            )
            for each in text["credit_transfers"]
        ],
        roles=[
            Role(each["id"], each["name"], _skills(each["requires"]), tuple(each["requires_credentials"]))
            for each in text["roles"]
        ],
    )


def pathway(each: dict[str, Any]) -> Pathway:
    """One pathway of the file."""
    return Pathway(
        id=each["id"],
        number=each["version"],
        name=each["name"],
        stack_type=StackType(each["stack_type"]),
        mode=Mode(each["mode"]),
        nodes=tuple(
            Node(
                id=node["id"],
                name=node["name"],
                condition=conditions.read(node["condition"]),
                level=node["level"],
                required=node["required"],
                awards=node["awards"],
            )
            for node in each["nodes"]
        ),
        completion=each["completion"],
        entry=conditions.read(each["entry"]) if each["entry"] else None,
        description=each["description"],
        on_component_loss=OnLoss(each["on_component_loss"]),
        on_new_version=OnNewVersion(each["on_new_version"]),
        grandfather_months=each["grandfather_months"],
    )


@dataclass(frozen=True)
class Person:
    """One demo learner, with what the catalogue expects of them."""

    id: str
    pathways: tuple[str, ...]
    programmes: frozenset[str]
    target_role: str
    holdings: tuple[Holding, ...]
    expected: dict[str, Any]


@cache
def people() -> dict[str, Person]:
    """The demo learners."""
    expected = {each["learner"]: each for each in document()["expectations"]["learners"]}
    return {
        each["id"]: Person(
            id=each["id"],
            pathways=tuple(each["pathways"]),
            programmes=frozenset(each["enrolled"]),
            target_role=each["target_role"],
            holdings=tuple(_holding(award) for award in each["awards"]),
            expected=expected[each["id"]],
        )
        for each in document()["demo_learners"]
    }


def ends(credential: str, issued: date) -> date | None:
    """The last good day of an award, by the comment above the expectations."""
    validity = world().credentials[credential].validity
    if validity.kind is ValidityKind.NONE or validity.amount is None:
        return None
    last = add_months(issued, validity.amount)
    return last.replace(day=calendar.monthrange(last.year, last.month)[1]) if validity.end_of_month else last


def held(credential: str, issued: date, standing: Standing = Standing.ACTIVE) -> Holding:
    """An award of this credential."""
    proofs = proofs_of(world(), credential, issued)
    return Holding(f"{credential}@{issued}", credential, issued, ends(credential, issued), standing, proofs)


def _holding(award: dict[str, Any]) -> Holding:
    issued = day(award["issued"])
    assert issued is not None
    return held(award["credential"], issued, Standing(award["status"]))


def _skills(stated: list[dict[str, Any]]) -> tuple[SkillAt, ...]:
    return tuple(SkillAt(each["skill"], each["level"]) for each in stated)


def _credential(each: dict[str, Any]) -> Credential:
    policy = next(one for one in document()["renewal_policies"] if one["id"] == each["renewal"])
    months = policy["cycle_months"]
    return Credential(
        id=each["id"],
        kind=Kind(each["kind"]),
        name=each["name"],
        abbreviation=each["abbreviation"],
        skills=_skills(each["skills"]),
        hours=Decimal(str(each["hours"])),
        academic_credits=Decimal(str(each["academic_credits"])),
        ce=tuple(Amount(Decimal(str(one["amount"])), one["unit"]) for one in each["ce"]),
        price=Decimal(str(each["price"])),
        validity=Validity(ValidityKind.MONTHS, months, end_of_month=policy["end_of_month"]) if months else Validity(),
        grace_days=policy["grace_days"],
        prerequisites=conditions.read(each["prerequisites"]) if each["prerequisites"] else None,
        inherits_skills=each.get("inherits_skills", False),
        issuer=each["issuer"],
        tags=frozenset(each["tags"]),
    )
