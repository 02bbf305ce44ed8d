"""The front page, and a page behind every problem type."""

from __future__ import annotations

import inspect

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import NotFound
from app.issuing import issuers
from app.web import html_problems, problems
from app.web.deps import TheService
from app.web.issuer_view import issuer_view
from app.web.pages import page
from app.web.told import told

router = APIRouter(tags=["public"], include_in_schema=False)


@router.get("/")
def home(request: Request, service: TheService) -> Response:
    """What this is, who issues badges here, and where to check one."""
    with service.database.read() as session:
        shown = [issuer_view(service.office, issuer) for issuer in issuers.every(session)]
    return page(request, "home.html", issuers=shown, base_url=service.office.addresses.base_url)


@router.get("/problems/{slug}")
def problem_type(slug: str, request: Request) -> Response:
    """What a problem type means and what to do about it: the page behind `type` in a problem document."""
    for error, status in problems.STATUS.items():
        if error.slug == slug:
            title, meaning = told(error.title), inspect.cleandoc(error.__doc__ or "")
            step = html_problems.next_step(status)
            return page(
                request,
                "problem.html",
                title=title,
                meaning_in_english=meaning,
                status_code=status,
                slug=slug,
                step=step,
            )
    raise NotFound("There is no such kind of problem")
