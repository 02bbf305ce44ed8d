"""The mails themselves: in the issuer's own words where there are some, else in ours; rendered when they are put."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.issuing.issuers import Issuer
from app.issuing.mail.records import MailTemplate, Purpose, settings_of
from app.projections import markdown, messages
from app.projections.messages import Line, MailContent


@dataclass(frozen=True, slots=True)
class Badge:
    """What a mail says of one badge. `criteria` is plain text; `language` is that of the name."""

    name: str
    url: str
    awarded_at: datetime
    language: str
    abbreviation: str | None = None
    image_url: str | None = None
    valid_until: datetime | None = None
    criteria: str | None = None
    criteria_language: str | None = None  # None = that of the name

    @property
    def line(self) -> Line:
        """The badge as a line of a digest."""
        return Line(self.name, self.url, self.awarded_at, self.valid_until, self.abbreviation)


def badge_mail(
    session: Session, issuer: Issuer, badge: Badge, *, learner_name: str | None, language: str
) -> MailContent:
    """The mail about one badge; `language` is that of our own words."""
    template = chosen(session, issuer.id, Purpose.BADGE_EARNED, badge.language)
    if template is not None:
        values = badge_values(issuer, badge, learner_name=learner_name, locale=template.locale)
        return fill(template.subject, template.body, values=values, locale=template.locale, zone=issuer.zone)
    return messages.award_mail(
        learner_name=learner_name,
        achievement_name=badge.name,
        abbreviation=badge.abbreviation,
        issuer_name=issuer.name,
        badge_url=badge.url,
        image_url=badge.image_url,
        awarded_at=badge.awarded_at,
        valid_until=badge.valid_until,
        criteria=badge.criteria,
        language=badge.language,
        criteria_language=badge.criteria_language,
        reader_language=language,
        zone=issuer.zone,
    )


def digest(
    session: Session,
    issuer: Issuer,
    lines: Sequence[Line],
    *,
    learner_name: str | None,
    language: str,
    reader_language: str,
    unsubscribe_url: str,
) -> MailContent:
    """One mail about several badges: `language` is the first badge's, `reader_language` that of our own words."""
    template = chosen(session, issuer.id, Purpose.DIGEST, language)
    if template is None:
        return messages.digest_mail(
            lines,
            learner_name=learner_name,
            issuer_name=issuer.name,
            unsubscribe_url=unsubscribe_url,
            language=reader_language,
            zone=issuer.zone,
        )
    values = digest_values(issuer.name, len(lines), learner_name=learner_name, unsubscribe_url=unsubscribe_url)
    return fill(template.subject, template.body, values=values, locale=template.locale, lines=lines, zone=issuer.zone)


_TEMPLATES = select(MailTemplate).where(
    MailTemplate.issuer_id == bindparam("issuer_id"), MailTemplate.purpose == bindparam("purpose")
)


def chosen(session: Session, issuer_id: str, purpose: Purpose, language: str) -> MailTemplate | None:
    """The issuer's own words: in this language, in its wider form (`de` of `de-CH`), or in the issuer's locale.

    None when there are none of these: then our own words are used.
    """
    asked = {"issuer_id": issuer_id, "purpose": purpose}
    found = {template.locale.lower(): template for template in session.scalars(_TEMPLATES, asked)}
    if not found:
        return None
    wanted = [language, language.partition("-")[0], settings_of(session, issuer_id).locale or ""]
    return next((found[locale.lower()] for locale in wanted if locale.lower() in found), None)


def fill(
    subject: str,
    body: str,
    *,
    values: dict[str, str],
    locale: str,
    zone: ZoneInfo,
    lines: Sequence[Line] = (),
) -> MailContent:
    """A mail of a template: text and HTML from the one Markdown, with the values put in afterwards."""
    marked = messages.marked(body)
    return messages.filled(
        subject,
        markdown.to_html(marked),
        markdown.to_text(marked),
        values=values,
        language=locale,
        lines=lines,
        zone=zone,
    )


def badge_values(issuer: Issuer, badge: Badge, *, learner_name: str | None, locale: str) -> dict[str, str]:
    """What the placeholders of a mail about one badge stand for."""
    until = badge.valid_until
    return {
        "learner_name": learner_name or "",
        "achievement_name": badge.name,
        "abbreviation": badge.abbreviation or "",
        "issuer_name": issuer.name,
        "badge_url": badge.url,
        "awarded_on": messages.written_date(badge.awarded_at, issuer.zone, locale),
        "valid_until": "" if until is None else messages.written_end(until, issuer.zone, locale),
        "criteria": badge.criteria or "",
    }


def digest_values(issuer_name: str, count: int, *, learner_name: str | None, unsubscribe_url: str) -> dict[str, str]:
    """What the placeholders of a digest stand for, but for the list of badges."""
    return {
        "learner_name": learner_name or "",
        "issuer_name": issuer_name,
        "badge_count": str(count),
        "unsubscribe_url": unsubscribe_url,
    }


def line_to_json(line: Line) -> dict[str, Any]:
    """A line as it waits in a payload."""
    return {
        "name": line.name,
        "url": line.url,
        "awarded_at": line.awarded_at.isoformat(),
        "valid_until": None if line.valid_until is None else line.valid_until.isoformat(),
        "abbreviation": line.abbreviation,
    }


def line_of_json(stated: dict[str, Any]) -> Line:
    """The line that `line_to_json` wrote."""
    until = stated["valid_until"]
    return Line(
        name=stated["name"],
        url=stated["url"],
        awarded_at=datetime.fromisoformat(stated["awarded_at"]),
        valid_until=None if until is None else datetime.fromisoformat(until),
        abbreviation=stated["abbreviation"],
    )
