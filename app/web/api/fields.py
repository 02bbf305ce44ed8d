"""What fields of requests and answers have in common: limits equal to the database's, and nothing that is not named."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from app import clock
from app.credentials.identity import normalise_email
from app.credentials.timestamps import from_rfc3339
from app.errors import InvalidInput, NotFound
from app.issuing.achievement_facts import Url, without_stray_controls

LONGEST_EMAIL = 320
EARLIEST_YEAR = 1900
LONGEST_TEXT = 20_000
_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class In(BaseModel):
    """What a caller says. A member that is not named here is refused, whatever it is called (T30)."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Out(BaseModel):
    """What a caller is told; made of rows on purpose, never a row itself."""

    model_config = ConfigDict(frozen=True)


def one_line(value: str) -> str:
    """The text, without line ends and other control characters. Raises ValueError (T39)."""
    if _CONTROL.search(value):
        raise ValueError("must be one line without control characters")
    return value


def _id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise NotFound("There is nothing with this id")  # as an unknown one, so that no form tells anything
    return value


def _email(value: str) -> str:
    try:
        normalised = normalise_email(value)
    except InvalidInput as error:
        raise ValueError("must be an e-mail address that mail can be sent to") from error
    if len(normalised) > LONGEST_EMAIL:
        raise ValueError(f"must have at most {LONGEST_EMAIL} characters")
    return value


def _moment(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("must be a date and time with a zone, as 2026-03-01T09:00:00Z")  # noqa: TRY004 - pydantic's way
    try:
        moment = from_rfc3339(value).replace(microsecond=0).astimezone(UTC)
    except (InvalidInput, OverflowError) as error:
        raise ValueError("must be a date and time with a zone, as 2026-03-01T09:00:00Z") from error
    return moment


def _past(value: datetime) -> datetime:
    if value > clock.now():
        raise ValueError("must not be in the future")
    if value.year < EARLIEST_YEAR:
        raise ValueError(f"must not be before {EARLIEST_YEAR}")
    return value


def exact(value: Any) -> Any:
    """A number of JSON, or its text; never true and false, which pydantic would read as 1 and 0. Raises ValueError."""
    if isinstance(value, bool):
        raise ValueError("must be a number")  # noqa: TRY004 - pydantic's way
    return value


Id = Annotated[str, AfterValidator(_id), WithJsonSchema({"type": "string", "examples": ["3q2-7wAbCdEfGhIjKlMnOp"]})]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?$", max_length=80)]
Line120 = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(one_line)]
Line200 = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(one_line)]
Line255 = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(one_line)]
Line320 = Annotated[str, Field(min_length=1, max_length=320), AfterValidator(one_line)]
Line500 = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(one_line)]
Text = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT), AfterValidator(without_stray_controls)]
Reason = Annotated[
    str,
    Field(min_length=1, max_length=2_000, description="why; shown on the badge's page"),
    AfterValidator(without_stray_controls),
]
Email = Annotated[str, Field(min_length=3, max_length=LONGEST_EMAIL), AfterValidator(_email)]
Url500 = Annotated[Url, Field(max_length=500)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
PastMoment = Annotated[Moment, AfterValidator(_past)]
Fraction = Annotated[Decimal, BeforeValidator(exact), Field(ge=0, le=1, max_digits=10, decimal_places=9)]
AchievementName = Annotated[
    str, Field(min_length=1, max_length=80, description="the achievement's id or its short name")
]
