"""An Open edX event out of its wrapping: the webhooks plug-in's, nested or flattened, or CloudEvents'.

The plug-in names the data by a Python class path, so it is the one member beside `event_metadata`. Flattened, each
value is a text under a name joined by `_`; its form has the same names. Over the event bus the metadata is CloudEvents'
(in headers, or as members). Sources: openedx-webhooks, `utils.py`; OEP-41; CloudEvents 1.0.2, HTTP binding 3.1 and 3.2.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from app.errors import InvalidInput, TooLarge
from app.lms.reading import Fields, clean, load, wrong

METADATA = "event_metadata"
_ATTRIBUTES = ("id", "type", "source", "time", "specversion", "sourcehost", "minorversion")
_STRUCTURED = ("application/cloudevents+json", "application/cloudevents-batch+json")
_USER = ("user.id", "user.is_active", "user.pii.username", "user.pii.email", "user.pii.name")
_COURSE = ("course.course_key", "course.display_name")
_CERTIFICATE = (*_USER, *_COURSE, "mode", "grade", "name", "current_status", "previous_status")
_PROGRAMME = (*_USER, "program.uuid", "program.title", "uuid", "status")
_LEAVES: Mapping[str, tuple[str, ...]] = {
    "certificate.created.v1": _CERTIFICATE,
    "certificate.changed.v1": _CERTIFICATE,
    "certificate.revoked.v1": _CERTIFICATE,
    "course.passing.status.updated.v1": (*_USER, *_COURSE, "is_passing"),
    "ccx.course.passing.status.updated.v1": (
        *_USER, "course.ccx_course_key", "course.master_course_key", "course.display_name", "is_passing",
    ),
    "course.persistent_grade_summary.changed.v1": (
        "user_id", *_COURSE, "percent_grade", "letter_grade", "passed_timestamp",
    ),
    "program.certificate.awarded.v1": _PROGRAMME,
    "program.certificate.revoked.v1": _PROGRAMME,
}  # fmt: skip
_ANCHORS = ("course.course_key", "course.ccx_course_key", "program.uuid")
LEARNING = "org.openedx.learning."


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event: its type without `org.openedx.learning.`, its id, its time as written, and its data."""

    type: str
    id: str
    time: Any
    time_pointer: str
    data: Fields


def binary_event(headers: Mapping[str, str], body: bytes) -> bytes:
    """A CloudEvent whose attributes are headers, written as one JSON object; any other body as it is.

    `ce-` is HTTP's spelling and `ce_` Kafka's, which bridges pass on. What is no JSON stays as it is, for `parse`.
    """
    found = {}
    for name in _ATTRIBUTES:
        value = headers.get(f"ce-{name}") or headers.get(f"ce_{name}")
        if value:
            found[name] = unquote(value)
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if "id" not in found or "type" not in found or media_type in _STRUCTURED:
        return body
    try:
        load(body)
    except (InvalidInput, TooLarge):
        return body
    return json.dumps(found).encode()[:-1] + b', "data": ' + body.removeprefix(b"\xef\xbb\xbf") + b"}"


def id_of(document: Any) -> str | None:
    """The id of a delivery that is one event; None where it has none that can be used."""
    if not isinstance(document, dict):
        return None
    metadata = document.get(METADATA)
    inside = metadata.get("id") if isinstance(metadata, dict) else None
    found = inside or document.get(f"{METADATA}_id") or document.get("id")
    return found if isinstance(found, str) and found.strip() else None


def opened(value: Any, pointer: str) -> Envelope:
    """The event in one object. Raises InvalidInput where it is none."""
    top = Fields.of(value, pointer)
    if top.has(METADATA):
        metadata = top.object(METADATA)
        event_type = clean(metadata.required_identifier("event_type"), 200)
        return _envelope(event_type, metadata, lambda: _only_object(top, leaving_out=METADATA))
    if f"{METADATA}_event_type" in top.members:
        event_type = clean(top.required_identifier(f"{METADATA}_event_type"), 200)
        # Python wrote every value as text, and "None" where there was none.
        flat = {name: each for name, each in top.members.items() if isinstance(each, str) and each not in {"None", ""}}
        before = f"{METADATA}_"
        metadata = Fields({name.removeprefix(before): flat[name] for name in flat if name.startswith(before)}, pointer)
        return _envelope(event_type, metadata, lambda: Fields(_nested(flat, event_type), pointer))
    event_type = clean(top.required_identifier("type"), 200)
    return _envelope(event_type, top, lambda: _of_the_bus(top))


def _envelope(event_type: str, metadata: Fields, data: Any) -> Envelope:
    short = event_type.removeprefix(LEARNING)
    known = short != event_type and short in _LEAVES
    return Envelope(
        type=short if known else event_type,
        id=metadata.required_identifier("id"),
        time=metadata.members.get("time"),
        time_pointer=metadata.at("time"),
        data=data() if known else Fields({}),  # an event of no concern may have any shape
    )


def _only_object(top: Fields, *, leaving_out: str) -> Fields:
    names = [name for name in top.members if name != leaving_out]
    if len(names) != 1:
        raise wrong("Beside `event_metadata` there must be one member, the data", code="ill-typed", pointer=top.pointer)
    return top.object(names[0])


def _of_the_bus(top: Fields) -> Fields:
    """The data under its own name (`{"certificate": {…}}`, as in the Avro schemas), or without it."""
    data = top.object("data")
    names = list(data.members)
    return data.object(names[0]) if len(names) == 1 and isinstance(data.members[names[0]], dict) else data


def _nested(flat: Mapping[str, Any], event_type: str) -> dict[str, Any]:
    """Flattened data as it was: the names of a type's values are known, and what is before them is the same for all."""
    leaves = _LEAVES.get(event_type.removeprefix(LEARNING), ())
    anchor = next((leaf for leaf in leaves if leaf in _ANCHORS), "").replace(".", "_")
    prefixes = [name.removesuffix(anchor) for name in flat if anchor and name.endswith(anchor)]
    nested: dict[str, Any] = {}
    for leaf in leaves if len(prefixes) == 1 else ():
        value = flat.get(prefixes[0] + leaf.replace(".", "_"))
        if value is None:
            continue
        *parents, name = leaf.split(".")
        place = nested
        for parent in parents:
            place = place.setdefault(parent, {})
        place[name] = value
    return nested
