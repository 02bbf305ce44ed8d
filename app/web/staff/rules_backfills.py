"""Running rules over everybody's stored past: begun here, done by the worker, watched and stopped here."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app import clock
from app.errors import AlreadyExists
from app.issuing import backfills, brake
from app.issuing.backfills import BackfillState
from app.web.api.achievements import of_issuer
from app.web.api.fields import Id
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import go
from app.web.languages import gettext as _
from app.web.signed_in import Designer, Reader
from app.web.staff.rules_page import at_rules, subject

router = APIRouter(prefix="/staff/{slug}", tags=["staff"], include_in_schema=False)


@router.post("/achievements/{achievement_id}/rules/backfills")
def start_backfill(achievement_id: Id, form: Sent, staff: Designer, service: TheService) -> Response:
    """Have the worker decide everybody's past by the rules in force; one that runs is shown instead."""
    del form
    try:
        with service.database.write() as session:
            achievement = of_issuer(session, staff.issuer(session), achievement_id)
            backfill_id = backfills.start(session, achievement, actor=staff.actor).id
    except AlreadyExists as running:
        return go(f"{staff.root}/rules/backfills/{running.facts['id']}", _("A run over the past is under way already."))
    return go(f"{staff.root}/rules/backfills/{backfill_id}", _("The worker begins. You may leave this page."))


@router.get("/rules/backfills/{backfill_id}")
def watch_backfill(backfill_id: Id, request: Request, staff: Reader, service: TheService, every: str = "") -> Response:
    """How far it is, and what was done. With `every=10` the page asks again by itself, because somebody chose that."""
    with service.database.read() as session:
        backfill = backfills.by_id(session, backfill_id, issuer=staff.issuer(session))
        about = subject(session, staff, backfill.achievement_id)
        made = brake.made_this_hour(session, staff.issuer_id)
        limit = staff.issuer(session).awards_per_hour or service.office.awards_per_hour
    is_running = backfill.state == BackfillState.RUNNING
    return at_rules(
        request,
        "backfill.html",
        staff,
        about,
        tab="rules",
        backfill=backfill,
        is_running=is_running,
        done=int(backfill.counts.get("learners", 0)),
        refreshes=is_running and every == "10",
        made=made,
        limit=limit,
        looked_at=clock.now(),
    )


@router.post("/rules/backfills/{backfill_id}/stop")
def stop_backfill(backfill_id: Id, form: Sent, staff: Designer, service: TheService) -> Response:
    """End it where it is; what it awarded stays."""
    del form
    with service.database.write() as session:
        backfill = backfills.by_id(session, backfill_id, issuer=staff.issuer(session))
        backfills.stop(session, backfill, actor=staff.actor)
    return go(f"{staff.root}/rules/backfills/{backfill_id}", _("It was stopped. What it awarded stays."))
