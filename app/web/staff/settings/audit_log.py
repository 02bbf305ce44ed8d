"""The audit log: who did what to what, filtered; as a file; and whether the chain is whole."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy import Select
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.issuing import audit_chain, audit_reading
from app.issuing.audit import AuditEntry
from app.issuing.audit_reading import Wanted
from app.issuing.issuers import Issuer
from app.projections import tables
from app.projections.tables import About, Column, Kind, Table
from app.web.api.pages_of_rows import PageQuery, Rows, page_of
from app.web.deps import TheService
from app.web.inside import Refusal, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Auditor, Staff
from app.web.staff.settings import words
from app.web.staff.settings.frame import day_in, settings_page

router = APIRouter()

MOST_EXPORTED = 50_000
PROGRAMS = ("cli", "worker")
FORMS = {"csv": (tables.csv_bytes, tables.CSV_TYPE), "xlsx": (tables.xlsx_bytes, tables.XLSX_TYPE)}


class LogQuery(PageQuery):
    """Which entries, as the filters of the page say it; empty = any."""

    actor: Annotated[str, Field(max_length=80)] = ""
    kind: Annotated[str, Field(max_length=60)] = ""
    object: Annotated[str, Field(max_length=120)] = ""
    since: Annotated[str, Field(max_length=10)] = ""
    until: Annotated[str, Field(max_length=10)] = ""


class FileQuery(LogQuery):
    """Which entries, and in which form."""

    format: Annotated[str, Field(pattern="^(csv|xlsx)$")] = "csv"


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as the page shows it."""

    entry: AuditEntry
    who: str
    what: str
    facts: list[tuple[str, str]]


@router.get("/audit")
def list_entries(
    request: Request, staff: Auditor, query: Annotated[LogQuery, Query()], service: TheService
) -> Response:
    """The entries, the newest first."""
    refused: Refusal | None = None
    with service.database.read() as session:
        issuer = staff.issuer(session)
        try:
            found = page_of(session, _wanted(staff, query), (AuditEntry.id,), query)
        except InvalidInput as error:
            found, refused = Rows([], None), refusal(error)
        lines = _lines(session, issuer, list(found.rows))
        actors = _actors(session, issuer, query.actor)
    return settings_page(
        request,
        "audit.html",
        staff,
        "audit",
        refused=refused,
        lines=lines,
        cursor=found.cursor,
        query=query,
        actors=actors,
        kinds=sorted(((key, _(word)) for key, word in words.KINDS.items()), key=lambda pair: pair[1]),
        same=urlencode({name: value for name, value in _filters(query).items() if value}),
    )


@router.get("/audit/export")
def export(staff: Auditor, query: Annotated[FileQuery, Query()], service: TheService) -> Response:
    """The same entries as a file, with the columns of the page."""
    with service.database.read() as session:
        issuer = staff.issuer(session)
        ordered = _wanted(staff, query).order_by(AuditEntry.id.desc()).limit(MOST_EXPORTED)
        lines = _lines(session, issuer, list(session.scalars(ordered)))
    make, media_type = FORMS[query.format]
    name = f"audit-log-{staff.slug}.{query.format}"
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(make(_table(staff, lines)), media_type=media_type, headers=headers)


@router.get("/audit/check")
def check(request: Request, staff: Auditor, service: TheService) -> Response:
    """Recompute the chain, and say whether the log is as it was written."""
    with service.database.read() as session:
        report = audit_chain.verify(session, service.office, staff.issuer(session))
    return settings_page(request, "audit_check.html", staff, "audit", report=report)


def _wanted(staff: Staff, query: LogQuery) -> Select[AuditEntry]:
    wanted = Wanted(
        actor=query.actor or None,
        kind=query.kind or None,
        object_id=query.object.strip() or None,
        since=day_in(query.since, staff.timezone),
        until=day_in(query.until, staff.timezone, is_end=True),
    )
    return audit_reading.entries_of(staff.issuer_id, wanted)


def _lines(session: Session, issuer: Issuer, entries: list[AuditEntry]) -> list[Line]:
    names = audit_reading.names_of(session, issuer, {each.actor for each in entries})
    return [
        Line(each, words.actor_in_words(each.actor, names), words.kind_of(each.action), _facts(each))
        for each in entries
    ]


def _facts(entry: AuditEntry) -> list[tuple[str, str]]:
    return [
        (name, value if isinstance(value, str) else json.dumps(value))
        for name, value in entry.facts.items()
        if value is not None
    ]


def _actors(session: Session, issuer: Issuer, chosen: str) -> list[tuple[str, str]]:
    """Who can be chosen: those of now, the programs, and whoever is chosen already."""
    found = [*audit_reading.possible_actors(session, issuer), *PROGRAMS]
    names = audit_reading.names_of(session, issuer, {*found, chosen} - {""})
    every = dict.fromkeys([*found, *([chosen] if chosen else [])])
    return sorted(((actor, words.actor_in_words(actor, names)) for actor in every), key=lambda pair: pair[1].casefold())


def _filters(query: LogQuery) -> dict[str, str]:
    return {name: getattr(query, name) for name in ("actor", "kind", "object", "since", "until")}


def _table(staff: Staff, lines: list[Line]) -> Table:
    columns = (
        Column("at", _("When"), Kind.MOMENT),
        Column("who", _("Who"), is_personal=True),
        Column("actor", _("Who, as a code")),
        Column("what", _("What it is about")),
        Column("action", _("Action")),
        Column("object", _("Object")),
        Column("facts", _("Facts")),
        Column("sequence", _("Number in the chain"), Kind.COUNT),
        Column("hash", _("Hash")),
    )
    rows = [
        (
            line.entry.at, line.who, line.entry.actor, line.what, line.entry.action, line.entry.object_id,
            json.dumps(line.entry.facts, ensure_ascii=False), line.entry.sequence, line.entry.hash,
        )
        for line in lines
    ]  # fmt: skip
    about = [About("issuer", _("Issuer"), staff.issuer_name)]
    if len(rows) == MOST_EXPORTED:
        about.append(About("cut", _("Cut"), _("The newest %(count)s entries; narrow the period", count=MOST_EXPORTED)))
    title = _("Audit log of %(name)s", name=staff.issuer_name)
    return Table("audit-log", title, columns, rows, tuple(about), zone=staff.timezone)
