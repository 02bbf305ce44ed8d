"""What one does to a webhook: try it, pause it, switch it off, give it another secret, send again, delete it."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.errors import InvalidInput, WrongEndpointState
from app.issuing import endpoints, news
from app.issuing.endpoints import Endpoint
from app.service import Service
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import go, refusal
from app.web.languages import gettext as _
from app.web.languages import marked, ngettext
from app.web.signed_in import Connector, Staff
from app.web.staff.settings.frame import day_in
from app.web.staff.settings.webhooks import secret_page, webhook_page

router = APIRouter(prefix="/webhooks/{endpoint_id}")

SWITCHED_OFF = "Switched off by its issuer"
_SAID = {
    "pause": marked("It is paused: what happens from now on waits."),
    "resume": marked("It is sent to again, first what waited."),
    "disable": marked("It is switched off. What happens is kept for a while, to be sent again by hand."),
}


@router.post("/test")
def test(request: Request, endpoint_id: str, form: Sent, staff: Connector, service: TheService) -> Response:
    """Send a message that tells nothing."""
    del form

    def work(session: Session, found: Endpoint) -> str:
        news.send_test(session, service.office, found, actor=staff.actor)
        return _("A test is on its way. What comes of it stands below in a moment; open the page again.")

    return _act(request, service, staff, endpoint_id, work)


@router.post("/state")
def set_state(request: Request, endpoint_id: str, form: Sent, staff: Connector, service: TheService) -> Response:
    """Pause it, send to it again, or switch it off."""
    wanted = form.text("state")

    def work(session: Session, found: Endpoint) -> str:
        match wanted:
            case "pause":
                endpoints.pause(session, found, actor=staff.actor)
            case "resume":
                endpoints.resume(session, found, actor=staff.actor)
            case "disable":
                endpoints.disable(session, found, reason=SWITCHED_OFF, actor=staff.actor)
            case _:
                raise InvalidInput("There is no such state", pointer="/state")
        return _(_SAID[wanted])

    return _act(request, service, staff, endpoint_id, work)


@router.post("/secret")
def rotate_secret(request: Request, endpoint_id: str, form: Sent, staff: Connector, service: TheService) -> Response:
    """Add a secret, shown once; for some hours messages carry a signature of the old one too."""
    try:
        hours = form.number("hours", "Say for how many hours the old secret signs as well, such as 24")
        with service.database.write() as session:
            found = endpoints.by_id(session, endpoint_id, issuer=staff.issuer(session))
            made = endpoints.rotate_secret(session, service.office, found, overlap_hours=hours, actor=staff.actor)
    except InvalidInput as error:
        return webhook_page(request, service, staff, endpoint_id, refused=refusal(error))
    return secret_page(request, staff, made.endpoint, made.secret)


@router.post("/replay")
def replay(request: Request, endpoint_id: str, form: Sent, staff: Connector, service: TheService) -> Response:
    """Send what was told in a time once more, or one message; ids stay the same."""

    def work(session: Session, found: Endpoint) -> str:
        message_id = form.optional("message", most=80)
        if message_id is not None:
            count = endpoints.replay(session, found, message_ids=[message_id], actor=staff.actor)
        else:
            since = day_in(form.text("since", most=10), staff.timezone)
            until = day_in(form.text("until", most=10), staff.timezone, is_end=True)
            if since is None:
                raise InvalidInput("Say from which day on", pointer="/since")
            only_failed = not form.is_ticked("all")
            count = endpoints.replay(
                session, found, since=since, until=until, only_failed=only_failed, actor=staff.actor
            )
        return ngettext("%(num)s message is sent once more.", "%(num)s messages are sent once more.", count)

    return _act(request, service, staff, endpoint_id, work)


@router.post("/delete")
def delete(endpoint_id: str, form: Sent, staff: Connector, service: TheService) -> Response:
    """Remove it with everything that was to be told to it."""
    del form
    with service.database.write() as session:
        found = endpoints.by_id(session, endpoint_id, issuer=staff.issuer(session))
        name = found.name
        endpoints.delete(session, found, actor=staff.actor)
    return go(f"{staff.root}/settings/webhooks", _("The webhook “%(name)s” is deleted.", name=name))


def _act(
    request: Request, service: Service, staff: Staff, endpoint_id: str, work: Callable[[Session, Endpoint], str]
) -> Response:
    try:
        with service.database.write() as session:
            said = work(session, endpoints.by_id(session, endpoint_id, issuer=staff.issuer(session)))
    except (InvalidInput, WrongEndpointState) as error:
        return webhook_page(request, service, staff, endpoint_id, refused=refusal(error))
    return go(f"{staff.root}/settings/webhooks/{endpoint_id}", said)
