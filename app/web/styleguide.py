"""The parts that pages are made of, on one page; served in development and in the demo, and nowhere else."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import NotFound
from app.settings import Mode
from app.web.deps import TheService
from app.web.inside import Refusal, inside
from app.web.states import State, Tone

router = APIRouter(tags=["operator"], include_in_schema=False)

TOKENS = ("paper", "surface", "ink", "quiet", "line", "edge", "accent", "accent-strong", "marigold")


@router.get("/styleguide")
def styleguide(request: Request, service: TheService) -> Response:
    """Colours, type, states, forms and tables. 404 in production."""
    if service.settings.mode is Mode.PRODUCTION:
        raise NotFound("There is nothing at this address")
    states = [
        State(Tone.GOOD, "Good until 24 November 2028", "This badge is good until 24 November 2028."),
        State(Tone.SOON, "Ends soon: 12 December 2026", "This badge is good until 12 December 2026."),
        State(Tone.ENDED, "Ended on 1 March 2026", "This badge was good until 1 March 2026.", is_over=True),
        State(Tone.STOPPED, "Withdrawn", "This badge was withdrawn: issued in error.", "It does not count any more."),
        State(Tone.UNKNOWN, "Cannot tell", "We could not reach the issuer’s status list.", "Try again in a while."),
    ]
    refused = Refusal("This is not an e-mail address that mail can be sent to", "second", 200)
    return inside(request, "styleguide.html", None, tokens=TOKENS, states=states, example=refused)
