"""What came of the rows of a bulk check, in words: for pages, files and programs. Doors differ in who may ask."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.credentials.report import Verdict
from app.credentials.timestamps import from_rfc3339
from app.errors import NotFound
from app.issuing.bulk_checks import NOT_CHECKED, BulkCheck, BulkCheckRow, Match, Reason
from app.projections import tables
from app.projections.tables import About, Cell, Column, Kind, Table
from app.projections.typesetting import Sheet, SheetLabels, SheetPart, table_sheet
from app.web import languages, states
from app.web import words as general
from app.web.languages import gettext as _
from app.web.languages import marked
from app.web.states import Tone
from app.web.told import told

PDF_TYPE = "application/pdf"
_REASONS = {
    Reason.NOTHING_STATED: marked("The row names neither a link nor a file."),
    Reason.FILE_MISSING: marked("This is no link, and no file of this name was handed in."),
    Reason.NO_BADGE_HERE: marked(
        "There is no badge at this address, or its holder keeps it private. Ask for the file."
    ),
    Reason.NOTHING_FETCHED: marked("No badge could be fetched from this address. Ask the holder for the file."),
    Reason.NOT_LOOKED_UP: marked("This service looks up no addresses of others. Ask the holder for the file."),
    Reason.HOST_SILENT: marked("The host did not answer several times, so it was not asked again. Check it later."),
    Reason.TIME_UP: marked("The time for one run was over before its turn came. Check it again."),
    Reason.FAILED: marked("Something failed on our side. Check it again."),
    Reason.STOPPED: marked("The check was stopped before its turn came."),
}
_MATCHES = {
    Match.SAME: marked("the person whom the list names"),
    Match.OTHER: marked("somebody else"),
    Match.UNKNOWN: marked("cannot tell"),
    Match.NOT_ASKED: marked("not asked"),
}
_ISSUERS = {
    "ours": marked("issued here"),
    "listed": marked("in a list of the operator"),
    "unknown": marked("in none of the operator’s lists"),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One row in words. Empty where there is nothing to say; `tone` None while its turn has not come."""

    number: int
    name: str
    identifier: str
    asked: str
    tone: Tone | None
    word: str
    why: str
    title: str
    holder: str
    holder_names: str
    issuer: str
    signed_by: str
    issuer_is: str
    valid_from: datetime | None
    valid_until: datetime | None
    warnings: tuple[str, ...]

    @property
    def link(self) -> str:
        """The address that was handed in, if it was one over https or http."""
        return self.asked if self.asked.lower().startswith(("https://", "http://")) else ""


def word_of(verdict: str) -> str:
    """A verdict that was counted, in a word."""
    if verdict == NOT_CHECKED:
        return _("Could not be checked")
    return states.word_of(Verdict(verdict))


def seen(row: BulkCheckRow, *, now: datetime) -> Seen:
    """A row as people see it."""
    said: dict[str, Any] = row.said or {}
    until = _moment(said.get("valid_until"))
    tone, word = _standing(row, until, now)
    reason = _(_REASONS[Reason(row.reason)]) if row.reason else ""
    return Seen(
        number=row.row,
        name=row.name or "",
        identifier=row.identifier or "",
        asked=row.asked or (_("a badge that was pasted") if row.document else ""),
        tone=tone,
        word=word,
        why=reason or told(str(said.get("sentence", ""))),
        title=str(said.get("title") or ""),
        holder=_(_MATCHES[Match(said["holder"])]) if "holder" in said else "",
        holder_names=", ".join(said.get("holder_names", [])),
        issuer=str(said.get("issuer_name") or ""),
        signed_by=str(said.get("signed_by") or ""),
        issuer_is=_issuer_is(said),
        valid_from=_moment(said.get("valid_from")),
        valid_until=until,
        warnings=tuple(told(str(each["sentence"])) for each in said.get("warnings", [])),
    )


def table(check: BulkCheck, rows: Iterable[BulkCheckRow], *, zone: str, now: datetime) -> Table:
    """The rows with everything that is known of each, as the files have them."""
    columns = (
        Column("row", _("Row"), Kind.COUNT),
        Column("name", _("Name in the list"), is_personal=True),
        Column("identifier", _("Address or identifier in the list"), is_personal=True),
        Column("asked", _("Link or file")),
        Column("verdict", _("Verdict")),
        Column("why", _("In words")),
        Column("badge", _("Badge")),
        Column("holder", _("It is the badge of")),
        Column("holder_names", _("Name in the badge"), is_personal=True),
        Column("issuer", _("Issuer"), definition=_("What the issuer calls itself.")),
        Column("signed_by", _("Signed by"), definition=_("The domain or identifier that the signature proves.")),
        Column("issuer_is", _("Issuer known")),
        Column("valid_from", _("Good from"), Kind.MOMENT),
        Column("valid_until", _("Good until"), Kind.MOMENT),
        Column("warnings", _("Warnings")),
    )
    about = (
        About("as_of", _("Checked until"), check.finished_at or now),
        About("rows", _("Rows"), check.row_count),
        *(About(name, word_of(name), count) for name, count in check.results.items()),
    )
    cells = [_cells(seen(each, now=now)) for each in rows]
    return Table(f"check-{check.id[:8]}", title_of(check, ZoneInfo(zone)), columns, cells, about, zone)


def file(
    check: BulkCheck, rows: Iterable[BulkCheckRow], form: str, *, issuer: str, zone: str, now: datetime
) -> tuple[bytes, str]:
    """Bytes and media type of one form: csv, xlsx or pdf. Raises NotFound for any other."""
    match form:
        case "csv":
            return tables.csv_bytes(table(check, rows, zone=zone, now=now)), tables.CSV_TYPE
        case "xlsx":
            return tables.xlsx_bytes(table(check, rows, zone=zone, now=now)), tables.XLSX_TYPE
        case "pdf":
            return pdf(check, rows, issuer=issuer, zone=zone, now=now), PDF_TYPE
        case _:
            raise NotFound("There is nothing at this address")


def pdf(check: BulkCheck, rows: Iterable[BulkCheckRow], *, issuer: str, zone: str, now: datetime) -> bytes:
    """The same on paper, in the language of the request."""
    language, there = languages.current(), ZoneInfo(zone)
    shown = [seen(each, now=now) for each in rows]
    facts = [(_("Rows"), str(check.row_count))]
    facts += [(word_of(name), str(count)) for name, count in check.results.items()]
    facts.append((_("Checked until"), general.moment_of(check.finished_at or now, there)))
    columns = (_("Row"), _("Person"), _("Badge"), _("Verdict"), _("Good until"), _("Signed by"), _("Remarks"))
    part = SheetPart(
        _("Row by row"), columns, (0.6, 2, 2.4, 1.5, 1.3, 2, 3.4), tuple(_line(each, there) for each in shown)
    )
    labels = SheetLabels(
        title=title_of(check, there),
        empty=_("There are no rows."),
        foot=_("What was found at that moment. A badge can be withdrawn later; check it again."),
        unwritable=_("Some letters could not be set in type on this machine."),
    )
    sheet = Sheet(language.tag, language.direction, labels, issuer, tuple(facts), (part,), check.finished_at or now)
    return table_sheet(sheet)


def title_of(check: BulkCheck, zone: ZoneInfo) -> str:
    """What to call a check."""
    return check.name or _("Check of %(date)s", date=general.date_of(check.created_at, zone))


def _standing(row: BulkCheckRow, until: datetime | None, now: datetime) -> tuple[Tone | None, str]:
    if row.verdict is None:
        return None, _("Waits for its turn")
    if row.verdict == NOT_CHECKED:
        return Tone.UNKNOWN, _("Could not be checked")
    verdict = Verdict(row.verdict)
    return states.of_verdict(verdict, valid_until=until, now=now), states.word_of(verdict)


def _issuer_is(said: dict[str, Any]) -> str:
    word = _(_ISSUERS[said["issuer_is"]]) if "issuer_is" in said else ""
    return f"{word}: {', '.join(said['lists'])}" if said.get("lists") else word


def _cells(row: Seen) -> Sequence[Cell]:
    about = (row.number, row.name, row.identifier, row.asked, row.word, row.why, row.title, row.holder)
    issued = (row.holder_names, row.issuer, row.signed_by, row.issuer_is, row.valid_from, row.valid_until)
    return (*about, *issued, "; ".join(row.warnings))


def _line(row: Seen, zone: ZoneInfo) -> tuple[str, ...]:
    until = "" if row.valid_until is None else general.end_of(row.valid_until, zone)
    remarks = [] if row.tone in {Tone.GOOD, Tone.SOON} else [row.why]
    person = row.name or row.identifier or row.holder_names
    return (
        str(row.number),
        person,
        row.title or row.asked,
        row.word,
        until,
        row.signed_by,
        "; ".join([*remarks, *row.warnings]),
    )


def _moment(text: Any) -> datetime | None:
    return from_rfc3339(text) if isinstance(text, str) else None
