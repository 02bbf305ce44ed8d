"""A badge as a sheet: the certificate to print, and the card that link previews show. Made once, kept for minutes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time
from functools import lru_cache
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from app.days import day_in
from app.issuing import awards, images
from app.issuing.awards import Award
from app.projections import drawing, fitting, qr
from app.projections.typesetting import (
    MOST_SKILLS,
    Card,
    Certificate,
    CertificateLabels,
    Paper,
    SkillLine,
    can_write,
    card,
    certificate,
)
from app.web import languages, words
from app.web.badge_view import BadgeView
from app.web.kept_bytes import KeptBytes
from app.web.languages import gettext as _
from app.web.languages import ngettext

Make = Callable[[], bytes]

_finished = KeptBytes(max_bytes=16 * 1_048_576, seconds=300)


def speak_a_written_language() -> None:
    """Go on in English when this machine has no letters for the language of the request (Arabic without its fonts)."""
    said = _("Certificate")
    if not said.isascii() and not can_write(said, language=languages.current().tag):
        languages.use("en")


def certificate_of(session: Session, award: Award, view: BadgeView, *, paper: Paper, now: datetime) -> Make:
    """What makes the PDF once the transaction is over; what it needs of the database is read here."""
    stated = _certificate(view, now=now)
    key = _key("certificate", repr(stated), view.image_sha256, str(view.logo_sha256), paper, str(award.revision))
    if (kept := _finished.get(key)) is not None:
        return lambda: kept
    credential = awards.credential_of(session, award).json
    picture = images.content(session, view.image_sha256)
    logo = images.content(session, view.logo_sha256) if view.logo_sha256 else None
    code = qr.as_svg(view.url, title=stated.qr_alt).decode()

    def make() -> bytes:
        badge, _shape = _drawn(picture)
        of_issuer, shape = _drawn(logo) if logo is not None else (None, 1.0)
        whole = replace(stated, picture=badge, logo=of_issuer, logo_shape=shape, qr=code)
        return certificate(whole, credential=credential, paper=paper)

    return lambda: _finished.made(key, make)


def card_of(session: Session, view: BadgeView) -> Make:
    """What makes the card once the transaction is over; likewise."""
    stated = _card(view)
    key = _key("card", repr(stated), view.image_sha256)
    if (kept := _finished.get(key)) is not None:
        return lambda: kept
    picture = images.content(session, view.image_sha256)
    return lambda: _finished.made(key, lambda: card(stated, picture=_drawn(picture)[0]))


def card_mark(view: BadgeView) -> str:
    """Changes whenever the card does: goes into its address, because previews are kept by address for weeks."""
    return _key("card", repr(_card(view)), view.image_sha256)[:12]


def _name(view: BadgeView) -> tuple[str, str]:
    """The name and its language: as it is shown, or as it is signed where there are no letters for that here."""
    if view.told.is_translated and not _has_letters(view.name, view.language):
        return view.told.signed_name, view.told.signed_in
    return view.name, view.language


@lru_cache(maxsize=4096)
def _has_letters(name: str, language: str) -> bool:
    """Looking through the fonts takes longer than the whole page does, and they stay the same while a process runs."""
    return can_write(name, language=language)


def _card(view: BadgeView) -> Card:
    name, language = _name(view)
    return Card(
        language=language,
        name=name,
        abbreviation=view.abbreviation,
        issuer=view.issuer.name,
        holder=_("Held by %(name)s", name=view.holder) if view.holder else "",
        tone=view.state.tone,
        state=view.state.word,
        is_dimmed=view.state.is_over,
        address=urlsplit(view.url).netloc,
    )


def _certificate(view: BadgeView, *, now: datetime) -> Certificate:
    """Everything but the pictures."""
    day = day_in(now, view.zone)
    language, (name, content_language) = languages.current(), _name(view)
    skills = tuple(
        SkillLine(each.name, each.level, _("%(word)s, %(level)s of 5", word=each.word, level=each.level))
        for each in view.skills
    )
    return Certificate(
        language=language.tag,
        content_language=content_language,
        direction=language.direction,
        labels=_labels(len(skills)),
        name=name,
        abbreviation=view.abbreviation,
        holder=view.holder,
        issuer=view.issuer.name,
        signs_as=view.issuer.signs_as,
        logo=None,
        logo_shape=1.0,
        picture="",
        picture_alt=view.picture.alt,
        is_dimmed=view.state.is_over,
        tone=view.state.tone,
        state=view.state.word,
        sentence=_("As of %(day)s: %(sentence)s", day=words.day_of(day), sentence=view.state.sentence),
        facts=(
            (_("Earned on"), words.date_of(view.awarded_at, view.zone)),
            (_("Good until"), words.end_of(view.valid_until, view.zone) if view.valid_until else _("No end date")),
            *view.details,
        ),
        skills=skills,
        qr="",
        qr_alt=_("QR code that leads to %(url)s", url=view.url),
        url=view.url,
        as_of=datetime.combine(day, time(), UTC),
    )


def _labels(skills: int) -> CertificateLabels:
    more = skills - MOST_SKILLS
    return CertificateLabels(
        certificate=_("Certificate"),
        awarded_to=_("Awarded to"),
        nameless=_("The holder’s name is not shown here. Who holds this badge can prove it at the address below."),
        skills=_("Skills"),
        more_skills=ngettext("and one more", "and %(num)s more", more) if more > 0 else "",
        check=_("Check its present state at"),
        attached=_("The signed badge is attached to this file; any verifier of Open Badges 3.0 can check it."),
        named_elsewhere=_("named on the badge’s page"),
        unwritable=_("Some words need letters that are not installed here; read them on the badge’s page."),
    )


def _drawn(picture: bytes) -> tuple[str, float]:
    """A PNG as the SVG that is set on a sheet, and its width by its height."""
    small, width, height = fitting.fit(picture)
    return drawing.around(small, width=width, height=height).decode(), width / height


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
