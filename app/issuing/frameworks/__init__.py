"""Frameworks of skills that others keep: read from files that the operator has, searched, and aligned with."""

from app.issuing.frameworks.aligning import adopt, align
from app.issuing.frameworks.looking import MOST_SHOWN, by_id, counts, entries, find, named, of_identifiers
from app.issuing.frameworks.reading import File, Read, read
from app.issuing.frameworks.tables import FrameworkEntry
from app.issuing.frameworks.taking import Outcome, take

__all__ = [
    "MOST_SHOWN",
    "File",
    "FrameworkEntry",
    "Outcome",
    "Read",
    "adopt",
    "align",
    "by_id",
    "counts",
    "entries",
    "find",
    "named",
    "of_identifiers",
    "read",
    "take",
]
