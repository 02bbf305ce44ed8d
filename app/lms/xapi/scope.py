"""Which statements are our business, and in which words the others are passed over. Source: cmi5, 9 and 13.1.4."""

from __future__ import annotations

from app.lms.reading import Fields, clean
from app.lms.xapi import vocabulary
from app.lms.xapi.actors import is_group
from app.lms.xapi.settings import Policy, XapiSettings

Reason = tuple[str, str]
"""A code, and a sentence for staff."""


def verb_of(statement: Fields) -> str:
    """The verb's IRI for people."""
    return clean(statement.members["verb"]["id"], 100)


def of_unknown_verb(statement: Fields) -> Reason:
    """Why a statement whose verb means nothing here is passed over."""
    if statement.members["verb"]["id"] == vocabulary.ABANDONED:
        return "abandoned", "The session was abandoned; that says nothing about what was finished before"
    return "unknown-verb", f"The verb {verb_of(statement)} says nothing about a completion"


def why_not(statement: Fields, settings: XapiSettings) -> Reason | None:
    """Why a statement of a known verb is none of our business; None when it is."""
    verb, target = statement.members["verb"]["id"], statement.object("object")
    if target.has("objectType") and target.members["objectType"] != "Activity":
        return "not-an-activity", "Only activities are completed; this statement is about something else"
    if is_group(statement.object("actor")):
        return "group", "A group completed this; badges are for people, so send a statement for each of them"
    if verb == vocabulary.WAIVED and settings.waivers is Policy.IGNORE:
        return "waived", "The requirement was waived, and this source's settings do not count waivers"
    if verb == vocabulary.SATISFIED and settings.not_applicable is Policy.IGNORE and _asks_nothing(statement):
        return "nothing-asked", "`moveOn` is NotApplicable: registering satisfies this course, and is not counted"
    return None


def _asks_nothing(statement: Fields) -> bool:
    """Whether a verdict says that its course asks for nothing, which is what `moveOn` means when nobody set it."""
    context = statement.members.get("context") or {}
    return (context.get("extensions") or {}).get(vocabulary.MOVE_ON) == vocabulary.NOT_APPLICABLE
