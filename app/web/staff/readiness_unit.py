"""One unit: who holds what is mandatory and who does not, now and in 30, 60 and 90 days; and the survey packet."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app import clock
from app.errors import ServiceError
from app.issuing.stacks import packets, readiness
from app.issuing.stacks.packets import PacketLine
from app.issuing.stacks.readiness import AHEAD
from app.projections import tables
from app.service import Service
from app.stacking.compliance import Compliance
from app.web import packet_view
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import Refusal, at_work, refusal
from app.web.signed_in import Awarder, Reviewer, Staff
from app.web.staff.listing import with_query
from app.web.staff.local import Local
from app.web.staff.readiness import day_asked

router = APIRouter(prefix="/staff/{slug}/readiness/units/{unit}", tags=["staff"], include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Mandatory:
    """One mandatory credential: who lacks it now, and who will within each of `AHEAD` days; percent then."""

    label: str
    found: Compliance
    lacking: tuple[PacketLine, ...]
    losing: tuple[tuple[int, tuple[PacketLine, ...], int], ...]


@router.get("")
def show(request: Request, staff: Reviewer, service: TheService, unit: str) -> Response:
    """The unit on a day, and ahead."""
    return _page(request, staff, service, unit)


@router.get("/packet.xlsx")
def workbook(request: Request, staff: Reviewer, service: TheService, unit: str) -> Response:
    """Everybody with everything that is mandatory, as a workbook."""
    day, _unreadable = day_asked(request, staff)
    with service.database.read() as session:
        found = packets.gather(session, staff.issuer(session), unit, day)
        table = packet_view.table(found, service.office, now=clock.now())
    headers = {"Content-Disposition": f'attachment; filename="{table.name}.xlsx"', "Cache-Control": "no-store"}
    return Response(tables.xlsx_bytes(table), media_type=tables.XLSX_TYPE, headers=headers)


@router.post("/packet")
def packet(request: Request, form: Sent, staff: Awarder, service: TheService, unit: str) -> Response:
    """The same on paper with the workbook inside, signed in the issuer's name so that the verify page can tell."""
    del form
    day, _unreadable = day_asked(request, staff)
    now = clock.now()
    with service.database.read() as session:
        issuer = staff.issuer(session)
        found = packets.gather(session, issuer, unit, day)
    file, offset = packet_view.pdf_with_room(found, service.office, issuer, now=now)
    try:
        with service.database.write() as session:
            here = staff.issuer(session)
            facts = {"actor": staff.actor, "offset": offset}
            signed = packets.sign(session, service.office, here, found, file=file, **facts)  # type: ignore[arg-type]
    except ServiceError as error:
        return _page(request, staff, service, unit, refused=refusal(error))
    headers = {"Content-Disposition": f'attachment; filename="packet-{unit}-{day}.pdf"', "Cache-Control": "no-store"}
    return Response(signed, media_type=packet_view.PDF_TYPE, headers=headers)


def _page(request: Request, staff: Staff, service: Service, unit: str, *, refused: Refusal | None = None) -> Response:
    day, is_unreadable = day_asked(request, staff)
    with service.database.read() as session:
        found = packets.gather(session, staff.issuer(session), unit, day)
    here = f"{staff.root}/readiness/units/{unit}"
    return at_work(
        request,
        "staff/readiness_unit.html",
        staff,
        refused=refused,
        unit=found.unit,
        day=day,
        is_unreadable=is_unreadable,
        mandatory=[_mandatory(each, found.lines) for each in found.unit.mandatory],
        ahead=AHEAD,
        local=Local(staff.timezone),
        workbook=with_query(request, f"{here}/packet.xlsx"),
        packet=with_query(request, f"{here}/packet"),
    )


def _mandatory(found: Compliance, lines: tuple[PacketLine, ...]) -> Mandatory:
    mine = [each for each in lines if each.entry.credential == found.credential]
    lacking = tuple(each for each in mine if each.entry.standing != "current")
    of_whom = {each.entry.learner_id: each for each in mine}
    losing = tuple(
        (each.days, tuple(of_whom[who] for who in each.losing), each.percent)
        for each in readiness.ahead(found, [each.entry for each in mine])
    )
    return Mandatory(mine[0].label if mine else found.credential, found, lacking, losing)
