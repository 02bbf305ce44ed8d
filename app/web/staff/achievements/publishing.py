"""The checklist before publishing, and publishing."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import AlreadyExists, LintFailed, NotPublishable
from app.issuing import achievement_checklist, achievements
from app.issuing.achievement_checklist import Check
from app.service import Service
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import Refusal, at_work, go, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Designer, Reader, Staff
from app.web.staff.achievements import wording
from app.web.staff.achievements.acts import glance

router = APIRouter()


@router.get("/{achievement_id}/publish")
def checklist(staff: Reader, request: Request, achievement_id: str, service: TheService) -> Response:
    """What must be there, what had better be, and the button if all that must be is."""
    return _shown(request, service, staff, achievement_id)


@router.post("/{achievement_id}/publish")
def publish(staff: Designer, request: Request, achievement_id: str, form: Sent, service: TheService) -> Response:  # noqa: ARG001 - asks whether the form is ours
    """Freeze the draft as the next version, or say why not."""
    try:
        with service.database.write() as session:
            found = achievements.by_id(session, achievement_id, issuer=staff.issuer(session))
            _refuse_lacking(achievement_checklist.checklist(session, service.office, found))
            version = achievements.publish(session, service.office, found, actor=staff.actor)
    except (NotPublishable, LintFailed, AlreadyExists) as error:
        return _shown(request, service, staff, achievement_id, refused=refusal(error))
    sentence = _("Version %(number)s is published. It can be awarded now.", number=version.number)
    return go(f"{staff.root}/achievements/{achievement_id}", sentence)


def _refuse_lacking(checks: tuple[Check, ...]) -> None:
    if lacking := [wording.point(each).sentence for each in checks if each.is_must and not each.holds]:
        raise NotPublishable(" ".join(lacking), problems=lacking)


def _shown(
    request: Request, service: Service, staff: Staff, achievement_id: str, *, refused: Refusal | None = None
) -> Response:
    with service.database.read() as session:
        found, _facts, shown = glance(session, staff, achievement_id)
        checks = achievement_checklist.checklist(session, service.office, found)
    points = [wording.point(each) for each in checks]
    return at_work(
        request,
        "staff/achievement_publish.html",
        staff,
        refused=refused,
        achievement=shown,
        musts=[each for each in points if each.is_must],
        shoulds=[each for each in points if not each.is_must],
        lacking=sum(1 for each in points if each.is_must and not each.holds),
        next_number=(found.current_version or 0) + 1,
    )
