"""What an issuer defines for its stacks, beside its achievements: one shape of facts for each kind.

Names of skills, credentials, roles and so on are short names (slugs) of the same issuer.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from app.issuing.achievement_facts import (
    EducationType,
    Name,
    Text,
    Url,
    ValidityFacts,
    checked_condition,
    without_stray_controls,
)


class Kind(StrEnum):
    """The kinds of definitions, as addresses and commands name them."""

    FRAMEWORK = "framework"
    SKILL = "skill"
    CE_UNIT = "ce-unit"
    RECOGNISED = "recognised-credential"
    EQUIVALENCE = "equivalence"
    PROGRAMME = "programme"
    CREDIT_TRANSFER = "credit-transfer"
    ROLE = "role"
    UNIT = "unit"


class Facts(BaseModel):
    """What a kind of facts has in common: nothing that is not named, and no change."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    _without_stray_controls = field_validator("*")(without_stray_controls)

    def to_json(self) -> dict[str, Any]:
        """As it is stored; validating it makes an equal object."""
        return self.model_dump(mode="json", exclude_none=True)


Slug = Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?$")]
ConditionFacts = Annotated[dict[str, Any], BeforeValidator(checked_condition)]
Months = Annotated[int, Field(ge=1, le=600)]
Level = Annotated[int, Field(ge=1, le=5)]


def _real_day(value: date | None) -> date | None:
    if value is not None and not date(1900, 1, 1) <= value <= date(2200, 1, 1):
        raise ValueError("must be a day between 1900 and 2200")
    return value


Day = Annotated[date, AfterValidator(_real_day)]


class Aligned(Facts):
    """Where the same thing stands in somebody else's framework: named and never fetched."""

    name: Name
    url: Url
    code: Annotated[str, Field(max_length=120)] | None = None
    framework: Name | None = None
    target_type: Annotated[str, Field(max_length=120)] | None = None


class FrameworkFacts(Facts):
    """A framework of skills. `ships_data`: the skills here are the framework, and others only refer to one."""

    name: Name
    url: Url
    ships_data: bool = False
    description: Text | None = None


class SkillFacts(Facts):
    """A skill. `decay_months` after its proof it is stale; None = it does not fade. Priority 5 = patient safety."""

    name: Name
    description: Text | None = None
    category: Annotated[str, Field(max_length=80)] = ""
    decay_months: Months | None = None
    priority: int = Field(3, ge=1, le=5)
    framework: Slug | None = None
    url: Url | None = None
    alignments: tuple[Aligned, ...] = Field((), max_length=20)


class CeUnitFacts(Facts):
    """A unit of continuing education: how many contact hours one of it is. A "CEU" is not one unit everywhere."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    contact_hours: Decimal = Field(gt=0, le=1000)


class SkillAtFacts(Facts):
    """A skill by its short name, at a level from 1 (novice) to 5 (expert)."""

    skill: Slug
    level: Level


class AmountFacts(Facts):
    """Continuing education in a unit, by the unit's short name."""

    amount: Decimal = Field(ge=0, le=10_000)
    unit: Slug


class RecognisedFacts(Facts):
    """A credential that somebody else awards and that counts here: of a partner, or of an outside body."""

    name: Name
    abbreviation: Annotated[str, Field(min_length=1, max_length=40)]
    kind: Literal["external", "partner"] = "external"
    description: Text | None = None
    criteria_narrative: Text | None = None
    issued_by: Name
    issued_by_url: Url | None = None
    achievement_type: Annotated[str, Field(max_length=80)] = "Certification"
    education_type: EducationType | None = None
    skills: tuple[SkillAtFacts, ...] = Field((), max_length=50)
    hours: Decimal = Field(Decimal(0), ge=0, le=100_000)
    academic_credits: Decimal = Field(Decimal(0), ge=0, le=10_000)
    continuing_education: tuple[AmountFacts, ...] = Field((), max_length=20)
    validity: ValidityFacts = ValidityFacts()
    grace_days: int = Field(0, ge=0, le=3650)
    evidence: Literal["required", "optional", "none"] = "required"
    tags: tuple[Annotated[str, Field(min_length=1, max_length=80)], ...] = Field((), max_length=50)


class EquivalenceFacts(Facts):
    """`source` counts as `target` in conditions, one hop; it never makes an award. `pathways` None = everywhere."""

    source: Slug
    target: Slug
    direction: Literal["one_way", "both"] = "one_way"
    pathways: tuple[Slug, ...] | None = Field(None, max_length=100)
    max_age_months: Months | None = None
    approved_by: Name
    valid_from: Day | None = None
    valid_until: Day | None = None
    comment: Text | None = None

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if self.source == self.target:
            raise ValueError("an equivalence leads from one credential to another")
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError("it ends before it begins")
        return self


class ProgrammeFacts(Facts):
    """A formal programme to which credit can be transferred."""

    name: Name
    provider: Name
    award: Annotated[str, Field(min_length=1, max_length=80)]
    total_credits: Decimal = Field(gt=0, le=10_000)
    url: Url | None = None


class CreditTransferFacts(Facts):
    """Whoever meets `source` has credits in a programme: at once, or once they are enrolled in it."""

    source: ConditionFacts
    programme: Slug
    credits: Decimal = Field(gt=0, le=10_000)
    realised: Literal["on_award", "on_enrolment"] = "on_enrolment"
    max_age_months: Months | None = None
    agreement_from: Day | None = None
    agreement_until: Day | None = None


class OccupationFacts(Facts):
    """The occupation that a role is, in a framework such as O*NET-SOC or ESCO."""

    framework: Annotated[str, Field(max_length=120)]
    code: Annotated[str, Field(max_length=120)]
    name: Name


class RoleFacts(Facts):
    """A job as skills with levels, and credentials that it cannot be done without. No degree is needed to match."""

    name: Name
    description: Text | None = None
    occupation: OccupationFacts | None = None
    requires: tuple[SkillAtFacts, ...] = Field((), max_length=100)
    requires_credentials: tuple[Slug, ...] = Field((), max_length=50)
    headcount_target: int | None = Field(None, ge=0, le=1_000_000)


class MandatoryFacts(Facts):
    """What everybody of a unit has to hold, and how many of a hundred have to at least."""

    credential: Slug
    target_percent: Decimal = Field(Decimal(100), ge=0, le=100)


class UnitFacts(Facts):
    """A ward, a laboratory, a department: a place where people work together."""

    name: Name
    headcount_target: int | None = Field(None, ge=0, le=1_000_000)
    mandatory: tuple[MandatoryFacts, ...] = Field((), max_length=100)


AnyFacts = (
    FrameworkFacts
    | SkillFacts
    | CeUnitFacts
    | RecognisedFacts
    | EquivalenceFacts
    | ProgrammeFacts
    | CreditTransferFacts
    | RoleFacts
    | UnitFacts
)
SHAPES: dict[Kind, type[AnyFacts]] = {
    Kind.FRAMEWORK: FrameworkFacts,
    Kind.SKILL: SkillFacts,
    Kind.CE_UNIT: CeUnitFacts,
    Kind.RECOGNISED: RecognisedFacts,
    Kind.EQUIVALENCE: EquivalenceFacts,
    Kind.PROGRAMME: ProgrammeFacts,
    Kind.CREDIT_TRANSFER: CreditTransferFacts,
    Kind.ROLE: RoleFacts,
    Kind.UNIT: UnitFacts,
}
