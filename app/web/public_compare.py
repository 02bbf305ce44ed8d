"""The door to comparisons: two to five achievements side by side, named by the address and so to be sent on."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.web import comparison_view
from app.web.catalogue_query import MOST_CHARACTERS
from app.web.deps import TheService
from app.web.pages import page

router = APIRouter(tags=["public"], include_in_schema=False)


@router.get(comparison_view.PATH)
def compare(request: Request, service: TheService) -> Response:
    """The comparison of what is named as `a`; with `q` what could be added to it."""
    parameters = request.query_params
    names = [name.strip()[:MOST_CHARACTERS] for name in parameters.getlist("a") if name.strip()]
    q = parameters.get("q", "").strip()[:MOST_CHARACTERS]
    with service.database.read() as session:
        view = comparison_view.comparison_view(session, service.office, names, q=q)
    return page(request, "compare.html", indexed=False, comparison=view)
