"""The facts of a badge in our words; `ob3.py` turns them into the words of Open Badges 3.0.

Absence means "not stated". All moments are aware, UTC, whole seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class StatusPurpose(StrEnum):
    """What a status list says about the awards on it. Revocation is final, suspension can be lifted."""

    REVOCATION = "revocation"
    SUSPENSION = "suspension"


class Algorithm(StrEnum):
    """The signature algorithms that Lanyard signs with (JOSE names). ES256 is of P-256 keys."""

    ED25519 = "EdDSA"
    RS256 = "RS256"
    ES256 = "ES256"


@dataclass(frozen=True, slots=True)
class Accreditation:
    """That an issuer is accredited by somebody, as the issuer says."""

    accreditor: str
    url: str  # of the accreditor; stands for it
    contact_instructions: str  # how to ask the accreditor
    scope: str | None = None
    area_served: str | None = None
    sector: str | None = None
    accredited_on: date | None = None
    ends_on: date | None = None  # None = no end is known


@dataclass(frozen=True, slots=True)
class Issuer:
    """An organisation that awards badges, as its signed profile names it."""

    id: str  # a DID or https URL; what `issuer.id` will say
    name: str
    url: str | None = None
    email: str | None = None
    description: str | None = None
    image_url: str | None = None  # PNG
    parent_name: str | None = None
    parent_url: str | None = None
    accreditations: tuple[Accreditation, ...] = ()  # those that hold when it is signed


@dataclass(frozen=True, slots=True)
class Alignment:
    """A skill, competency or other external thing that an achievement is aligned with."""

    target_name: str
    target_url: str
    target_type: str | None = None  # a value of the enumeration or `ext:…`
    target_code: str | None = None
    target_framework: str | None = None
    target_description: str | None = None


class AssessmentType(StrEnum):
    """How learning was assessed, in the words of the Assessment extension."""

    EXAM = "Exam"
    PERFORMANCE = "Performance"
    ARTIFACT = "Artifact"


@dataclass(frozen=True, slots=True)
class Assessment:
    """What makes a result description that of an assessment."""

    type: AssessmentType
    description: str
    output: str
    evaluation_method: str | None = None
    has_group_participation: bool = False
    has_group_evaluation: bool = False


@dataclass(frozen=True, slots=True)
class ResultDescription:
    """A kind of result that awards of an achievement may state."""

    id: str  # absolute URI
    name: str
    result_type: str
    allowed_values: tuple[str, ...] = ()
    required_value: str | None = None
    value_min: str | None = None
    value_max: str | None = None
    assessment: Assessment | None = None


@dataclass(frozen=True, slots=True)
class Related:
    """The same achievement elsewhere: in another generation of the standard, language or edition."""

    id: str
    types: tuple[str, ...] = ()  # beside `Related`, as full addresses
    version: str | None = None
    language: str | None = None  # BCP 47


@dataclass(frozen=True, slots=True)
class Achievement:
    """One published version of what can be earned. The same version always gives the same bytes."""

    id: str  # https URL of this version
    name: str
    description: str
    achievement_type: str
    human_code: str | None = None  # the abbreviation
    criteria_narrative: str | None = None  # Markdown
    criteria_url: str | None = None
    image_url: str | None = None  # PNG
    image_caption: str | None = None
    creator_id: str | None = None
    creator_name: str | None = None
    alignments: tuple[Alignment, ...] = ()
    result_descriptions: tuple[ResultDescription, ...] = ()
    tags: tuple[str, ...] = ()
    language: str | None = None  # BCP 47
    version: str | None = None
    credits_available: Decimal | None = None
    field_of_study: str | None = None
    related: tuple[Related, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who earned it: a subject id made for this award alone, a salted hash of the address, a name if allowed."""

    subject_id: str  # urn:uuid, fresh per award: two badges of one person must not be linkable
    email: str | None = None  # normalised; only its hash is published
    salt: str | None = None  # fresh per award; required with `email`
    name: str | None = None  # plain, only with the learner's consent


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something that shows the achievement was earned."""

    id: str | None = None  # URL or urn, never a data: URI
    name: str | None = None
    narrative: str | None = None
    description: str | None = None
    genre: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A result stated with consent; `result_description` is the id of one in the achievement."""

    result_description: str
    value: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """Where to look up one purpose of an award's status."""

    list_url: str
    index: int
    purpose: StatusPurpose


@dataclass(frozen=True, slots=True)
class Award:
    """Everything a signed badge says. `awarded_at` is when it was earned, `valid_from` when this form was made."""

    id: str  # https URL of the badge, for ever
    issuer: Issuer
    achievement: Achievement
    recipient: Recipient
    awarded_at: datetime
    valid_from: datetime
    valid_until: datetime | None = None  # None = never expires
    status: tuple[StatusEntry, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    results: tuple[Result, ...] = ()
    narrative: str | None = None
    activity_started_at: datetime | None = None
    activity_ended_at: datetime | None = None
    refresh_url: str | None = None  # where the newest form of this badge is; None: the badge names no such place
    endorsements: tuple[dict[str, Any], ...] = ()  # signed EndorsementCredentials about a part of it, as they stand
    endorsement_tokens: tuple[str, ...] = ()  # the same as compact tokens


@dataclass(frozen=True, slots=True)
class Pin:
    """What stood at an address when it was endorsed: its digest, so that other content is seen to be other content."""

    url: str
    digest_sri: str  # `sha256-` and base64, as Subresource Integrity has it
    media_type: str


@dataclass(frozen=True, slots=True)
class Endorsement:
    """What an organisation says of a badge, an achievement or an issuer, its own or (as a rule) somebody else's."""

    id: str  # https URL, for ever
    issuer: Issuer  # who endorses
    name: str
    about: str  # the id that the endorsed thing has in signed documents
    comment: str  # Markdown
    valid_from: datetime
    valid_until: datetime | None = None  # None = until it is withdrawn
    status: StatusEntry | None = None
    pin: Pin | None = None  # the content that is meant


class AssociationType(StrEnum):
    """How two achievements in a record relate (CLR 2.0, AssociationType); the ones that we state."""

    IS_PARENT_OF = "isParentOf"
    PRECEDES = "precedes"
    REPLACED_BY = "replacedBy"


@dataclass(frozen=True, slots=True)
class Association:
    """One achievement's relation to another one of the same record; both by the ids that the badges in it name."""

    source_id: str
    target_id: str
    type: AssociationType


@dataclass(frozen=True, slots=True)
class Record:
    """A learner's badges of one issuer, to be handed over together."""

    id: str
    issuer: Issuer
    name: str
    recipient: Recipient  # with an id made for this record alone
    badges: tuple[dict[str, Any], ...]  # signed credentials, as they were stored
    valid_from: datetime
    partial: bool = False  # whether the learner holds badges of this issuer that are not in it
    associations: tuple[Association, ...] = ()


@dataclass(frozen=True, slots=True)
class StatusListFacts:
    """Everything a published status list says."""

    id: str  # URL of the list
    issuer_id: str
    purpose: StatusPurpose
    size_bits: int
    set_indexes: frozenset[int] = field(default_factory=frozenset)
    valid_from: datetime | None = None
    ttl_milliseconds: int | None = None
