"""Trying a sample: what an adapter, with these settings, makes of pasted headers and a body. Nothing is stored."""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import ConfigDict, Field

from app.errors import InvalidInput
from app.issuing import samples, sources
from app.issuing.samples import Sample
from app.web.api.authentication import SourcesWriter
from app.web.api.fields import In, Out
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/sources/try", route_class=StrictRoute)

Headers = Annotated[
    dict[Annotated[str, Field(min_length=1, max_length=200)], Annotated[str, Field(max_length=8_000)]],
    Field(max_length=100),
]


class SampleIn(In):
    """A sample, and what is to read it: a source of yours, or a type with settings.

    Settings beside a source replace its own for this once. The body is text, or base64 where it is none (a compressed
    body, a workbook).
    """

    model_config = ConfigDict(
        str_strip_whitespace=False,
        json_schema_extra={
            "examples": [
                {
                    "type": "generic",
                    "settings": {
                        "namespace": "lms.hospital.example",
                        "mapping": {
                            "kind": {"expression": "status", "values": {"done": "completed"}},
                            "learner": {"id": "user.id", "email": "user.mail"},
                            "activity": {"id": "course"},
                        },
                    },
                    "headers": {"Content-Type": "application/json"},
                    "body": '{"status": "done", "user": {"id": 7, "mail": "ana@x.example"}, "course": "BLS"}',
                }
            ]
        },
    )

    type: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    source: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    settings: Annotated[dict[str, Any], Field(max_length=50)] | None = None
    headers: Headers = {}  # noqa: RUF012 - pydantic copies it
    body: str | None = None
    body_base64: str | None = None


class SampleOut(Out):
    """Every stage: the form of the body, what it holds, and of each item its fields and what was understood.

    `outcome` is what would come of an item, null where no source was named; `notes` say what was not looked at.
    """

    type: str
    form: str
    document: Any
    item_count: int
    items: list[dict[str, Any]]
    notes: list[str]


@router.post("", response_model=SampleOut)
def try_sample(caller: SourcesWriter, stated: SampleIn, service: TheService) -> Response:
    """Try a sample. It need not be signed, nothing is stored, and nobody is awarded anything."""
    if (stated.source is None) == (stated.type is None):
        raise InvalidInput("Name a `source`, or a `type` with `settings`", pointer="/source")
    sample = Sample(stated.headers, _body(stated), stated.type, stated.settings)
    with service.database.write() as session:
        issuer = caller.issuer(session)
        source = None if stated.source is None else sources.by_id(session, stated.source, issuer=issuer)
        told = samples.examine(session, service.office, source, sample)
    return Response(SampleOut(**told).model_dump_json(), media_type="application/json")


def _body(stated: SampleIn) -> bytes:
    if stated.body_base64 is None:
        return (stated.body or "").encode()
    if stated.body is not None:
        raise InvalidInput("Send the body once: as text, or as base64", pointer="/body_base64")
    try:
        return b64decode(stated.body_base64, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("This is no base64", pointer="/body_base64") from error
