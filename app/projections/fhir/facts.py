"""The facts from which resources are made: frozen, in our words, with ids as they are on the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import quote, unquote


class QualificationStatus(StrEnum):
    """How an award stands, in the codes that FHIR R6 gives to qualifications. `inactive`: it has expired."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Home:
    """The base of one issuer: `https://badges.example/fhir/northfield`, without a slash at its end."""

    base: str

    def of(self, resource_type: str, resource_id: str) -> str:
        """The address of a resource."""
        return f"{self.base}/{resource_type}/{resource_id}"

    def structure(self, name: str) -> str:
        """The canonical address of an extension of ours."""
        return f"{self.base}/StructureDefinition/{name}"

    def codes(self, name: str) -> str:
        """The canonical address of a code system of ours."""
        return f"{self.base}/CodeSystem/{name}"

    @property
    def people(self) -> str:
        """The system of the identifiers that this service gives to people."""
        return f"{self.base}/people"

    def system_of(self, namespace: str) -> str:
        """The system of the identifiers that another system gives to people; a URI stays as it is."""
        return namespace if ":" in namespace else f"{self.base}/systems/{quote(namespace, safe='')}"

    def namespace_of(self, system: str) -> str | None:
        """The way back from `system_of`; None for a character that no namespace has."""
        start = f"{self.base}/systems/"
        namespace = unquote(system.removeprefix(start)) if system.startswith(start) else system
        return None if "\0" in namespace else namespace


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualification:
    """An award. `ends` None = it has no end. `changed_at` = since when it stands as it does, as far as is known."""

    id: str
    badge_url: str
    achievement_url: str
    verify_url: str
    name: str
    abbreviation: str
    begins: datetime
    ends: datetime | None
    status: QualificationStatus
    changed_at: datetime

    @property
    def code(self) -> str:
        """The code of what was earned: its abbreviation, with single blanks, as codes are written."""
        return " ".join(self.abbreviation.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """Somebody who agreed to be shown. `name` None = it is not known. Identifiers are pairs of system and value."""

    id: str
    name: str | None
    qualifications: tuple[Qualification, ...]
    changed_at: datetime
    identifiers: tuple[tuple[str, str], ...] = ()
    emails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationFacts:
    """The issuer (`part_of` None), or a unit of it."""

    id: str
    name: str
    changed_at: datetime
    identifiers: tuple[tuple[str, str], ...] = ()
    url: str | None = None
    part_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleFacts:
    """Where somebody works and what as. `code` and `job` None = that is not known."""

    id: str
    person_id: str
    person_name: str | None
    organization_id: str
    organization_name: str
    code: str | None
    job: str | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Written:
    """A resource and what a search says of it: `match`, or `include` for one that came along."""

    resource: dict[str, object]
    mode: str = field(default="match")


def instant(moment: datetime) -> str:
    """A moment as `instant` and `dateTime` have it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
