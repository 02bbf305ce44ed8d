"""Caliper 1.1 and 1.2: the envelopes of a sensor, as Canvas, Blackboard and others send them.

There is no event for a finished course. What earns is a grade: a rule that asks for a score of an assignable.
The door with the standard's answers is `app.web.caliper`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.errors import InvalidInput
from app.lms import auth
from app.lms.base import Authenticated, Ignored, Item, SourceConfig, TestPing
from app.lms.caliper.entities import Entities, is_event
from app.lms.caliper.envelope import UNSUPPORTED_VERSION, read_envelope
from app.lms.caliper.grade import Reading, read_grade
from app.lms.caliper.settings import CaliperSettings
from app.lms.reading import Fields, bounded_key, clean, load, unreadable, wrong

__all__ = ["ADAPTER", "UNSUPPORTED_VERSION", "CaliperAdapter"]


class CaliperAdapter:
    """The adapter for Caliper sensors."""

    name = "caliper"
    title = "Caliper Analytics (sensor)"
    auth_schemes: tuple[str, ...] = ("bearer", "basic", "header_static", "none")

    def check_settings(self, settings: Mapping[str, Any]) -> list[str]:
        """Every problem of the settings, one sentence each."""
        problems: list[str] = []
        CaliperSettings.read(settings, self.auth_schemes, problems)
        return problems

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, config: SourceConfig, *, now: datetime
    ) -> Authenticated:
        """Prove the body. An envelope has no id, so it is known by its hash; its events have ids of their own."""
        proof = auth.prove(headers, body, config, allowed=self.auth_schemes, now=now)
        return proof.delivery("sha256:" + hashlib.sha256(proof.payload).hexdigest())

    def parse(self, payload: bytes, config: SourceConfig, *, received_at: datetime) -> tuple[Item, ...]:
        """One item per member of `data`, in order. Raises MalformedJson, InvalidInput or TooLarge."""
        settings = CaliperSettings.read(config.settings, self.auth_schemes, [])
        document = load(payload)
        if document == {}:
            return (TestPing("An empty object was sent"),)
        envelope = read_envelope(document, max_items=settings.max_items)
        reading = Reading(
            namespace=settings.namespace or bounded_key(envelope.sensor),
            send_time=envelope.send_time,
            entities=Entities.of(envelope.data),
            settings=settings,
            received_at=received_at,
        )
        return tuple(_item(fields, index, reading) for index, fields in enumerate(envelope.data))


def _item(fields: Fields, index: int, reading: Reading) -> Item:
    """The member of `data` as what it is; whatever it holds, this raises nothing."""
    try:
        if not fields.members:
            raise wrong("An event or an entity is expected here", code="ill-typed", pointer=fields.pointer)
        kind = fields.require("type")
        if not isinstance(kind, str):
            raise wrong("`type` must be text", code="ill-typed", pointer=fields.at("type"))
        shown = clean(kind, 100)
        if not is_event(fields):
            return Ignored("description", f"This describes an entity of type {shown}", shown, index)
        if kind != "GradeEvent":
            return _other_event(shown, index)
        if fields.members.get("action") != "Graded":
            raise wrong("The action of a GradeEvent is Graded", code="not-a-choice", pointer=fields.at("action"))
        return read_grade(fields, index, reading)
    except InvalidInput as error:
        return unreadable(error, index)


def _other_event(shown: str, index: int) -> Ignored:
    if shown == "AssessmentEvent":
        detail = "Starting or handing in an assessment is no result; its GradeEvent is"
        return Ignored("no-result", detail, shown, index)
    return Ignored("unknown-event", f"A {shown} says nothing about a result", shown, index)


ADAPTER = CaliperAdapter()
