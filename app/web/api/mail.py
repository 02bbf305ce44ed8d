"""Mail: how the issuer writes to its learners, in which words, to whom it does not write, and what came back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy.orm import Session

from app.issuing import mail
from app.issuing.issuers import Issuer
from app.issuing.mail import Cause, Covers, MailSettings, MailTemplate, Purpose, ReportKind, Suppression
from app.web.api.authentication import MailReporter, MailWriter, Reader
from app.web.api.fields import Email, Id, In, Line200, Line255, Out, PastMoment, Text
from app.web.api.idempotency import Answer, Posted, change
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/mail", route_class=StrictRoute)

Locale = Annotated[str, Field(min_length=2, max_length=35, description="a language, BCP 47")]
TimeOfDay = Annotated[str, Field(pattern=r"^[0-9]{2}:[0-9]{2}$", examples=["21:00"])]


class SettingsIn(In):
    """What is to be different; null takes a setting back. The address of From is the service's, never the issuer's."""

    from_name: Line200 | None = None
    reply_to: Email | None = None
    locale: Locale | None = None
    digest_minutes: Annotated[int, Field(ge=1, le=10_080)] | None = None
    quiet_from: TimeOfDay | None = None
    quiet_until: TimeOfDay | None = None
    quiet_zone: Annotated[str, Field(max_length=60, examples=["Europe/Zurich"])] | None = None
    quiet_for_notices: bool = False
    most_per_hour: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class SettingsOut(Out):
    """How the issuer writes. Null = the default."""

    from_name: str | None
    reply_to: str | None
    locale: str | None
    digest_minutes: int | None
    quiet_from: str | None
    quiet_until: str | None
    quiet_zone: str | None
    quiet_for_notices: bool
    most_per_hour: int | None


class TemplateIn(In):
    """The issuer's own words: a line of subject, and a body in Markdown, with placeholders such as {{learner_name}}."""

    purpose: Purpose
    locale: Locale
    subject: Line200
    body: Text


class TemplateOut(Out):
    """A template as it is kept."""

    id: str
    purpose: Purpose
    locale: str
    subject: str
    body: str
    updated_at: datetime


class PreviewIn(In):
    """Which mail to show; without subject and body it is the one in use."""

    purpose: Purpose
    locale: Locale = "en"
    subject: Line200 | None = None
    body: Text | None = None


class PreviewOut(Out):
    """A mail with facts of nobody."""

    subject: str
    text: str
    html: str
    language: str


class TestIn(In):
    """Which mail to send, and to whom."""

    purpose: Purpose
    locale: Locale = "en"
    to: Email


class TestOut(Out):
    """The message's id, the first part of its Message-ID."""

    message_id: str


class SuppressionIn(In):
    """An address to write to no more."""

    address: Email
    covers: Covers = Covers.ALL


class SuppressionOut(Out):
    """An entry. The address itself is not kept, and cannot be told."""

    id: str
    covers: Covers
    cause: Cause
    code: str | None
    created_at: datetime


class ReportIn(In):
    """What a mail provider reports: about a message, by its Message-ID, or about an address."""

    kind: ReportKind
    message_id: Line255 | None = None
    address: Email | None = None
    code: Annotated[str, Field(max_length=20, examples=["5.1.1"])] | None = None
    at: PastMoment | None = None


class ReportOut(Out):
    """Whether the report was news."""

    recorded: bool


@router.get("/settings", response_model=SettingsOut)
def read_mail_settings(caller: Reader, service: TheService) -> Response:
    """Read how the issuer writes."""
    with service.database.read() as session:
        told = _settings(mail.settings_of(session, caller.issuer_id))
    return Response(told.model_dump_json(), media_type="application/json")


@router.patch("/settings", response_model=SettingsOut)
def change_mail_settings(caller: MailWriter, stated: SettingsIn, service: TheService) -> Response:
    """Change how the issuer writes: what is named, and nothing else."""

    def work(session: Session, issuer: Issuer) -> Answer:
        changes = stated.model_dump(exclude_unset=True)
        return Answer(200, _settings(mail.change_settings(session, issuer, actor=caller.actor, **changes)))

    return change(service, caller, work)


@router.get("/templates", response_model=PageOf[TemplateOut])
def list_mail_templates(
    caller: Reader, request: Request, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """List the issuer's own templates, the newest first."""
    with service.database.read() as session:
        query = mail.templates_of(caller.issuer(session))
        found = page_of(session, query, (MailTemplate.updated_at, MailTemplate.id), page)
    return respond(request, [_template(one) for one in found.rows], found.cursor)


@router.put("/templates", response_model=TemplateOut)
def save_mail_template(caller: MailWriter, stated: TemplateIn, service: TheService) -> Response:
    """Keep the issuer's own words for a purpose in a language. Unknown placeholders are refused, with their place."""

    def work(session: Session, issuer: Issuer) -> Answer:
        made = mail.save_template(session, issuer, actor=caller.actor, **stated.model_dump())
        return Answer(200, _template(made))

    return change(service, caller, work)


@router.delete("/templates/{template_id}", status_code=204)
def delete_mail_template(caller: MailWriter, template_id: Id, service: TheService) -> Response:
    """Go back to Lanyard's own words."""

    def work(session: Session, issuer: Issuer) -> Answer:
        mail.delete_template(session, issuer, template_id, actor=caller.actor)
        return Answer(204)

    return change(service, caller, work)


@router.post("/preview", response_model=PreviewOut)
def preview_mail(caller: MailWriter, stated: PreviewIn, service: TheService) -> Response:
    """Show what a mail would look like, with facts of nobody."""
    with service.database.read() as session:
        issuer = caller.issuer(session)
        shown = mail.preview(session, service.office, issuer, **stated.model_dump())
    told = PreviewOut(subject=shown.subject, text=shown.text, html=shown.html, language=shown.language)
    return Response(told.model_dump_json(), media_type="application/json")


@router.post("/test", status_code=202, response_model=TestOut)
def send_test_mail(caller: MailWriter, stated: TestIn, post: Posted, service: TheService) -> Response:
    """Send the mail in use to somebody of the staff, with facts of nobody."""

    def work(session: Session, issuer: Issuer) -> Answer:
        message_id = mail.send_test(
            session,
            service.office,
            issuer,
            purpose=stated.purpose,
            locale=stated.locale,
            address=stated.to,
            actor=caller.actor,
        )
        return Answer(202, TestOut(message_id=message_id))

    return post.answer(caller, work)


@router.get("/suppressions", response_model=PageOf[SuppressionOut])
def list_suppressions(
    caller: Reader, request: Request, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """List the addresses to which the issuer does not write, as entries without the address; newest first."""
    query = mail.suppressions_of(caller.issuer_id)
    with service.database.read() as session:
        found = page_of(session, query, (Suppression.created_at, Suppression.id), page)
    return respond(request, [_suppression(one) for one in found.rows], found.cursor)


@router.post("/suppressions", status_code=201, response_model=SuppressionOut)
def add_suppression(caller: MailWriter, stated: SuppressionIn, post: Posted, service: TheService) -> Response:
    """Write to an address no more."""

    def work(session: Session, issuer: Issuer) -> Answer:
        key = mail.recipient_key(service.office, issuer.id, stated.address)
        made = mail.suppress(session, issuer.id, key, covers=stated.covers, cause=Cause.BY_HAND, actor=caller.actor)
        return Answer(201, _suppression(made))

    return post.answer(caller, work)


@router.delete("/suppressions/{suppression_id}", status_code=204)
def lift_suppression(caller: MailWriter, suppression_id: Id, service: TheService) -> Response:
    """Write to this address again."""

    def work(session: Session, issuer: Issuer) -> Answer:
        mail.lift_entry(session, issuer.id, suppression_id, actor=caller.actor)
        return Answer(204)

    return change(service, caller, work)


@router.post("/reports", status_code=201, response_model=ReportOut)
def report_mail(caller: MailReporter, stated: ReportIn, post: Posted, service: TheService) -> Response:
    """Take a bounce or a complaint. A hard bounce and a complaint end mails to the address."""

    def work(session: Session, issuer: Issuer) -> Answer:
        made = mail.report(session, service.office, issuer, actor=caller.actor, **stated.model_dump())
        return Answer(201, ReportOut(recorded=made is not None))

    return post.answer(caller, work)


def _settings(found: MailSettings) -> SettingsOut:
    return SettingsOut(**{name: getattr(found, name) for name in SettingsOut.model_fields})


def _template(found: MailTemplate) -> TemplateOut:
    return TemplateOut(**{name: getattr(found, name) for name in TemplateOut.model_fields})


def _suppression(found: Suppression) -> SuppressionOut:
    return SuppressionOut(**{name: getattr(found, name) for name in SuppressionOut.model_fields})
