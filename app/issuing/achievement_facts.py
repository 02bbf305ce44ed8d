"""What an achievement says: one definition that the API, the catalogue and the database share (B20, B21)."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from app.credentials import model
from app.errors import InvalidInput
from app.stacking.renewal import Validity, ValidityKind

_STRAY_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

Name = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(min_length=1, max_length=20_000)]


def _https(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s<>\"\x00-\x1f\x7f]{1,2000}", value):
        raise ValueError("must be an http or https address")
    return value


Url = Annotated[str, Field(max_length=2000), AfterValidator(_https)]


class AssessmentMethod(StrEnum):
    """How the learning was assessed. `none` is attendance, which no micro-credential may be (SEED-11)."""

    EXAM = "exam"
    OBSERVED = "observed"
    PORTFOLIO = "portfolio"
    RULE = "rule"
    NONE = "none"


class EducationType(StrEnum):
    """The ISCED type of education (SEED-13)."""

    FORMAL = "formal"
    NON_FORMAL = "non_formal"
    INFORMAL = "informal"


class FormalRelation(StrEnum):
    """What the achievement is to a formal qualification (SEED-14)."""

    ADDITIONAL = "additional"
    ALTERNATE = "alternate"
    COMPLEMENTARY = "complementary"
    COMPONENT = "component"


def without_stray_controls(value: Any) -> Any:
    """The value, unless it is a text, or texts, with control characters other than tab and line ends (TEXT-01)."""
    texts = value if isinstance(value, tuple) else (value,)
    if any(isinstance(text, str) and _STRAY_CONTROL.search(text) for text in texts):
        raise ValueError("must not hold control characters")
    return value


class _Facts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    _without_stray_controls = field_validator("*")(without_stray_controls)


class SkillFacts(_Facts):
    """A skill that the achievement shows, with its level on the issuer's scale (1 novice … 5 expert)."""

    name: Name
    url: Url
    level: int = Field(ge=1, le=5)
    code: Annotated[str, Field(max_length=120)] | None = None
    framework: Name | None = None
    target_type: Annotated[str, Field(max_length=120)] | None = None


class CreditFacts(_Facts):
    """An amount never stands without its unit: a "CEU" is not one unit."""

    amount: Decimal = Field(ge=0, le=10_000)
    unit: Annotated[str, Field(min_length=1, max_length=80)]


class ResultFacts(_Facts):
    """A kind of result that an award may state."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,80}$")]
    name: Name
    result_type: Annotated[str, Field(max_length=80)]
    allowed_values: tuple[Annotated[str, Field(max_length=200)], ...] = ()
    required_value: Annotated[str, Field(max_length=200)] | None = None
    value_min: Annotated[str, Field(max_length=40)] | None = None
    value_max: Annotated[str, Field(max_length=40)] | None = None


class ValidityFacts(_Facts):
    """How long an award is good; see `stacking/renewal.py` for the arithmetic."""

    kind: ValidityKind = ValidityKind.NONE
    amount: int | None = Field(None, ge=1, le=36_500)
    until: date | None = None
    end_of_month: bool = False

    @model_validator(mode="after")
    def _what_the_kind_needs(self) -> Self:
        counted = self.kind in {ValidityKind.DAYS, ValidityKind.MONTHS}
        if counted and self.amount is None:
            raise ValueError("a validity in days or months needs an amount")
        if self.kind is ValidityKind.FIXED_DATE and self.until is None:
            raise ValueError("a validity to a fixed date needs the date, as until")
        return self

    def rule(self) -> Validity:
        """As the drawing office reads it."""
        return Validity(kind=self.kind, amount=self.amount, until=self.until, end_of_month=self.end_of_month)


class DrawingFacts(_Facts):
    """How Lanyard draws the badge's image when none is uploaded."""

    shape: Literal["shield", "circle", "hexagon", "ribbon", "leaf", "square"] = "hexagon"
    fill: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = "#0b4f6c"
    accent: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] | None = None
    level: int | None = Field(None, ge=1, le=5)


class AchievementFacts(_Facts):
    """Everything an achievement says. What must be there to publish is in `achievements.problems()`."""

    name: Name
    abbreviation: Annotated[str, Field(min_length=1, max_length=40)]
    description: Text
    criteria_narrative: Text | None = None
    criteria_url: Url | None = None
    achievement_type: Annotated[str, Field(min_length=1, max_length=80)] = "MicroCredential"
    skills: tuple[SkillFacts, ...] = Field((), max_length=50)
    assessment_method: AssessmentMethod | None = None
    education_type: EducationType | None = None
    formal_relation: FormalRelation | None = None
    hours: Decimal | None = Field(None, ge=0, le=100_000)
    academic_credits: Decimal | None = Field(None, ge=0, le=10_000)
    continuing_education: tuple[CreditFacts, ...] = Field((), max_length=20)
    result_descriptions: tuple[ResultFacts, ...] = Field((), max_length=50)
    tags: tuple[Annotated[str, Field(min_length=1, max_length=80)], ...] = Field((), max_length=50)
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", max_length=35)] = "en"
    validity: ValidityFacts = ValidityFacts()
    drawing: DrawingFacts = DrawingFacts()
    image_alt: Annotated[str, Field(max_length=300)] | None = None

    def to_json(self) -> dict[str, Any]:
        """As it is stored; `parse` reads it back to an equal object."""
        return self.model_dump(mode="json", exclude_none=True)


def parse(document: Any) -> AchievementFacts:
    """Check and read. Raises InvalidInput with `problems`: a pointer and a sentence for each."""
    try:
        return AchievementFacts.model_validate(document)
    except ValidationError as error:
        problems = [
            {"pointer": "/" + "/".join(str(part) for part in item["loc"]), "sentence": item["msg"]}
            for item in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        first = problems[0]
        raise InvalidInput(f"{first['pointer']}: {first['sentence']}", problems=problems) from error


def document_facts(
    facts: AchievementFacts,
    *,
    url: str,
    number: int,
    image_url: str,
    creator: model.Issuer,
    related: tuple[model.Related, ...] = (),
) -> model.Achievement:
    """The facts of one published version, as the workshop takes them."""
    return model.Achievement(
        id=url,
        name=facts.name,
        human_code=facts.abbreviation,
        description=facts.description,
        achievement_type=facts.achievement_type,
        criteria_narrative=facts.criteria_narrative,
        criteria_url=facts.criteria_url,
        image_url=image_url,
        image_caption=facts.image_alt or f"Badge: {facts.name} ({facts.abbreviation})",
        creator_id=creator.id,
        creator_name=creator.name,
        alignments=tuple(_alignment(skill) for skill in facts.skills),
        result_descriptions=tuple(_result_description(url, result) for result in facts.result_descriptions),
        tags=facts.tags,
        language=facts.language,
        version=str(number),
        credits_available=facts.academic_credits or None,
        related=related,
    )


def _alignment(skill: SkillFacts) -> model.Alignment:
    return model.Alignment(
        target_name=skill.name,
        target_url=skill.url,
        target_type=skill.target_type or "ceasn:Competency",
        target_code=skill.code,
        target_framework=skill.framework,
        target_description=f"Level {skill.level} of 5",
    )


def _result_description(url: str, result: ResultFacts) -> model.ResultDescription:
    return model.ResultDescription(
        id=f"{url}#{result.id}",
        name=result.name,
        result_type=result.result_type,
        allowed_values=result.allowed_values,
        required_value=result.required_value,
        value_min=result.value_min,
        value_max=result.value_max,
    )
