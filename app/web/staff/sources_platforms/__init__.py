"""What the pages know of each kind of source: what it is, which settings it asks for, how it may prove itself.

A new adapter is an entry in `known.py`. The steps at the platform's side are templates: staff/sources/steps/TYPE.html.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.lms import ADAPTERS
from app.web.staff.sources_fields import Field
from app.web.staff.sources_platforms.known import PLATFORMS
from app.web.staff.sources_platforms.shape import Platform
from app.web.staff.sources_platforms.ways import OPTIONS, WAYS

__all__ = ["FILES", "LTI", "PLATFORMS", "Platform", "Way", "options_of", "ways_of"]

LTI = "lti"
FILES = "csv"


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which deliveries prove themselves, in words."""

    scheme: str
    label: str
    hint: str


def ways_of(source_type: str) -> list[Way]:
    """Every way of a kind of source to prove itself, the recommended one first and the last resort last."""
    own = PLATFORMS[source_type].ways
    schemes = ADAPTERS[source_type].auth_schemes
    ordered = [*(each for each in own if each in schemes), *(each for each in schemes if each not in own)]
    return [Way(scheme, *own.get(scheme, WAYS[scheme])) for scheme in ordered]


def options_of(source_type: str, scheme: str) -> tuple[Field, ...]:
    """What a way asks for besides the secret. How Thinkific signs is known."""
    return () if (source_type, scheme) == ("thinkific", "hmac") else OPTIONS.get(scheme, ())
