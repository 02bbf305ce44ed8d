"""Mails that ask for an endorsement: to the members of an issuer here, and to an organisation elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.credentials.identity import clean_email
from app.issuing import accounts, achievement_facts, awards, learners, mail, mail_languages, pins
from app.issuing.accounts import Capability, Role
from app.issuing.achievements import AchievementVersion
from app.issuing.issuers import Issuer
from app.issuing.mail.configuring import put
from app.issuing.office import Office
from app.projections import messages
from app.projections.messages import endorsing

LONGEST_LABEL = 220


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail is about."""

    request_id: str
    asker: Issuer
    label: str
    message: str
    until: datetime


def label_of(session: Session, office: Office, issuer: Issuer, about: str) -> str:
    """What people call the thing with this id: the achievement with its version, the issuer, or a badge."""
    version = pins.version_at(session, office, about)
    if version is not None:
        return _label(version)[:LONGEST_LABEL]
    today, badge = office.renamed(about), office.addresses.badge("")
    if today.startswith(badge):
        award = awards.by_id(session, today.removeprefix(badge))
        return f"Badge: {_label(awards.version_of(session, award))}"[:LONGEST_LABEL]
    return issuer.name[:LONGEST_LABEL]


def to_members(session: Session, office: Office, endorser: Issuer, letter: Letter) -> None:
    """Tell those members who may sign for the issuer."""
    url = office.addresses.staff(endorser.slug, f"settings/endorsements/asked/{letter.request_id}")
    for line in accounts.members.of_issuer(session, endorser):
        may = accounts.members.may(Role(line.member.role), Capability.MANAGE)
        if may and line.email is not None:
            address = learners.address_of(line.email) or ""
            language = mail_languages.of_address(session, endorser.id, address)
            content = _asked(letter, url=url, is_member=True, language=language)
            _send(session, office, endorser.id, content, to=line.email, request_id=letter.request_id)


def to_elsewhere(session: Session, office: Office, letter: Letter, *, email: str, url: str) -> None:
    """Send the link to an organisation that is no issuer here."""
    language = mail_languages.of_issuer(session, letter.asker.id)
    content = _asked(letter, url=url, is_member=False, language=language)
    _send(session, office, letter.asker.id, content, to=clean_email(email), request_id=letter.request_id)


def _asked(letter: Letter, *, url: str, is_member: bool, language: str) -> messages.MailContent:
    return endorsing.asked_mail(
        asker=letter.asker.name,
        what=letter.label,
        message=letter.message,
        until=letter.until,
        zone=letter.asker.zone,
        url=url,
        is_member=is_member,
        language=language,
    )


def _send(
    session: Session, office: Office, issuer_id: str, content: messages.MailContent, *, to: str, request_id: str
) -> None:
    key = mail.recipient_key(office, issuer_id, to)
    put(session, issuer_id, content, to=to, key=key, subject_id=request_id, event=f"endorsement.asked:{key[:20]}")


def _label(version: AchievementVersion) -> str:
    facts = achievement_facts.parse(version.facts)
    return f"{facts.name} ({facts.abbreviation}), version {version.number}"
