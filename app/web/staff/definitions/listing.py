"""What an issuer defines for its stacks: all kinds on one page, and the definitions of one kind."""

from __future__ import annotations

from collections import Counter

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from app.errors import NotFound
from app.issuing import definitions
from app.issuing.definitions import Definition, Kind
from app.issuing.pathways import worlds
from app.web.deps import TheService
from app.web.inside import at_work
from app.web.languages import gettext as _
from app.web.signed_in import Reader
from app.web.staff.definitions import saying
from app.web.staff.definitions.shapes import SHAPES, Shape
from app.web.staff.local import Local

router = APIRouter()


def shape_of(kind: str) -> tuple[Kind, Shape]:
    """The kind that an address names, and what it is. Raises NotFound."""
    found = saying.kind_of(kind)
    if found is None:
        raise NotFound("There is nothing at this address")
    return found, SHAPES[found]


@router.get("")
def overview(staff: Reader, request: Request, service: TheService) -> Response:
    """Every kind, with how many there are."""
    with service.database.read() as session:
        counts = Counter(each.kind for each in definitions.all_of(session, staff.issuer_id))
    kinds = [(kind.value, _(shape.many), _(shape.about), counts[kind]) for kind, shape in SHAPES.items()]
    return at_work(request, "staff/definitions/overview.html", staff, kinds=kinds)


@router.get("/{kind}")
def listed(
    *, staff: Reader, request: Request, kind: str, service: TheService, q: str = "", archived: str = ""
) -> Response:
    """The definitions of one kind by name; `q` is a part of a name, `archived=yes` shows those out of use."""
    chosen, shape = shape_of(kind)
    text = q.replace("\x00", "")[:200].strip()
    query = select(Definition).where(Definition.issuer_id == staff.issuer_id, Definition.kind == chosen)
    with service.database.read() as session:
        world = worlds.of(session, staff.issuer_id).world
        every = session.scalars(query.order_by(Definition.slug)).all()
        rows = [(each, saying.name_of(world, each), saying.line_of(world, each)) for each in every]
    shown = [
        row
        for row in rows
        if (archived == "yes" or row[0].archived_at is None)
        and text.casefold() in f"{row[1]} {row[2]} {row[0].slug}".casefold()
    ]
    return at_work(
        request,
        "staff/definitions/list.html",
        staff,
        kind=chosen.value,
        shape=shape,
        rows=sorted(shown, key=lambda row: (row[1].casefold(), row[0].slug)),
        is_empty=not rows,
        text=text,
        archived=archived == "yes",
        archived_count=sum(each.archived_at is not None for each in every),
        local=Local(staff.timezone),
    )
