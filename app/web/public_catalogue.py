"""The door to the catalogue: what can be earned here, of all issuers, searched and filtered by its address."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.web import catalogue_query
from app.web.catalogue_view import catalogue_view
from app.web.deps import TheService
from app.web.pages import page
from app.web.pathway_view import newest_cards

router = APIRouter(tags=["public"], include_in_schema=False)

PATH = "/catalogue"


@router.get(PATH)
def catalogue(request: Request, service: TheService) -> Response:
    """Achievements by name. Search engines are asked to keep the whole list, and no search in it."""
    query = catalogue_query.read(request.query_params)
    after = catalogue_query.place_of(request.query_params.get("after", ""))
    with service.database.read() as session:
        view = catalogue_view(session, query, path=PATH, after=after)
        ways = () if query.asked or after else newest_cards(session)
    return page(
        request,
        "catalogue.html",
        indexed=not query.asked,
        catalogue=view,
        pathways=ways,
        url=f"{service.office.addresses.base_url}{PATH}",
    )
