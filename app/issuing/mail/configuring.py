"""An issuer's settings and templates for mail: checked when they are saved, and tried before they are used."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.errors import InvalidInput, NotFound
from app.issuing import audit, outbox, outbox_queues
from app.issuing.issuers import Issuer
from app.issuing.mail import composing
from app.issuing.mail.composing import Badge
from app.issuing.mail.quiet_hours import check_zone, read_clock
from app.issuing.mail.records import EMAIL, MailSettings, MailTemplate, Purpose, recipient_key, settings_of
from app.issuing.mail.unsubscribing import unsubscribe_url
from app.issuing.office import Office
from app.projections import markdown, messages
from app.projections.messages import MailContent

FIELDS = frozenset(
    {
        "from_name", "reply_to", "locale", "digest_minutes", "quiet_from", "quiet_until", "quiet_zone",
        "quiet_for_notices", "most_per_hour",
    }
)  # fmt: skip
LONGEST_DIGEST_MINUTES = 7 * 24 * 60
_LOCALE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_SAMPLE_KEY = "0" * 32


def change_settings(session: Session, issuer: Issuer, *, actor: str, **changes: Any) -> MailSettings:
    """Change how the issuer writes. Raises InvalidInput naming the field."""
    claim(session, MailSettings, issuer_id=issuer.id, quiet_for_notices=False)
    settings = session.get_one(MailSettings, issuer.id, with_for_update=True, populate_existing=True)
    changed = sorted(name for name in changes if name in FIELDS and getattr(settings, name) != changes[name])
    for name in changed:
        setattr(settings, name, changes[name])
    _check(settings)
    if changed:
        audit.record(session, issuer.id, actor=actor, action="mail.settings", object_id=issuer.id, fields=changed)
    return settings


def save_template(
    session: Session, issuer: Issuer, *, purpose: Purpose, locale: str, subject: str, body: str, actor: str
) -> MailTemplate:
    """Keep the issuer's own words for a purpose in a language. Raises InvalidInput, `problems` with each place."""
    check_template(purpose, locale=locale, subject=subject, body=body)
    key = {"issuer_id": issuer.id, "purpose": purpose, "locale": locale}
    said = {"subject": subject, "body": body, "updated_at": clock.now()}
    template = claim(session, MailTemplate, id=clock.new_id(), **key, **said)
    if template is None:
        template = session.scalars(select(MailTemplate).filter_by(**key).with_for_update()).one()
        template.subject, template.body, template.updated_at = subject, body, clock.now()
    audit.record(session, issuer.id, actor=actor, action="mail.template-saved", object_id=template.id)
    session.flush()
    return template


def delete_template(session: Session, issuer: Issuer, template_id: str, *, actor: str) -> None:
    """Go back to our own words. Raises NotFound."""
    template = session.scalars(templates_of(issuer).where(MailTemplate.id == template_id)).one_or_none()
    if template is None:
        raise NotFound("There is no such template")
    session.delete(template)
    audit.record(session, issuer.id, actor=actor, action="mail.template-deleted", object_id=template.id)
    session.flush()


def templates_of(issuer: Issuer) -> Select[MailTemplate]:
    """The query of the issuer's own templates."""
    return select(MailTemplate).where(MailTemplate.issuer_id == issuer.id)


def check_template(purpose: Purpose, *, locale: str, subject: str, body: str) -> None:
    """Refuse what could not be filled in. Raises InvalidInput, `problems` with each place."""
    if not _LOCALE.fullmatch(locale):
        raise InvalidInput("A language looks like de or pt-BR", pointer="/locale")
    found = messages.problems(purpose, subject, body)
    if "%7B%7B" in markdown.to_html(messages.marked(body)):
        found.append(("/body", "Only a placeholder for an address can stand in the address of a link"))
    if found:
        problems = [{"pointer": pointer, "sentence": sentence} for pointer, sentence in found]
        raise InvalidInput("The template cannot be used", pointer=found[0][0], problems=problems)


def preview(
    session: Session,
    office: Office,
    issuer: Issuer,
    *,
    purpose: Purpose,
    locale: str,
    subject: str | None = None,
    body: str | None = None,
) -> MailContent:
    """What a mail would look like, with facts of nobody: of these words, or of those in use. Raises InvalidInput."""
    if (subject is None) != (body is None):
        raise InvalidInput("Give both subject and body, or neither", pointer="/body")
    if subject is not None and body is not None:
        check_template(purpose, locale=locale, subject=subject, body=body)
    elif not _LOCALE.fullmatch(locale):
        raise InvalidInput("A language looks like de or pt-BR", pointer="/locale")
    badges = _samples(office, locale)
    lines = [badge.line for badge in badges]
    stop = unsubscribe_url(office, issuer.id, _SAMPLE_KEY)
    name = "Ana Ortiz"
    if purpose == Purpose.DIGEST:
        if subject is None or body is None:
            reader = messages.spoken(locale)
            return composing.digest(
                session,
                issuer,
                lines,
                learner_name=name,
                language=locale,
                reader_language=reader,
                unsubscribe_url=stop,
            )
        values = composing.digest_values(issuer.name, len(lines), learner_name=name, unsubscribe_url=stop)
        return composing.fill(subject, body, values=values, locale=locale, lines=lines, zone=issuer.zone)
    if subject is None or body is None:
        return composing.badge_mail(session, issuer, badges[0], learner_name=name, language=messages.spoken(locale))
    values = composing.badge_values(issuer, badges[0], learner_name=name, locale=locale)
    return composing.fill(subject, body, values=values, locale=locale, zone=issuer.zone)


def send_test(
    session: Session, office: Office, issuer: Issuer, *, purpose: Purpose, locale: str, address: str, actor: str
) -> str:
    """Send the mail in use to an address of staff, with facts of nobody; the message's id. Raises InvalidInput."""
    content = preview(session, office, issuer, purpose=purpose, locale=locale)
    key = recipient_key(office, issuer.id, address)
    made = put(
        session, issuer.id, content, to=address, key=key, subject_id=issuer.id, event=f"mail.test:{clock.new_id()}"
    )
    audit.record(session, issuer.id, actor=actor, action="mail.tested", object_id=issuer.id)
    return made.id if made is not None else ""


def put(
    session: Session,
    issuer_id: str,
    content: MailContent,
    *,
    to: str,
    key: str | None,
    subject_id: str,
    event: str,
    due_at: datetime | None = None,
    settings: MailSettings | None = None,
    **more: Any,
) -> outbox.OutboxMessage | None:
    """Put a mail into the issuer's queue, with the issuer's name and reply address. `settings` spares a question."""
    settings = settings or settings_of(session, issuer_id)
    return outbox.put(
        session,
        channel=EMAIL,
        queue=outbox_queues.of_mail(issuer_id),
        issuer_id=issuer_id,
        subject_id=subject_id,
        recipient_key=key,
        event=event,
        due_at=due_at,
        payload={
            "to": to,
            "subject": content.subject,
            "text": content.text,
            "html": content.html,
            "language": content.language,
            "from_name": settings.from_name,
            "reply_to": settings.reply_to,
            **more,
        },
    )


def _check(settings: MailSettings) -> None:
    quiet = (settings.quiet_from, settings.quiet_until, settings.quiet_zone)
    if any(quiet) and not all(quiet):
        raise InvalidInput("Quiet hours have a beginning, an end and a zone", pointer="/quiet_from")
    if settings.quiet_from and settings.quiet_until and settings.quiet_zone:
        if read_clock(settings.quiet_from, "/quiet_from") == read_clock(settings.quiet_until, "/quiet_until"):
            raise InvalidInput("Quiet hours end at another time than they begin", pointer="/quiet_until")
        check_zone(settings.quiet_zone, "/quiet_zone")
    if settings.locale is not None and not _LOCALE.fullmatch(settings.locale):
        raise InvalidInput("A language looks like de or pt-BR", pointer="/locale")
    if settings.digest_minutes is not None and not 1 <= settings.digest_minutes <= LONGEST_DIGEST_MINUTES:
        raise InvalidInput("Mails are gathered for 1 minute to 7 days", pointer="/digest_minutes")
    if settings.most_per_hour is not None and settings.most_per_hour < 1:
        raise InvalidInput("At least one mail an hour", pointer="/most_per_hour")


def _samples(office: Office, locale: str) -> list[Badge]:
    """Two badges of nobody."""
    earned = datetime(2026, 3, 2, 9, tzinfo=UTC)
    first, second = "AAAAAAAAAAAAAAAAAAAAAA", "BBBBBBBBBBBBBBBBBBBBBB"
    return [
        Badge(
            name="Basic Life Support",
            abbreviation="BLS",
            url=office.addresses.badge(first),
            awarded_at=earned,
            valid_until=earned.replace(year=2028),
            criteria="Pass the practical examination.",
            language=locale,
        ),
        Badge(name="Hand Hygiene", url=office.addresses.badge(second), awarded_at=earned, language=locale),
    ]
