"""Reports by mail: what is due is asked, and handed to the outbox with the date moved on, once for each due date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from app import clock, reports
from app.errors import Busy, ServiceError
from app.issuing import issuers, mail_languages, report_subscriptions
from app.issuing.report_subscriptions import Attached, Covers, Format, ReportSubscription
from app.projections import tables
from app.projections.messages import MailContent, ReportRow, report_mail
from app.projections.tables import Table
from app.reports import Answer
from app.service import Service
from app.web import languages
from app.worker.slices import transaction

log = structlog.get_logger()

AT_ONCE = 20
MOST_BYTES = 5_242_880  # mail servers refuse much larger ones
_OURS = ("by", "report")  # facts about a report that are words of ours
_TOLD = ("from", "to", "zone", "as_of", "group", "achievement", "by")


def send_due(service: Service) -> int:
    """Hand over up to 20 reports that are due; how many. One that cannot be made waits for its next date."""
    with service.database.read() as session:
        waiting = report_subscriptions.due(session, limit=AT_ONCE)
    return sum(_send(service, each) for each in waiting)


def _send(service: Service, wanted: ReportSubscription) -> bool:
    facts = {"subscription_id": wanted.id, "report": wanted.report}
    try:
        content, attached = _made(service, wanted)
    except Busy:
        log.warning("report not made yet, as the database is busy", **facts)
        return False
    except ServiceError as error:  # its group is empty, its achievement gone: somebody has to look
        log.warning("report not made", slug=error.slug, detail=error.detail, **facts)
        return _note_failure(service, wanted, error.detail)
    except Exception:
        log.exception("report not made", **facts)
        return _note_failure(service, wanted, "An error on our side; the log says more")
    is_ours = transaction(
        service.database,
        lambda session: report_subscriptions.hand_over(session, service.office, wanted, content, attached),
    )
    if is_ours:
        log.info("report handed over", **facts)
    return is_ours


def _note_failure(service: Service, wanted: ReportSubscription, reason: str) -> bool:
    transaction(service.database, lambda session: report_subscriptions.note_failure(session, wanted, reason))
    return False


def _made(service: Service, wanted: ReportSubscription) -> tuple[MailContent, Attached | None]:
    """The mail of this due date. Raises what asking the report raises."""
    today = clock.now().astimezone(ZoneInfo(wanted.zone)).date()
    first, last = report_subscriptions.days_before(Covers(wanted.covers), today)
    days = {"first": first.isoformat(), "last": last.isoformat(), "zone": wanted.zone}
    with service.database.read() as session:
        issuer = issuers.by_id(session, wanted.issuer_id)
        language = mail_languages.of_mailbox(session, issuer.id, wanted.recipient)
        answer = reports.answer(session, issuer, wanted.report, **days, **wanted.parameters)
    # A mail lies in mailboxes that nobody here can empty when a person is erased.
    table, language = _told(answer.table.without_personal(), language)
    attached = _attached(table, Format(wanted.format), answer)
    return _mail(table, attached, issuer_name=issuer.name, subscription_id=wanted.id, language=language), attached


def _told(table: Table, language: str) -> tuple[Table, str]:
    """The table with its words in this language, and which language it is; English where reports have no words in it.

    What people wrote, such as names of achievements, stays as it is.
    """
    known = languages.LANGUAGES[language].texts
    if table.title not in known:
        return table, "en"
    columns = [
        replace(each, title=_in(known, each.title), definition=_in(known, each.definition)) for each in table.columns
    ]
    about = [
        replace(each, title=_in(known, each.title), value=_in(known, each.value) if each.name in _OURS else each.value)
        for each in table.about
    ]
    return replace(table, title=known[table.title], columns=tuple(columns), about=tuple(about)), language


def _in(known: Mapping[str, str], text: Any) -> Any:
    return known.get(text) or text


def _attached(table: Table, form: Format, answer: Answer) -> Attached | None:
    name = f"{table.name}-{answer.asked.period.first}-{answer.asked.period.last}.{form}"
    made = Attached(name, tables.XLSX_TYPE, tables.xlsx_bytes(table)) if form is Format.XLSX else None
    found = made or Attached(name, tables.CSV_TYPE, tables.csv_bytes(table))
    return found if len(found.content) <= MOST_BYTES else None


def _mail(
    table: Table, attached: Attached | None, *, issuer_name: str, subscription_id: str, language: str
) -> MailContent:
    named, *others = table.columns
    rows = [
        ReportRow(
            tables.shown(row[0], named.kind, table.zone, language),
            [
                (column.title, tables.shown(cell, column.kind, table.zone, language))
                for cell, column in zip(row[1:], others, strict=True)
            ],
        )
        for row in table.rows[:AT_ONCE]
    ]
    about = {each.name: each for each in table.about}
    return report_mail(
        title=table.title,
        issuer_name=issuer_name,
        about=[
            (about[name].title, tables.shown(value, _kind(value), table.zone, language))
            for name in _TOLD
            if name in about and (value := about[name].value) is not None
        ],
        rows=rows,
        row_count=len(table.rows),
        file_name=None if attached is None else attached.name,
        subscription_id=subscription_id,
        language=language,
    )


def _kind(value: tables.Cell) -> tables.Kind:
    return tables.Kind.MOMENT if isinstance(value, datetime) else tables.Kind.TEXT
