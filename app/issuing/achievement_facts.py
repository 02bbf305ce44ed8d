"""What an achievement says: one definition that the API, the catalogue and the database share (B20, B21)."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from app.errors import InvalidInput
from app.projections.drawing import Icon
from app.stacking import conditions
from app.stacking.continuing_education import CERequirement
from app.stacking.cycles import Method, RenewalPolicy
from app.stacking.renewal import Validity, ValidityKind
from app.stacking.world import OnLoss

_STRAY_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

WRONG_KEY = "[key]"  # how the model ends the place of an entry whose key is wrong
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


class PriceFacts(_Facts):
    """What taking part costs a learner; 0 is free of charge. The currency by its three letters (ISO 4217)."""

    amount: Decimal = Field(ge=0, le=1_000_000, decimal_places=4)
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


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


Share = Annotated[Decimal, Field(ge=0, le=1)]
Units = Annotated[Decimal, Field(gt=0, le=10_000)]
ShortName = Annotated[str, Field(min_length=1, max_length=80)]


class CERenewalFacts(_Facts):
    """How much continuing education a cycle asks for; `stacking/continuing_education.py` has the arithmetic.

    `unit` is the short name of a unit. Without `domains`, the achievement's tags and the codes of its skills are them.
    """

    unit: ShortName
    amount: Units
    in_domain_min_ratio: Share = Decimal(0)
    carry_over: bool = False
    shared: bool = False
    further: Annotated[Decimal, Field(ge=0, le=10_000)] = Decimal(0)
    cap: Units | None = None
    max_per_activity_type: dict[ShortName, Units] = Field(default_factory=dict, max_length=20)
    domains: tuple[ShortName, ...] = Field((), max_length=50)
    on_failed_audit: OnLoss | None = None  # what becomes of the renewed badge; None = it stays

    @model_validator(mode="after")
    def _nothing_twice(self) -> Self:
        if self.shared and self.carry_over:
            raise ValueError("units that count for several badges cannot be carried over as well")
        if not self.shared and self.further:
            raise ValueError("only where units are shared can a further badge ask for more of them")
        return self


class RenewalFacts(_Facts):
    """How a badge is renewed; `stacking/cycles.py` has the arithmetic. `reminder_days`: days before the last one."""

    grace_days: int = Field(0, ge=0, le=3_660)
    reminder_days: tuple[Annotated[int, Field(ge=1, le=3_660)], ...] = Field((), max_length=20)
    method: Method = Method.REASSESS
    ce: CERenewalFacts | None = None

    @model_validator(mode="after")
    def _what_the_method_needs(self) -> Self:
        if (self.method is Method.CE) is not (self.ce is not None):
            raise ValueError("state ce with the method ce, and with no other")
        if len(set(self.reminder_days)) < len(self.reminder_days):
            raise ValueError("two reminders on the same day are one")
        return self


class DrawingFacts(_Facts):
    """How Lanyard draws the badge's image when none is uploaded."""

    shape: Literal["shield", "circle", "hexagon", "ribbon", "leaf", "square"] = "hexagon"
    fill: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = "#0b4f6c"
    accent: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] | None = None
    level: int | None = Field(None, ge=1, le=5)
    icon: Icon | None = None


class Format(StrEnum):
    """In what form something is learned."""

    COURSE = "course"
    WORKSHOP = "workshop"
    ON_THE_JOB = "on_the_job"
    SELF_STUDY = "self_study"


# As the JSON Schema of Open Badges 3.0 takes it: there is one way to write a tag, so none can stand twice.
_TONGUE = r"^[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$"
Tongue = Annotated[str, StringConstraints(pattern=_TONGUE, strip_whitespace=False)]
MOST_TRANSLATIONS = 20


class TranslationFacts(_Facts):
    """The texts of an achievement in one more language; where one is missing (None), the signed one stands for it."""

    name: Name
    description: Text | None = None
    criteria_narrative: Text | None = None


def checked_condition(value: Any) -> Any:
    """A condition as plain data, or a ValueError that says what is wrong with it and where."""
    if value is not None:
        try:
            conditions.read(value)
        except InvalidInput as error:
            raise ValueError(error.detail) from error
    return value


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
    group_participation: bool = False  # learners did what was assessed together
    group_evaluation: bool = False  # they were assessed as a group
    education_type: EducationType | None = None
    formal_relation: FormalRelation | None = None
    hours: Decimal | None = Field(None, ge=0, le=100_000)
    academic_credits: Decimal | None = Field(None, ge=0, le=10_000)
    continuing_education: tuple[CreditFacts, ...] = Field((), max_length=20)
    price: PriceFacts | None = None
    result_descriptions: tuple[ResultFacts, ...] = Field((), max_length=50)
    tags: tuple[Annotated[str, Field(min_length=1, max_length=80)], ...] = Field((), max_length=50)
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", max_length=35)] = "en"
    translations: dict[Tongue, TranslationFacts] = Field(default_factory=dict, max_length=MOST_TRANSLATIONS)
    validity: ValidityFacts = ValidityFacts()
    renewal: RenewalFacts | None = None
    drawing: DrawingFacts = DrawingFacts()
    image_alt: Annotated[str, Field(max_length=300)] | None = None
    # What it is among stacks. A stack is awarded by a pathway and never by hand; its skills are those of its parts.
    is_stack: bool = False
    prerequisites: Annotated[dict[str, Any], BeforeValidator(checked_condition)] | None = (
        None  # a condition, as plain data
    )
    formats: tuple[Format, ...] = Field((), max_length=4)

    @model_validator(mode="after")
    def _each_language_once(self) -> Self:
        """The language that is signed is no translation, and only what is said there can be said in another."""
        for tag, texts in self.translations.items():
            if tag.lower() == self.language.lower():
                raise _wrong("these texts are in the language of the achievement already", tag)
            if texts.criteria_narrative and not self.criteria_narrative:
                raise _wrong("there is no text of the criteria to translate", tag, "criteria_narrative")
        return self

    def renewal_policy(self) -> RenewalPolicy:
        """As the drawing office reads it. An achievement that states none is earned anew when it has ended."""
        own = {*self.tags, *(skill.code for skill in self.skills if skill.code)}
        return _policy(self.validity, self.renewal, own)

    def to_json(self) -> dict[str, Any]:
        """As it is stored; `parse` reads it back to an equal object."""
        return self.model_dump(mode="json", exclude_none=True, exclude=None if self.translations else {"translations"})


def stored_renewal_policy(document: dict[str, Any]) -> RenewalPolicy:
    """The policy of facts as they are stored, without reading the others: lists ask for hundreds at once."""
    stated = document.get("renewal")
    codes = (skill.get("code") for skill in document.get("skills", ()))
    return _policy(
        ValidityFacts.model_validate(document.get("validity", {})),
        None if stated is None else RenewalFacts.model_validate(stated),
        {*document.get("tags", ()), *(code for code in codes if code)},
    )


def _policy(validity: ValidityFacts, stated: RenewalFacts | None, own_domains: set[str]) -> RenewalPolicy:
    renewal = stated or RenewalFacts()
    return RenewalPolicy(
        validity=validity.rule(),
        grace_days=renewal.grace_days,
        reminder_days=tuple(sorted(renewal.reminder_days, reverse=True)),
        method=renewal.method,
        ce=None if renewal.ce is None else _ce_requirement(renewal.ce, own_domains),
    )


def _ce_requirement(stated: CERenewalFacts, own_domains: set[str]) -> CERequirement:
    members = stated.model_dump(exclude={"domains", "on_failed_audit"})
    return CERequirement(**members, domains=frozenset(each.casefold() for each in stated.domains or own_domains))


def pointer_of(place: tuple[int | str, ...]) -> str:
    """A place in facts as a JSON pointer; the model names a wrong key by one part more."""
    return "/" + "/".join(str(part) for part in place if part != WRONG_KEY)


def _wrong(sentence: str, *place: str) -> ValidationError:
    """What is wrong with a translation, at its place."""
    error = PydanticCustomError("value_error", "Value error, {error}", {"error": sentence})
    line = InitErrorDetails(type=error, loc=("translations", *place), input=None)
    return ValidationError.from_exception_data("AchievementFacts", [line])


def parse(document: Any) -> AchievementFacts:
    """Check and read. Raises InvalidInput with `problems`: a pointer and a sentence for each."""
    try:
        return AchievementFacts.model_validate(document)
    except ValidationError as error:
        problems = [
            {"pointer": pointer_of(item["loc"]), "sentence": item["msg"]}
            for item in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        first = problems[0]
        raise InvalidInput(f"{first['pointer']}: {first['sentence']}", problems=problems) from error
