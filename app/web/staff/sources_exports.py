"""The lists of sources, deliveries and rules as files, with the columns that are on screen."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import defer

from app import clock
from app.errors import NotFound
from app.issuing import inbox, sources
from app.issuing.inbox import Delivery, Summary, Traffic
from app.issuing.rules import listing
from app.lms import ADAPTERS
from app.projections import tables
from app.projections.tables import Cell, Column, Kind, Table
from app.web.deps import TheService
from app.web.languages import gettext as _
from app.web.signed_in import Reader
from app.web.staff import inbox_filter, inbox_words
from app.web.staff.sources import LATELY_DAYS

router = APIRouter(prefix="/staff/{slug}", tags=["staff"], include_in_schema=False)

MOST_ROWS = 50_000
_WRITERS = {"csv": (tables.csv_bytes, tables.CSV_TYPE), "xlsx": (tables.xlsx_bytes, tables.XLSX_TYPE)}


@router.get("/sources/export.{form}")
def export_sources(form: str, staff: Reader, service: TheService) -> Response:
    """The sources."""
    with service.database.read() as session:
        found = sources.of_issuer(session, staff.issuer(session))
        lately = inbox.traffic(session, staff.issuer_id, since=clock.now() - timedelta(days=LATELY_DAYS))
    columns = (
        Column("name", _("Name")),
        Column("type", _("Type")),
        Column("state", _("State")),
        Column("last_delivery", _("Last delivery"), Kind.MOMENT),
        Column("deliveries", _("Deliveries"), Kind.COUNT, _("Of the last %(days)s days", days=LATELY_DAYS)),
        Column("failures", _("Failures"), Kind.COUNT, _("Of the last %(days)s days", days=LATELY_DAYS)),
        Column("unmapped", _("Without a rule"), Kind.COUNT),
    )
    rows: list[tuple[Cell, ...]] = []
    for source in found:
        traffic = lately.get(source.id, Traffic())
        counts = (traffic.last_at or source.last_accepted_at, traffic.deliveries, traffic.failures, traffic.unmapped)
        rows.append((source.name, ADAPTERS[source.type].title, source.state, *counts))
    return _as_file(Table("sources", _("Sources"), columns, rows, zone=staff.timezone), form)


@router.get("/sources/inbox/export.{form}")
def export_deliveries(form: str, request: Request, staff: Reader, service: TheService) -> Response:
    """The deliveries that the filter of the address leaves, newest first; 50,000 at most."""
    wanted = inbox_filter.of_request(request).wanted(staff.timezone)
    rows: list[tuple[Cell, ...]] = []
    with service.database.read() as session:
        names = {source.id: source.name for source in sources.of_issuer(session, staff.issuer(session))}
        query = inbox.query_of(staff.issuer_id, wanted).options(defer(Delivery.answer))
        newest = query.order_by(Delivery.received_at.desc(), Delivery.id.desc()).limit(MOST_ROWS)
        for part in session.scalars(newest).partitions(500):
            brought = inbox.summaries(session, [delivery.id for delivery in part])
            rows += [_row(delivery, brought.get(delivery.id), names) for delivery in part]
    columns = (
        Column("received", _("Received"), Kind.MOMENT),
        Column("standing", _("How it stands")),
        Column("activity", _("Activity")),
        Column("person", _("Person"), is_personal=True),
        Column("facts", _("Facts"), Kind.COUNT),
        Column("source", _("Source")),
        Column("delivery", _("Id here")),
    )
    return _as_file(Table("inbox", _("Inbox"), columns, rows, zone=staff.timezone), form)


@router.get("/rules/export.{form}")
def export_rules(form: str, staff: Reader, service: TheService) -> Response:
    """What decides about each achievement."""
    with service.database.read() as session:
        lines = listing.lines(session, staff.issuer_id)
    columns = (
        Column("achievement", _("Achievement")),
        Column("version", _("Version of the document"), Kind.COUNT, _("Empty: mappings decide")),
        Column("mappings", _("Mappings"), Kind.COUNT),
        Column("off_since", _("Switched off since"), Kind.MOMENT),
        Column("most_an_hour", _("Most an hour"), Kind.COUNT),
    )
    rows = [(line.achievement.name, line.version, line.mappings, line.off_since, line.per_hour) for line in lines]
    return _as_file(Table("rules", _("Rules"), columns, rows, zone=staff.timezone), form)


def _row(delivery: Delivery, brought: Summary | None, names: dict[str, str]) -> tuple[Cell, ...]:
    return (
        delivery.received_at,
        inbox_words.of_standing(delivery.standing).word,
        None if brought is None else brought.activity_name or brought.activity_id,
        None if brought is None else brought.learner_name,
        0 if brought is None else brought.facts,
        names.get(delivery.source_id, ""),
        delivery.id,
    )


def _as_file(table: Table, form: str) -> Response:
    if form not in _WRITERS:
        raise NotFound("There is nothing at this address")
    write, media_type = _WRITERS[form]
    headers = {"Content-Disposition": f'attachment; filename="{table.name}.{form}"', "Cache-Control": "no-store"}
    return Response(write(table), media_type=media_type, headers=headers)
