"""An issuer's own words for its mails: which there are, a page to write and try them, and back to ours."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import InvalidInput, NotFound
from app.issuing import mail
from app.issuing.mail import MailTemplate
from app.projections.messages import MailContent
from app.projections.messages.own_words import ALLOWED
from app.service import Service
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import Refusal, go, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Connector, Staff
from app.web.staff.settings.frame import settings_page
from app.web.staff.settings.mail import PURPOSES, purpose_of, purposes
from app.web.told import told

router = APIRouter(prefix="/mail/words")

LONGEST_BODY = 20_000


@router.get("")
def list_words(request: Request, staff: Connector, service: TheService) -> Response:
    """The issuer's own words, by kind and language."""
    with service.database.read() as session:
        query = mail.templates_of(staff.issuer(session))
        ordered = query.order_by(MailTemplate.purpose, MailTemplate.locale)
        found = list(session.scalars(ordered))
    named = {purpose.value: _(words) for purpose, words in PURPOSES.items()}
    return settings_page(request, "mail_words.html", staff, "mail", found=found, named=named)


@router.get("/edit")
def edit(request: Request, staff: Connector, service: TheService) -> Response:
    """Write words, beginning with those in use. `id` names what is there already."""
    template_id = request.query_params.get("id")
    given = {"purpose": "badge_earned", "locale": "en", "subject": "", "body": ""}
    if template_id is not None:
        with service.database.read() as session:
            query = mail.templates_of(staff.issuer(session)).where(MailTemplate.id == template_id)
            found = session.scalars(query).one_or_none()
            if found is None:
                raise NotFound("There are no such words")
            given = {name: getattr(found, name) for name in given}
    return _page(request, staff, given)


@router.post("/edit")
def save(request: Request, form: Sent, staff: Connector, service: TheService) -> Response:
    """Show what a mail would look like, or keep the words."""
    given = _given(form)
    try:
        purpose = purpose_of(given["purpose"])
        said = {"locale": given["locale"], "subject": given["subject"], "body": given["body"]}
        if form.text("act") == "preview":
            return _page(request, staff, given, preview=_preview(service, staff, given))
        with service.database.write() as session:
            mail.save_template(session, staff.issuer(session), purpose=purpose, actor=staff.actor, **said)
    except InvalidInput as error:
        return _page(request, staff, given, refused=_refusal(error))
    return go(f"{staff.root}/settings/mail/words", _("Mails of this kind and language have your words from now on."))


@router.post("/{template_id}/delete")
def delete(template_id: str, form: Sent, staff: Connector, service: TheService) -> Response:
    """Go back to our words."""
    del form
    with service.database.write() as session:
        mail.delete_template(session, staff.issuer(session), template_id, actor=staff.actor)
    return go(f"{staff.root}/settings/mail/words", _("These mails have our words again."))


def _given(form: Form) -> dict[str, str]:
    return {
        "purpose": form.text("purpose", most=20),
        "locale": form.text("locale", most=35),
        "subject": form.text("subject", most=200),
        "body": form.text("body", most=LONGEST_BODY),
    }


def _preview(service: Service, staff: Staff, given: dict[str, str]) -> MailContent:
    with service.database.read() as session:
        return mail.preview(
            session,
            service.office,
            staff.issuer(session),
            purpose=purpose_of(given["purpose"]),
            locale=given["locale"],
            subject=given["subject"],
            body=given["body"],
        )


def _refusal(error: InvalidInput) -> Refusal:
    """The first fault by name, where there are several."""
    found = refusal(error)
    problems = error.facts.get("problems") or []
    return Refusal(told(str(problems[0]["sentence"])) if problems else found.sentence, found.field, found.status)


def _page(
    request: Request,
    staff: Staff,
    given: dict[str, str],
    *,
    preview: MailContent | None = None,
    refused: Refusal | None = None,
) -> Response:
    return settings_page(
        request,
        "mail_edit.html",
        staff,
        "mail",
        refused=refused,
        given=given,
        preview=preview,
        purposes=purposes(),
        placeholders={purpose: sorted(names) for purpose, names in ALLOWED.items()},
    )
