"""The desk's first page: what can be asked here."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.web.inside import at_work
from app.web.signed_in import Reader

router = APIRouter(prefix="/staff/{slug}/desk", tags=["staff"], include_in_schema=False)


@router.get("")
def show(request: Request, staff: Reader) -> Response:
    """What an employer can do here, and who may."""
    return at_work(request, "staff/desk/overview.html", staff)
