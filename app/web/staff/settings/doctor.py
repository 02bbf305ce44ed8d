"""The doctor's page: whether everything is ready, as sentences. It changes nothing."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.web.deps import TheDoctor
from app.web.languages import gettext as _
from app.web.languages import marked
from app.web.signed_in import Owner
from app.web.staff.settings.frame import settings_page

router = APIRouter()

LEVELS = {
    "fail": (marked("Must be mended"), "stopped"),
    "warn": (marked("Should be looked at"), "soon"),
    "ok": (marked("Is in order"), "good"),
}


@router.get("/doctor")
def examine(request: Request, staff: Owner, examine_for: TheDoctor) -> Response:
    """What was found, the worst first."""
    found = examine_for(staff.issuer_id)
    groups = [
        (_(word), tone, [each for each in found if each.level == level]) for level, (word, tone) in LEVELS.items()
    ]
    return settings_page(request, "doctor.html", staff, "doctor", groups=[group for group in groups if group[2]])
