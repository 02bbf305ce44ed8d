"""Pathways and achievements in the words of CTDL (Credential Transparency Description Language), as JSON-LD. Pure.

The context is written into each document, so that nothing has to be fetched to read it. What of the vocabulary was
looked up, and what could not be, stands in `docs/stacks.md`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

MEDIA_TYPE = "application/ld+json"
# Classes of credentials that CTDL has; an achievement of another type is a plain credential.
CLASSES = frozenset(
    [
        "ApprenticeshipCertificate",
        "AssociateDegree",
        "BachelorDegree",
        "Badge",
        "Certificate",
        "CertificateOfCompletion",
        "Certification",
        "Degree",
        "DigitalBadge",
        "Diploma",
        "DoctoralDegree",
        "GeneralEducationDevelopment",
        "JourneymanCertificate",
        "License",
        "MasterCertificate",
        "MasterDegree",
        "MicroCredential",
        "ProfessionalDoctorate",
        "QualityAssuranceCredential",
        "ResearchDoctorate",
        "SecondarySchoolDiploma",
    ]
)
_LINKS = [
    "ceterms:hasPart",
    "ceterms:hasDestinationComponent",
    "ceterms:isDestinationComponentOf",
    "ceasn:isPartOf",
    "ceasn:hasChild",
    "ceterms:targetComponent",
    "ceterms:precedes",
    "ceterms:prerequisite",
    "ceterms:proxyFor",
    "ceterms:subjectWebpage",
    "ceterms:image",
    "ceterms:ownedBy",
    "ceterms:offeredBy",
    "ceterms:targetNode",
    "ceterms:targetCredential",
    "ceterms:comparator",
    "ceterms:leftSource",
    "ceterms:logicalOperator",
]
CONTEXT: dict[str, Any] = {
    "ceterms": "https://purl.org/ctdl/terms/",
    "ceasn": "https://purl.org/ctdlasn/terms/",
    "compare": "https://purl.org/ctdl/vocabs/compare/",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "schema": "https://schema.org/",
    **{term: {"@type": "@id"} for term in _LINKS},
    **{
        f"ceterms:{term}": {"@container": "@language"}
        for term in ("name", "alternateName", "description", "targetNodeName", "frameworkName", "keyword")
    },
}


class Shape(StrEnum):
    """What a component of a pathway stands for; each is a class of CTDL."""

    CREDENTIAL = "CredentialComponent"
    COMPETENCY = "CompetencyComponent"
    BASIC = "BasicComponent"  # a step that is no credential


class Operator(StrEnum):
    """How the parts of a condition are joined, where all or one of them will do."""

    AND = "and"
    OR = "or"


@dataclass(frozen=True, slots=True)
class Constraint:
    """A sum that has to be reached: of a property of the targets, in a unit ("" = none is needed to read it)."""

    source: str  # a property of CTDL, such as ceterms:creditValue
    at_least: Decimal
    said: str


@dataclass(frozen=True, slots=True)
class Condition:
    """What a component asks for. `required` of the targets and conditions; None = only the constraint counts."""

    said: str
    targets: tuple[str, ...] = ()  # ids of components
    conditions: tuple[Condition, ...] = ()
    required: int | None = None
    operator: Operator | None = None
    constraint: Constraint | None = None


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a pathway. `stands_for` is the address of what it stands for; None = it has none."""

    id: str
    shape: Shape
    name: str
    description: str | None = None
    abbreviation: str | None = None
    credential_type: str | None = None
    stands_for: str | None = None
    condition: Condition | None = None
    prerequisites: tuple[str, ...] = ()  # ids of components without which it cannot be completed
    precedes: tuple[str, ...] = ()  # ids of components that are suggested after it


@dataclass(frozen=True, slots=True)
class Organisation:
    """Whoever offers it: its address here, its identifier, its website."""

    id: str
    name: str
    website: str | None = None


@dataclass(frozen=True, slots=True)
class Pathway:
    """One published version of a pathway with all of its components. Texts are in `language`.

    `lasting_id` is its very first address, which stays what it was when the service moves to another.
    """

    id: str
    lasting_id: str
    page: str
    name: str
    description: str | None
    owner: Organisation
    components: tuple[Component, ...]
    destination: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Competency:
    """A skill that a credential shows, with its level in words."""

    name: str
    url: str
    level: str
    code: str | None = None
    framework: str | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """An amount with the three letters of its currency."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Required:
    """What is to be had before, in words and as addresses of credentials."""

    said: str
    credentials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Credential:
    """One published version of an achievement; None and empty = not stated. `months`: for how long it is good."""

    id: str
    name: str
    abbreviation: str
    description: str
    kind: str
    language: str
    image: str
    owner: Organisation
    competencies: tuple[Competency, ...] = ()
    tags: tuple[str, ...] = ()
    hours: Decimal | None = None
    months: int | None = None
    credits: tuple[tuple[Decimal, str], ...] = ()  # amount, and the unit in words
    price: Price | None = None
    entry: Required | None = None
    criteria: str | None = None


def pathway(stated: Pathway) -> dict[str, Any]:
    """The pathway and its components as one graph; everything in it is at or below the pathway's own address."""
    whole = {
        "@id": stated.id,
        "@type": "ceterms:Pathway",
        "ceterms:ctid": ctid(stated.lasting_id),
        "ceterms:name": {stated.language: stated.name},
        "ceterms:description": {stated.language: stated.description} if stated.description else None,
        "ceterms:subjectWebpage": stated.page,
        "ceterms:ownedBy": [stated.owner.id],
        "ceterms:offeredBy": [stated.owner.id],
        "ceterms:hasPart": [each.id for each in stated.components],
        "ceterms:hasDestinationComponent": [stated.destination],
    }
    parts = [_component(stated, each) for each in stated.components]
    return {"@context": CONTEXT, "@graph": [_known(whole), *parts, _organisation(stated.owner, stated.language)]}


def credential(stated: Credential) -> dict[str, Any]:
    """The achievement as a credential, with who awards it."""
    tag = stated.language
    found = {
        "@id": stated.id,
        "@type": f"ceterms:{class_of(stated.kind)}",
        "ceterms:ctid": ctid(stated.id),
        "ceterms:name": {tag: stated.name},
        "ceterms:alternateName": {tag: [stated.abbreviation]},
        "ceterms:description": {tag: stated.description},
        "ceterms:inLanguage": [tag],
        "ceterms:subjectWebpage": stated.id,
        "ceterms:image": stated.image,
        "ceterms:ownedBy": [stated.owner.id],
        "ceterms:offeredBy": [stated.owner.id],
        "ceterms:keyword": {tag: list(stated.tags)} if stated.tags else None,
        "ceterms:estimatedDuration": [_duration(stated.hours)] if stated.hours else None,
        "ceterms:renewalFrequency": f"P{stated.months}M" if stated.months else None,
        "ceterms:estimatedCost": [_cost(stated.price)] if stated.price else None,
        "ceterms:entryCondition": [_entry(stated.entry)] if stated.entry else None,
        "ceterms:requires": list(_requires(stated)) or None,
    }
    return {"@context": CONTEXT, "@graph": [_known(found), _organisation(stated.owner, tag)]}


def ctid(address: str) -> str:
    """The identifier of what has this address: `ce-` and a UUID, in lower case, the same for the same address.

    Source: CTDL, "ceterms:ctid"; RFC 9562, section 5.5 (UUIDv5).
    """
    return f"ce-{uuid.uuid5(uuid.NAMESPACE_URL, address)}"


def class_of(kind: str) -> str:
    """The class of CTDL for a type of achievement."""
    return kind if kind in CLASSES else "Credential"


def _component(whole: Pathway, stated: Component) -> dict[str, Any]:
    tag = whole.language
    found = {
        "@id": stated.id,
        "@type": f"ceterms:{stated.shape}",
        "ceterms:ctid": ctid(whole.lasting_id + stated.id.removeprefix(whole.id)),
        "ceterms:name": {tag: stated.name},
        "ceterms:alternateName": {tag: [stated.abbreviation]} if stated.abbreviation else None,
        "ceterms:description": {tag: stated.description} if stated.description else None,
        "ceasn:isPartOf": [whole.id],
        "ceterms:isDestinationComponentOf": [whole.id] if stated.id == whole.destination else None,
        "ceterms:credentialType": f"ceterms:{class_of(stated.credential_type)}" if stated.credential_type else None,
        "ceterms:proxyFor": stated.stands_for,
        "ceterms:prerequisite": list(stated.prerequisites) or None,
        "ceterms:precedes": list(stated.precedes) or None,
        "ceasn:hasChild": list(dict.fromkeys(_targets(stated.condition))) or None,
        "ceterms:hasCondition": [_condition(stated.condition)] if stated.condition else None,
    }
    return _known(found)


def _targets(stated: Condition | None) -> Iterator[str]:
    """Every component that a condition names, however deep."""
    if stated is not None:
        yield from stated.targets
        for each in stated.conditions:
            yield from _targets(each)


def _condition(stated: Condition) -> dict[str, Any]:
    found = {
        "@type": "ceterms:ComponentCondition",
        "ceterms:description": {"en": stated.said},
        "ceterms:requiredNumber": stated.required,
        "ceterms:logicalOperator": f"odrl:{stated.operator}" if stated.operator else None,
        "ceterms:targetComponent": list(stated.targets) or None,
        "ceterms:hasCondition": [_condition(each) for each in stated.conditions] or None,
        "ceterms:requiredConstraints": 1 if stated.constraint else None,
        "ceterms:hasConstraint": [_constraint(stated.constraint)] if stated.constraint else None,
    }
    return _known(found)


def _constraint(stated: Constraint) -> dict[str, Any]:
    return {
        "@type": "ceterms:Constraint",
        "ceterms:description": {"en": stated.said},
        "ceterms:leftSource": [stated.source],
        "ceterms:comparator": "compare:GTEQ",
        "ceterms:rightSource": [f"{stated.at_least.normalize():f}"],
    }


def _organisation(stated: Organisation, tag: str) -> dict[str, Any]:
    found = {"@id": stated.id, "@type": "ceterms:CredentialOrganization", "ceterms:name": {tag: stated.name}}
    return _known({**found, "ceterms:subjectWebpage": stated.website})


def _duration(hours: Decimal) -> dict[str, Any]:
    whole, minutes = divmod(round(hours * 60), 60)
    length = "PT" + (f"{whole}H" if whole else "") + (f"{minutes}M" if minutes or not whole else "")
    return {"@type": "ceterms:DurationProfile", "ceterms:exactDuration": length}


def _cost(price: Price) -> dict[str, Any]:
    amount = {"ceterms:price": f"{price.amount:f}", "ceterms:currency": price.currency}
    return {"@type": "ceterms:CostProfile", **amount}


def _entry(stated: Required) -> dict[str, Any]:
    found = {"@type": "ceterms:ConditionProfile", "ceterms:description": {"en": stated.said}}
    return _known({**found, "ceterms:targetCredential": list(stated.credentials) or None})


def _requires(stated: Credential) -> Iterator[dict[str, Any]]:
    if not (stated.competencies or stated.credits or stated.criteria):
        return
    values = [_value(amount, unit, stated.language) for amount, unit in stated.credits]
    found = {
        "@type": "ceterms:ConditionProfile",
        "ceterms:description": {stated.language: stated.criteria} if stated.criteria else None,
        "ceterms:targetCompetency": [_competency(each, stated.language) for each in stated.competencies] or None,
        "ceterms:creditValue": values or None,
    }
    yield _known(found)


def _value(amount: Decimal, unit: str, tag: str) -> dict[str, Any]:
    value = {"@type": "ceterms:ValueProfile", "schema:value": f"{amount.normalize():f}"}
    return {**value, "ceterms:description": {tag: unit}}


def _competency(stated: Competency, tag: str) -> dict[str, Any]:
    found = {
        "@type": "ceterms:CredentialAlignmentObject",
        "ceterms:targetNode": stated.url,
        "ceterms:targetNodeName": {tag: stated.name},
        "ceterms:description": {"en": stated.level},
        "ceterms:codedNotation": stated.code,
        "ceterms:frameworkName": {tag: stated.framework} if stated.framework else None,
    }
    return _known(found)


def _known(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if value is not None}
