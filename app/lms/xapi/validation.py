"""What a statement must be to be a statement. A bad one is refused whole, whatever its verb. Source: xAPI 1.0.3, Data.

Members that the standard does not know are left alone: stores add their own. What decides who, what and how well is
checked to the letter.
"""

from __future__ import annotations

import re
from decimal import Decimal

from app.lms.reading import Fields, wrong
from app.lms.xapi import vocabulary
from app.lms.xapi.actors import check_actor, check_group
from app.lms.xapi.shapes import (
    check_duration,
    check_extensions,
    check_language,
    check_language_map,
    check_text,
    check_timestamp,
    iri,
    list_of,
    uuid,
)

INTERACTIONS = frozenset(
    {
        "true-false",
        "choice",
        "fill-in",
        "long-fill-in",
        "matching",
        "performance",
        "sequencing",
        "likert",
        "numeric",
        "other",
    }
)
_COMPONENTS = ("choices", "scale", "source", "target", "steps")
_RELATIONS = ("parent", "grouping", "category", "other")
_VERSION = re.compile(r"(?:1|2)\.0(?:\.[0-9]{1,4})?")
_OF_THE_WHOLE = ("id", "stored", "version", "authority")


def check_statement(statement: Fields) -> None:
    """Complain, with code and place, about a statement that is none. Raises InvalidInput."""
    if statement.has("id"):
        uuid(statement, "id")
    _check_core(statement)
    check_timestamp(statement, "stored")
    version = statement.members.get("version")
    if version is not None and not (isinstance(version, str) and _VERSION.fullmatch(version)):
        raise wrong("`version` must be 1.0.x or 2.0.x", code="not-a-choice", pointer=statement.at("version"))
    if statement.has("authority"):
        check_actor(statement.object("authority"))


def _check_core(statement: Fields) -> None:
    """What a statement and a statement within one have in common."""
    check_actor(statement.object("actor"))
    verb = statement.object("verb")
    iri(verb, "id")
    check_language_map(verb, "display")
    _check_object(statement.object("object"), is_voiding=verb.members["id"] == vocabulary.VOIDED)
    if statement.has("result"):
        _check_result(statement.object("result"))
    if statement.has("context"):
        _check_context(statement.object("context"))
    check_timestamp(statement, "timestamp")
    list_of(statement, "attachments")


def _check_object(target: Fields, *, is_voiding: bool) -> None:
    kind = target.members.get("objectType")
    if is_voiding and kind != "StatementRef":
        detail = "What is voided must be a StatementRef"
        raise wrong(detail, code="not-a-choice", pointer=target.at("objectType"))
    match kind:
        case None | "Activity":
            check_activity(target)
        case "Agent" | "Group":
            check_actor(target)
        case "StatementRef":
            uuid(target, "id")
        case "SubStatement":
            _check_substatement(target)
        case _:
            raise wrong("There is no such `objectType`", code="not-a-choice", pointer=target.at("objectType"))


def _check_substatement(statement: Fields) -> None:
    for name in _OF_THE_WHOLE:
        if name in statement.members:
            raise wrong(f"`{name}` belongs to the whole statement", code="not-allowed", pointer=statement.at(name))
    if statement.object("object").members.get("objectType") == "SubStatement":
        raise wrong("A statement within one holds no other", code="not-allowed", pointer=statement.at("object"))
    _check_core(statement)


def check_activity(activity: Fields) -> None:
    """Complain about an activity without an id, or with a definition that cannot be read."""
    if activity.members.get("objectType") not in {None, "Activity"}:
        raise wrong("An activity is expected here", code="not-a-choice", pointer=activity.at("objectType"))
    iri(activity, "id")
    if not activity.has("definition"):
        return
    definition = activity.object("definition")
    check_language_map(definition, "name")
    check_language_map(definition, "description")
    for name in ("type", "moreInfo"):
        if definition.has(name):
            iri(definition, name)
    interaction = definition.members.get("interactionType")
    if interaction is not None and not (isinstance(interaction, str) and interaction in INTERACTIONS):
        detail = f"`interactionType` must be one of {', '.join(sorted(INTERACTIONS))}"
        raise wrong(detail, code="not-a-choice", pointer=definition.at("interactionType"))
    for name in _COMPONENTS:
        for component in list_of(definition, name):
            component.require("id")
            check_text(component, "id")
            check_language_map(component, "description")
    check_extensions(definition)


def _check_result(result: Fields) -> None:
    result.boolean("success")
    result.boolean("completion")
    check_text(result, "response")
    check_duration(result, "duration")
    check_extensions(result)
    if result.has("score"):
        _check_score(result.object("score"))


def _check_score(score: Fields) -> None:
    for name in ("scaled", "raw", "min", "max"):
        if isinstance(score.members.get(name), str):
            raise wrong(f"`{name}` must be a number, not text", code="ill-typed", pointer=score.at(name))
    scaled, raw, lowest, highest = (score.number(name) for name in ("scaled", "raw", "min", "max"))
    if scaled is not None and not Decimal(-1) <= scaled <= Decimal(1):
        raise wrong("`scaled` lies between -1 and 1", code="out-of-range", pointer=score.at("scaled"))
    if lowest is not None and highest is not None and lowest > highest:
        raise wrong("`min` is above `max`", code="out-of-range", pointer=score.at("min"))
    too_low = raw is not None and lowest is not None and raw < lowest
    too_high = raw is not None and highest is not None and raw > highest
    if too_low or too_high:
        raise wrong("`raw` lies between `min` and `max`", code="out-of-range", pointer=score.at("raw"))


def _check_context(context: Fields) -> None:
    if context.has("registration"):
        uuid(context, "registration")
    if context.has("instructor"):
        check_actor(context.object("instructor"))
    if context.has("team"):
        check_group(context.object("team"))
    check_text(context, "revision", "platform")
    check_language(context, "language")
    if context.has("statement"):
        reference = context.object("statement")
        if reference.members.get("objectType") != "StatementRef":
            raise wrong("A StatementRef is expected here", code="not-a-choice", pointer=reference.at("objectType"))
        uuid(reference, "id")
    if context.has("contextActivities"):
        _check_relations(context.object("contextActivities"))
    check_extensions(context)


def _check_relations(relations: Fields) -> None:
    for name in relations.members:
        if name not in _RELATIONS:
            detail = f"An activity is related as one of {', '.join(_RELATIONS)}"
            raise wrong(detail, code="not-a-choice", pointer=relations.at(name))
        for activity in list_of(relations, name, or_one=True):
            check_activity(activity)
