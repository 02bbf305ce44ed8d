"""The envelope in which a sensor sends: who, when, which version, and what. Source: Caliper 1.1, 4; 1.2, "Envelope".

Members that the standard does not know are left alone: they say nothing about the data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.errors import TooLarge
from app.lms.reading import Fields, clean, wrong

UNSUPPORTED_VERSION = "unsupported-version"
_VERSION = re.compile(r"https?://purl\.imsglobal\.org/ctx/caliper/v1p[12]/?")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9:.]{8,24}(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})")


@dataclass(frozen=True, slots=True)
class Envelope:
    """`sensor` names the sender, mostly by an IRI; `data` are events and descriptions of entities, in order."""

    sensor: str
    send_time: str
    data: tuple[Fields, ...]


def read_envelope(document: Any, *, max_items: int) -> Envelope:
    """The envelope that a body is. Raises InvalidInput (with code and pointer) or TooLarge."""
    fields = Fields.of(document, "")
    sensor = fields.required_identifier("sensor")
    version = fields.require("dataVersion")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        shown = clean(version, 100) if isinstance(version, str) else "this"
        raise wrong(
            f"Versions 1.1 and 1.2 are read here, and not {shown}", code=UNSUPPORTED_VERSION, pointer="/dataVersion"
        )
    send_time = fields.require("sendTime")
    if not isinstance(send_time, str) or not _TIME.fullmatch(send_time):
        raise wrong("`sendTime` must be a time with its zone", code="not-a-moment", pointer="/sendTime")
    data = fields.require("data")
    if not isinstance(data, list):
        raise wrong("`data` must be an array", code="ill-typed", pointer="/data")
    if len(data) > max_items:
        raise TooLarge("The envelope holds more than is accepted at once", limit_items=max_items)
    return Envelope(sensor, send_time, tuple(_member(value, place) for place, value in enumerate(data)))


def _member(value: Any, place: int) -> Fields:
    # A thing of another kind is not the envelope's fault: it becomes one item that cannot be read.
    pointer = f"/data/{place}"
    return Fields(value, pointer) if isinstance(value, Mapping) else Fields({}, pointer)
