"""What a verification found: checks, one verdict, and only those facts that the proof covers.

Sentences are for a person who has never heard of signatures; codes are for programs.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


class Outcome(StrEnum):
    """What one check found. Unknown is neither: something that was needed could not be had."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """The one answer about a badge. Only GOOD means that every check that decides passed."""

    GOOD = "good"
    UNREADABLE = "unreadable"  # there is no badge in what was handed in
    BROKEN = "broken"  # changed after signing, not signed, or not signed by the issuer it names
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    UNKNOWN_ISSUER = "unknown_issuer"  # the issuer publishes no such key
    CANNOT_TELL = "cannot_tell"  # something needed was out of reach, or is of a kind not known here
    WRONG_PERSON = "wrong_person"  # good, but not for the recipient who was asked about


@dataclass(frozen=True, slots=True)
class Check:
    """One step of a verification, its outcome, a stable code and a sentence for a person."""

    name: str
    outcome: Outcome
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Caution:
    """Something a person should know that no check can decide: a stable code and a sentence."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class VerifiedFacts:
    """What the document says, as far as the proof covers it; `None` = it does not say.

    An endorsement or a learner record has no achievement of its own; a badge has `achievement_id` and its name always.
    """

    credential_id: str
    credential_name: str | None
    issuer_id: str
    issuer_name: str | None
    issuer_url: str | None
    achievement_id: str | None
    achievement_name: str | None
    achievement_description: str | None
    achievement_type: str | None
    human_code: str | None
    criteria_narrative: str | None  # Markdown
    criteria_url: str | None
    image_url: str | None
    subject_id: str | None
    holder_names: tuple[str, ...]
    valid_from: datetime
    valid_until: datetime | None
    awarded_date: datetime | None
    standard: str = "Open Badges 3.0"  # of which the badge is
    endorsement_comment: str | None = None  # what an endorser says of `subject_id`
    accredited_by: tuple[str, ...] = ()  # as the issuer says: the accreditor, and what it says of that

    @property
    def title(self) -> str | None:
        """What to call it: the achievement, or the document's own name."""
        return self.achievement_name or self.credential_name

    @property
    def signed_by(self) -> str:
        """The domain or DID that signed. Show it larger than the name, which anybody can claim (T20)."""
        return domain_of(self.issuer_id)

    def to_dict(self) -> dict[str, Any]:
        """The facts as JSON values, with `signed_by`; what the badge does not say is left out."""
        facts = asdict(self) | {"signed_by": self.signed_by, "holder_names": list(self.holder_names)}
        facts["accredited_by"] = list(self.accredited_by)
        return {
            name: instant(value) if isinstance(value, datetime) else value
            for name, value in facts.items()
            if value not in (None, [])
        }


@dataclass(frozen=True, slots=True)
class Report:
    """The answer of a verification: checks in the order of the standard, a verdict, and a sentence that explains it.

    `credential` is None unless the proof holds and is the issuer's. `document` is what was handed in, parsed; it is
    not to be shown as verified. `superseded_by` is the address of the badge that took this one's place. `endorsements`
    and `nested` (the achievements in a learner record) are reports of their own, which change nothing in this verdict.
    `known_in` names the registries that list the issuer; None = nobody looked.
    """

    checks: tuple[Check, ...]
    verdict: Verdict
    sentence: str
    credential: VerifiedFacts | None = None
    document: dict[str, Any] | None = None
    superseded_by: str | None = None
    warnings: tuple[Caution, ...] = ()
    endorsements: tuple[Embedded, ...] = ()
    nested: tuple[Embedded, ...] = ()
    known_in: tuple[str, ...] | None = None

    def __getitem__(self, name: str) -> Check:
        """The check of this name. Raises KeyError when there is none."""
        for check in self.checks:
            if check.name == name:
                return check
        raise KeyError(name)

    @property
    def is_good(self) -> bool:
        """Whether every check passed."""
        return self.verdict is Verdict.GOOD

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON values: verdict, sentence, checks, verified facts or null, link or null.

        The document is left out: whoever asked has it, and nothing in it counts but what `credential` repeats.
        """
        return {
            "verdict": self.verdict.value,
            "sentence": self.sentence,
            "checks": [
                {"name": check.name, "outcome": check.outcome.value, "code": check.code, "sentence": check.sentence}
                for check in self.checks
            ],
            "credential": None if self.credential is None else self.credential.to_dict(),
            "superseded_by": self.superseded_by,
            "warnings": [{"code": caution.code, "sentence": caution.sentence} for caution in self.warnings],
            "endorsements": [embedded.to_dict() for embedded in self.endorsements],
            "nested": [embedded.to_dict() for embedded in self.nested],
            "known_in": None if self.known_in is None else list(self.known_in),
        }


@dataclass(frozen=True, slots=True)
class Embedded:
    """The report of a signed document inside another; `place` is the JSON Pointer to it."""

    place: str
    report: Report

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON values, with `place`."""
        return {"place": self.place, **self.report.to_dict()}


def day(moment: datetime) -> str:
    """The date with its month as a word, as in "3 May 2026"; never depends on the machine's language (B32)."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def instant(moment: datetime) -> str:
    """The moment in RFC 3339 with its own offset, `Z` for UTC."""
    return moment.isoformat().replace("+00:00", "Z")


def domain_of(issuer_id: str) -> str:
    """The host of an https or did:web issuer, the identifier itself for any other; at most 100 printable characters.

    Characters that turn the direction of writing, or cannot be seen, are left out (T20).
    """
    if issuer_id.startswith("did:web:"):
        shown: str | None = re.sub(
            "%3A", ":", issuer_id.removeprefix("did:web:").partition(":")[0], flags=re.IGNORECASE
        )
    else:
        try:
            parts = urlsplit(issuer_id)
            shown = parts.hostname if parts.scheme in ("http", "https") else None
        except ValueError:
            shown = None
    return "".join(character for character in shown or issuer_id if character.isprintable())[:100]
