"""Changes of one person: name, addresses, groups, and a link with which somebody pending says who they are."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotFound, ServiceError
from app.issuing import claim_links, consent, groups, identification, learners
from app.issuing.identification import Via
from app.issuing.learners import Learner
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import go, refusal
from app.web.languages import gettext as _
from app.web.languages import ngettext
from app.web.signed_in import PeopleKeeper
from app.web.staff.people.one import page

router = APIRouter(prefix="/staff/{slug}/people/{learner_id}", tags=["staff"], include_in_schema=False)

LONGEST_NAME = 200
Change = Callable[[Session, Learner], str]
"""Changes the person, and says what was done."""


@router.post("/name")
def change_name(request: Request, form: Sent, staff: PeopleKeeper, service: TheService, learner_id: str) -> Response:
    """Give them another name; badges that show it are signed anew."""

    def change(session: Session, learner: Learner) -> str:
        name = form.optional("name", most=LONGEST_NAME)
        count = consent.change(session, service.office, learner, actor=staff.actor, display_name=name)
        signed = ngettext("%(num)s badge was signed anew.", "%(num)s badges were signed anew.", count) if count else ""
        return f"{_('The name is changed.')} {signed}".strip()

    return _do(request, form, staff, service, learner_id, change=change)


@router.post("/address")
def add_address(request: Request, form: Sent, staff: PeopleKeeper, service: TheService, learner_id: str) -> Response:
    """Add an address; what waited for somebody pending is decided. They may turn out to be somebody who is here."""
    try:
        with service.database.write() as session:
            learner = learners.by_id(session, staff.issuer(session), learner_id)
            facts = {"via": Via.STAFF, "actor": staff.actor}
            known = identification.give_address(session, service.office, learner, form.text("email"), **facts)  # type: ignore[arg-type]  # of two kinds
    except NotFound:
        raise
    except ServiceError as error:
        typed = {"email": form.text("email")}
        return page(request, staff, service, learner_id, refused=refusal(error), typed=typed)
    return go(f"{staff.root}/people/{known.id}", _("The address is added; mail goes there from now on."))


@router.post("/groups")
def change_groups(request: Request, form: Sent, staff: PeopleKeeper, service: TheService, learner_id: str) -> Response:
    """Put them into a group, or take them out of one; what rules make of that is done at once."""

    def change(session: Session, learner: Learner) -> str:
        if leaving := form.text("leave", most=groups.LONGEST):
            groups.remove(session, service.office, learner, leaving, actor=staff.actor)
            return _("They are no longer in the group %(name)s. No badge was taken back.", name=leaving)
        name = form.text("group", most=groups.LONGEST)
        try:
            added = groups.add(session, service.office, learner, name, actor=staff.actor)
        except InvalidInput as error:
            raise InvalidInput(error.detail, pointer="/group") from error
        if added:
            return _("They are in the group %(name)s now.", name=name)
        return _("They were in the group %(name)s already.", name=name)

    return _do(request, form, staff, service, learner_id, change=change)


@router.post("/claim-link")
def make_claim_link(
    request: Request, form: Sent, staff: PeopleKeeper, service: TheService, learner_id: str
) -> Response:
    """Make a link with which they say who they are. It is shown on this answer, and never again."""
    try:
        days = form.text("days", most=3)
        if not days.isdecimal():
            raise InvalidInput(_("Say a number of days"), pointer="/days")
        with service.database.write() as session:
            learner = learners.by_id(session, staff.issuer(session), learner_id)
            made = claim_links.create(session, service.office, learner, actor=staff.actor, days=int(days))
    except NotFound:
        raise
    except ServiceError as error:
        typed = {"days": form.text("days")}
        return page(request, staff, service, learner_id, refused=refusal(error), typed=typed)
    return page(request, staff, service, learner_id, claim_url=made.url)


def _do(
    request: Request, form: Sent, staff: PeopleKeeper, service: TheService, learner_id: str, *, change: Change
) -> Response:
    try:
        with service.database.write() as session:
            said = change(session, learners.by_id(session, staff.issuer(session), learner_id))
    except NotFound:
        raise
    except ServiceError as error:
        typed: dict[str, str] = {name: form.text(name) for name in ("name", "group") if name in form.fields}
        return page(request, staff, service, learner_id, refused=refusal(error), typed=typed)
    return go(f"{staff.root}/people/{learner_id}", said)
