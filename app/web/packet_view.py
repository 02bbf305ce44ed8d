"""A survey packet as a workbook and on paper: everybody of a unit, what each holds, and what that rests on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from app.credentials import covering
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.issuing.stacks.packets import Packet, PacketLine
from app.projections import tables
from app.projections.tables import About, Cell, Column, Kind, Table
from app.projections.typesetting import Sheet, SheetLabels, SheetPart, table_sheet, with_room
from app.web import languages, words
from app.web.languages import gettext as _
from app.web.languages import marked
from app.web.staff import who

PDF_TYPE = "application/pdf"
STATEMENT, WORKBOOK = "signed-statement.json", "packet.xlsx"
STANDINGS = {"current": marked("current"), "expired": marked("expired"), "missing": marked("missing")}


def table(packet: Packet, office: Office, *, now: datetime) -> Table:
    """Every person with every mandatory credential."""
    columns = (
        Column("learner", _("Person"), is_personal=True),
        Column("credential", _("Mandatory")),
        Column("standing", _("Standing"), definition=_("On the day of the packet.")),
        Column("issued", _("Since"), Kind.DATE),
        Column("until", _("Good until"), Kind.DATE),
        Column("version", _("Version"), Kind.COUNT, _("Of the achievement, as it was awarded.")),
        Column("assessor", _("Assessor"), definition=_("Who approved it, else who or what awarded it.")),
        Column("evidence", _("Evidence")),
        Column("badge", _("Badge"), definition=_("The address at which it can be checked.")),
        Column("lost_in", _("Ends within days"), Kind.COUNT, _("30, 60 or 90, if nothing is renewed.")),
    )
    about = (
        About("unit", _("Unit"), packet.unit.name),
        About("as_of", _("As of"), packet.as_of),
        About("made_at", _("Made"), now),
    )
    rows = [_cells(each, office) for each in packet.lines]
    return Table(f"packet-{packet.unit.slug}-{packet.as_of}", packet.unit.name, columns, rows, about)


def pdf_with_room(packet: Packet, office: Office, issuer: Issuer, *, now: datetime) -> tuple[bytes, int]:
    """The packet on paper with the workbook attached, and where in it the signed statement is to stand."""
    language = languages.current()
    facts = [(_("Unit"), packet.unit.name), (_("As of"), words.day_of(packet.as_of))]
    facts += [(_("People"), str(len(packet.unit.people))), (_("Made"), words.moment_of(now, issuer.zone))]
    labels = SheetLabels(
        title=_("Survey packet: %(unit)s", unit=packet.unit.name),
        empty=_("Nobody."),
        foot=_(
            "Signed. Hand this file in at %(address)s: that page must say “%(words)s”.",
            address=_verify(office),
            words=covering.UNCHANGED,
        ),
        unwritable=_("Some letters could not be set in type on this machine."),
    )
    parts = (_summary(packet), *(_part(packet, office, each.credential) for each in packet.unit.mandatory))
    sheet = Sheet(language.tag, language.direction, labels, issuer.name, tuple(facts), parts, now)
    workbook = tables.xlsx_bytes(table(packet, office, now=now))
    return with_room(table_sheet(sheet), name=STATEMENT, others={WORKBOOK: workbook})


def _summary(packet: Packet) -> SheetPart:
    labels = {each.entry.credential: each.label for each in packet.lines}
    rows = tuple(
        (
            labels.get(each.credential, each.credential),
            f"{len(each.current)} / {each.people}",
            f"{int(each.percent)} %",
            f"{each.target_percent} %",
            _("met") if each.is_target_met else _("not met"),
        )
        for each in packet.unit.mandatory
    )
    columns = (_("Mandatory"), _("Current"), _("Share"), _("Target"), _("Standing"))
    return SheetPart(_("Mandatory badges"), columns, (4, 1, 1, 1, 1), rows)


def _part(packet: Packet, office: Office, credential: str) -> SheetPart:
    columns = (_("Person"), _("Standing"), _("Since"), _("Good until"), _("Version"), _("Assessor"), _("Evidence"))
    lines = [each for each in packet.lines if each.entry.credential == credential]
    rows = tuple(_line(each, office) for each in sorted(lines, key=lambda each: (each.name or "").casefold()))
    return SheetPart(lines[0].label if lines else credential, columns, (2.2, 1.1, 1.4, 1.4, 0.8, 1.8, 3.6), rows)


def _line(each: PacketLine, office: Office) -> tuple[str, ...]:
    entry = each.entry
    shown = [*each.evidence, *([office.addresses.badge(each.award_id)] if each.award_id else [])]
    return (
        each.name or _("No name"),
        _(STANDINGS[entry.standing]),
        _day(entry.issued),
        _day(entry.until),
        "" if each.version is None else str(each.version),
        "" if each.assessor is None else who.words(each.assessor),
        "; ".join(shown),
    )


def _cells(each: PacketLine, office: Office) -> Sequence[Cell]:
    entry = each.entry
    about = (each.name, each.label, _(STANDINGS[entry.standing]), entry.issued, entry.until, each.version)
    assessor = None if each.assessor is None else who.words(each.assessor)
    badge = office.addresses.badge(each.award_id) if each.award_id else None
    return (*about, assessor, "; ".join(each.evidence), badge, entry.lost_in)


def _day(day: date | None) -> str:
    return "" if day is None else words.day_of(day)


def _verify(office: Office) -> str:
    return f"{office.addresses.base_url}/verify"
