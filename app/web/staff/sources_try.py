"""Trying a sample: what would be understood of a pasted body, and what would come of it. Nothing of it is stored.

For systems whose body has a shape of its own, the mapping that reads it is written, tried and saved here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import InvalidInput, ServiceError
from app.issuing import samples, sources
from app.issuing.rules import listing
from app.issuing.samples import Sample
from app.issuing.sources import Source
from app.service import Service
from app.web.api.fields import Id
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import Refusal, go
from app.web.languages import gettext as _
from app.web.signed_in import Connector, Staff
from app.web.staff import inbox_words
from app.web.staff import sources_fields as fields
from app.web.staff.sources_fields import Field, Kind
from app.web.staff.sources_platforms import PLATFORMS
from app.web.staff.sources_samples import SAMPLES
from app.web.staff.sources_shell import at_source, mine

router = APIRouter(prefix="/staff/{slug}/sources/{source_id}", tags=["staff"], include_in_schema=False)

GENERIC = "generic"
LONGEST_BODY = 1_000_000
LONGEST_SHOWN = 20_000
LONGEST_MAPPING = 100_000
MAPPING = Field("mapping", "Mapping", "", Kind.DATA)


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form."""

    body: str = ""
    headers: str = ""
    mapping: str = ""


@router.get("/try")
def ask_for_sample(
    source_id: Id, request: Request, staff: Connector, service: TheService, example: str = ""
) -> Response:
    """The form, with the mapping that holds; `example` puts a body of this platform into it."""
    with service.database.read() as session:
        source = mine(session, staff, source_id)
    sample = SAMPLES.get(source.type, "") if example else ""
    return _page(request, staff, source, Typed(body=sample, mapping=MAPPING.written(source.settings.get("mapping"))))


@router.post("/try")
def try_sample(source_id: Id, request: Request, form: Sent, staff: Connector, service: TheService) -> Response:
    """Try the sample; with `do=save`, keep the mapping of the form instead."""
    with service.database.read() as session:
        source = mine(session, staff, source_id)
    typed = Typed(
        form.text("body", most=LONGEST_BODY), form.text("headers"), form.text("mapping", most=LONGEST_MAPPING)
    )
    try:
        if form.text("do") == "save" and source.type == GENERIC:
            _save_mapping(service, staff, source_id, form)
            return go(f"{staff.root}/sources/{source_id}/try", _("The mapping was saved. Deliveries are read by it."))
        told = _examine(service, staff, source_id, form, typed)
        with service.database.read() as session:
            names = {each.id: each.name for each in listing.achievements_of(session, staff.issuer_id)}
    except ServiceError as error:
        asked = (*PLATFORMS[source.type].fields, MAPPING)
        return _page(request, staff, source, typed, refused=fields.refused(error, asked, ()))
    return _page(request, staff, source, typed, told=told, names=names)


def _examine(service: Service, staff: Staff, source_id: str, form: Form, typed: Typed) -> dict[str, Any]:
    file = form.file("file")
    body = file.content if file is not None else typed.body.encode()
    if not body:
        raise InvalidInput(_("Paste a body, or choose a file"), pointer="/body")
    with service.database.write() as session:
        source = mine(session, staff, source_id)
        settings = _with_mapping(source, form) if source.type == GENERIC else None
        sample = Sample(_headers(typed.headers), body, settings=settings)
        return samples.examine(session, service.office, source, sample)


def _save_mapping(service: Service, staff: Staff, source_id: str, form: Form) -> None:
    with service.database.write() as session:
        source = mine(session, staff, source_id)
        settings = _with_mapping(source, form)
        sources.change(session, service.office, source, name=source.name, settings=settings, actor=staff.actor)


def _with_mapping(source: Source, form: Form) -> dict[str, Any]:
    others = {name: value for name, value in source.settings.items() if name != MAPPING.name}
    stated = MAPPING.read(form)
    return others | ({} if stated is None else {MAPPING.name: stated})


def _headers(text: str) -> dict[str, str]:
    """`Name: value`, one a line. Raises InvalidInput."""
    found = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise InvalidInput(_("A header is written as Content-Type: application/json"), pointer="/headers")
        found[name.strip()] = value.strip()
    return found


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _page(
    request: Request,
    staff: Staff,
    source: Source,
    typed: Typed,
    *,
    told: dict[str, Any] | None = None,
    names: dict[str, str] | None = None,
    refused: Refusal | None = None,
) -> Response:
    document = (
        "" if told is None or told["document"] is None else json.dumps(told["document"], ensure_ascii=False, indent=2)
    )
    return at_source(
        request,
        "try.html",
        staff,
        source,
        tab="try",
        refused=refused,
        typed=typed,
        told=told,
        document=document[:LONGEST_SHOWN],
        is_cut=len(document) > LONGEST_SHOWN,
        is_generic=source.type == GENERIC,
        has_example=source.type in SAMPLES,
        names=names or {},
        understood_of=inbox_words.of_understanding,
        outcome_of=inbox_words.of_outcome,
        as_json=_json,
    )
