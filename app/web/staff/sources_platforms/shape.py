"""What is to be known of a kind of source, and the settings that many kinds have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.web.languages import marked as _
from app.web.staff.sources_fields import Field, Kind


@dataclass(frozen=True, slots=True)
class Platform:
    """One kind of source. `ways` are the ways that it calls otherwise than others do, the recommended one first.

    `makes_secret` are the schemes whose secret is made at the platform and pasted here. `sent_to` is the door: `hooks`,
    `xapi` or `caliper`. `title` says it better than the adapter's own, where that is needed.
    """

    description: str
    fields: tuple[Field, ...]
    ways: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    makes_secret: frozenset[str] = frozenset()
    sent_to: str = "hooks"
    is_common: bool = False
    title: str = ""


LEARNING_KIND = Field(
    "learning_kind",
    _("How people learn there"),
    _("Stands in the record of what was learned, unless a delivery says otherwise."),
    Kind.CHOICE,
    (
        ("", _("In courses")),
        ("workshop", _("In workshops")),
        ("on_the_job", _("On the job")),
        ("self_study", _("By self-study")),
        ("other", _("Otherwise")),
    ),
    is_rare=True,
)
MAX_ITEMS = Field(
    "max_items", _("Most items in one delivery"), _("1,000 if empty, at most 5,000."), Kind.NUMBER, is_rare=True
)
TIME_ZONE = Field(
    "time_zone",
    _("Time zone"),
    _("Of times that are sent without one. An IANA name, such as Europe/Vienna."),
    placeholder="Europe/Vienna",
)
NAMESPACE = Field(
    "namespace",
    _("Name of the system"),
    _("Whose ids of people and courses these are. Two systems with the same ids need two names."),
    is_required=True,
    placeholder="lms.example.org",
)
