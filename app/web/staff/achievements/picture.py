"""The image of an achievement: a picture of one's own with its description, or the one that Lanyard draws."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import InvalidInput, UnreadableImage
from app.issuing import achievement_facts, achievements, images
from app.service import Service
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import Refusal, at_work, go, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Designer, Staff
from app.web.staff.achievements.acts import glance
from app.web.staff.achievements.preview import about_colours, drawing_path

router = APIRouter()

LONGEST_ALT = 300


@router.get("/{achievement_id}/image")
def picture(staff: Designer, request: Request, achievement_id: str, service: TheService) -> Response:
    """The image as it is, and how to have another."""
    return _shown(request, service, staff, achievement_id)


@router.post("/{achievement_id}/image")
def upload(staff: Designer, request: Request, achievement_id: str, form: Sent, service: TheService) -> Response:
    """Use a picture of one's own from the next version on, with its description."""
    alt = ""
    try:
        alt = form.text("image_alt", most=LONGEST_ALT)
        found = images.check(_sent(form, alt))  # before the transaction: drawing takes time
        with service.database.write() as session:
            achievement = achievements.by_id(session, achievement_id, issuer=staff.issuer(session))
            stated = achievements.current_facts(session, achievement).to_json() | {"image_alt": alt}
            achievements.change(session, achievement, facts=achievement_facts.parse(stated), actor=staff.actor)
            achievements.put_image(session, achievement, found, actor=staff.actor)
    except UnreadableImage as error:
        refused = Refusal(refusal(error).sentence, "picture", refusal(error).status)
        return _shown(request, service, staff, achievement_id, refused=refused, alt=alt)
    except InvalidInput as error:
        return _shown(request, service, staff, achievement_id, refused=refusal(error), alt=alt)
    where = f"{staff.root}/achievements/{achievement_id}/image"
    return go(where, _("The picture is in the draft. Badges have it from the next version on."))


@router.post("/{achievement_id}/image/drawn")
def draw(staff: Designer, achievement_id: str, form: Sent, service: TheService) -> Response:  # noqa: ARG001 - asks whether the form is ours
    """Use the drawn badge again."""
    with service.database.write() as session:
        found = achievements.by_id(session, achievement_id, issuer=staff.issuer(session))
        achievements.draw_image(session, found, actor=staff.actor)
    where = f"{staff.root}/achievements/{achievement_id}/image"
    return go(where, _("The draft uses the drawn badge again. Badges have it from the next version on."))


def _sent(form: Form, alt: str) -> bytes:
    sent = form.file("picture")
    if sent is None:
        raise InvalidInput(_("Choose a PNG or SVG file."), pointer="/picture")
    if not alt:
        raise InvalidInput(_("Describe the picture, for people who do not see it."), pointer="/image_alt")
    return sent.content


def _shown(
    request: Request,
    service: Service,
    staff: Staff,
    achievement_id: str,
    *,
    refused: Refusal | None = None,
    alt: str | None = None,
) -> Response:
    with service.database.read() as session:
        _found, facts, shown = glance(session, staff, achievement_id)
    return at_work(
        request,
        "staff/achievement_image.html",
        staff,
        refused=refused,
        achievement=shown,
        drawn=drawing_path(staff.root, facts),
        colours=about_colours(facts),
        alt=alt if alt is not None else facts.image_alt or "",
    )
