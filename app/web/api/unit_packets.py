"""One unit: who holds what is mandatory, and who will not in 30, 60 and 90 days; and the packet for a survey."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import ConfigDict, Field
from sqlalchemy.orm import Session

from app import clock
from app.issuing.issuers import Issuer
from app.issuing.stacks import packets, readiness
from app.issuing.stacks.packets import Packet, PacketLine
from app.issuing.stacks.readiness import AHEAD, Entry
from app.projections import tables
from app.service import Service
from app.stacking.compliance import Compliance
from app.web import badge_sheets, packet_view
from app.web.api.authentication import AwardsWriter, Caller, Reader
from app.web.api.fields import In, Out, Slug
from app.web.api.findings import AsOf, Day, day_of
from app.web.api.idempotency import Answer, Posted
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService
from app.web.staff import who

router = APIRouter(prefix="/units/{slug}", route_class=StrictRoute)

WORKBOOK: dict[int | str, dict[str, Any]] = {200: {"content": {tables.XLSX_TYPE: {"schema": {"type": "string"}}}}}
PAPER: dict[int | str, dict[str, Any]] = {201: {"content": {packet_view.PDF_TYPE: {"schema": {"type": "string"}}}}}


class AheadOut(Out):
    """So many days later, if nothing is renewed."""

    days: Annotated[int, Field(description=", ".join(map(str, AHEAD)))]
    losing: Annotated[tuple[str, ...], Field(description="ids of those who hold it on the days before, and not then")]
    percent: Annotated[int, Field(description="the part that is left, rounded down")]


class StandingOut(Out):
    """A mandatory credential in the unit: ids of those who hold it, whose has ended, and who never had it."""

    credential: str
    percent: float
    target_percent: int
    target_met: bool
    current: tuple[str, ...]
    expired: tuple[str, ...]
    missing: tuple[str, ...]
    ahead: tuple[AheadOut, ...]


class ReadinessOut(Out):
    """A unit on a day, and ahead of it."""

    unit: str
    name: str
    as_of: date
    learners: int
    headcount_target: int | None
    mandatory: tuple[StandingOut, ...]


class LineOut(Out):
    """One person and one mandatory credential, with what it rests on. `assessor` approved it, else awarded it."""

    learner: str
    name: str | None
    credential: str
    credential_name: str
    standing: Annotated[str, Field(description="current, expired or missing")]
    issued: date | None
    until: date | None
    version: Annotated[int | None, Field(description="of the achievement, as it was awarded")]
    assessor: str | None
    evidence: tuple[str, ...]
    credential_url: str | None
    lost_in_days: Annotated[int | None, Field(description="30, 60 or 90, if nothing is renewed")]


class PacketOut(Out):
    """What a packet shows, unsigned. `made_at` says when it was looked up."""

    unit: str
    name: str
    as_of: date
    made_at: datetime
    learners: int
    lines: tuple[LineOut, ...]


class NewPacket(In):
    """The day that the packet is about; today in UTC if it is not said."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"as_of": "2026-03-01"}]})

    as_of: Day | None = None


class Form(StrEnum):
    """The form in which a packet is read."""

    JSON = "json"
    XLSX = "xlsx"


@router.get("/readiness", response_model=ReadinessOut)
def read_readiness(caller: Reader, slug: Slug, service: TheService, as_of: AsOf = None) -> Response:
    """Read who of a unit holds what is mandatory on a day, who does not, and who will not in 30, 60 and 90 days."""
    day = day_of(as_of, caller)
    with service.database.read() as session:
        unit, entries = readiness.entries(session, caller.issuer(session), slug, day)
    told = ReadinessOut(
        unit=unit.slug,
        name=unit.name,
        as_of=day,
        learners=len(unit.people),
        headcount_target=unit.headcount_target,
        mandatory=tuple(_standing(each, entries) for each in unit.mandatory),
    )
    return Response(told.model_dump_json(), media_type="application/json")


@router.get("/packet", response_model=PacketOut, responses=WORKBOOK)
def read_packet(
    caller: Reader,
    slug: Slug,
    service: TheService,
    as_of: AsOf = None,
    form: Annotated[Form, Query(alias="format", description="json or xlsx")] = Form.JSON,
) -> Response:
    """Read everybody of a unit with everything that is mandatory, and what it rests on; as JSON or as a workbook."""
    now, packet, _issuer = _gathered(service, caller, slug, day_of(as_of, caller))
    if form is Form.XLSX:
        table = packet_view.table(packet, service.office, now=now)
        headers = {"Content-Disposition": f'attachment; filename="{table.name}.xlsx"'}
        return Response(tables.xlsx_bytes(table), media_type=tables.XLSX_TYPE, headers=headers)
    told = PacketOut(
        unit=slug,
        name=packet.unit.name,
        as_of=packet.as_of,
        made_at=now,
        learners=len(packet.unit.people),
        lines=tuple(_line(each, service) for each in packet.lines),
    )
    return Response(told.model_dump_json(), media_type="application/json")


@router.post("/packets", status_code=201, response_class=Response, responses=PAPER)
def ask_for_packet(caller: AwardsWriter, slug: Slug, stated: NewPacket, post: Posted, service: TheService) -> Response:
    """Have the packet made as a PDF, with the workbook inside and signed in the issuer's name. It is not kept here.

    `/verify` tells whether a byte was changed. It is withdrawn as any other endorsement of the issuer.
    """
    badge_sheets.speak_a_written_language()
    now, packet, issuer = _gathered(service, caller, slug, day_of(stated.as_of, caller))
    # Before the transaction: setting many pages in type takes seconds.
    file, offset = packet_view.pdf_with_room(packet, service.office, issuer, now=now)

    def work(session: Session, here: Issuer) -> Answer:
        office, actor = service.office, caller.actor
        return Answer(201, file=packets.sign(session, office, here, packet, file=file, offset=offset, actor=actor))

    answer = post.answer(caller, work, media_type=packet_view.PDF_TYPE)
    answer.headers["Content-Disposition"] = f'attachment; filename="packet-{slug}-{packet.as_of}.pdf"'
    return answer


def _gathered(service: Service, caller: Caller, slug: str, day: date) -> tuple[datetime, Packet, Issuer]:
    with service.database.read() as session:
        issuer = caller.issuer(session)
        return clock.now(), packets.gather(session, issuer, slug, day), issuer


def _standing(found: Compliance, entries: list[Entry]) -> StandingOut:
    mine = [each for each in entries if each.credential == found.credential]
    by_standing = {
        standing: tuple(each.learner_id for each in mine if each.standing == standing)
        for standing in packet_view.STANDINGS
    }
    return StandingOut(
        credential=found.credential,
        percent=round(float(found.percent), 1),
        target_percent=found.target_percent,
        target_met=found.is_target_met,
        current=by_standing["current"],
        expired=by_standing["expired"],
        missing=by_standing["missing"],
        ahead=tuple(
            AheadOut(days=each.days, losing=each.losing, percent=each.percent) for each in readiness.ahead(found, mine)
        ),
    )


def _line(line: PacketLine, service: Service) -> LineOut:
    entry = line.entry
    return LineOut(
        learner=entry.learner_id,
        name=line.name,
        credential=entry.credential,
        credential_name=line.label,
        standing=entry.standing,
        issued=entry.issued,
        until=entry.until,
        version=line.version,
        assessor=None if line.assessor is None else who.words(line.assessor),
        evidence=line.evidence,
        credential_url=None if line.award_id is None else service.office.addresses.badge(line.award_id),
        lost_in_days=entry.lost_in,
    )
