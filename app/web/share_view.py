"""What the badge page offers to share a badge with: addresses and texts to take along, made from what is shown."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from app.projections import linkedin, resume, schema_org, snippets
from app.projections.linkedin import Certification
from app.projections.schema_org import CredentialStated, SkillStated
from app.projections.typesetting import printable
from app.web import badge_sheets, languages
from app.web.badge_view import BadgeView
from app.web.languages import gettext as _
from app.web.states import Tone

EMBED_WIDTH, EMBED_HEIGHT = 480, 240
NARROW_WIDTH, NARROW_HEIGHT = 400, 400  # below this width image and words stand one above the other


@dataclass(frozen=True, slots=True)
class ShareView:
    """Ways to share. `add_to_linkedin` and `resume` are None for a badge that was taken back: it is nobody's merit."""

    qr_png: str
    qr_svg: str
    add_to_linkedin: str | None
    post_on_linkedin: str
    mail: str
    resume: str | None
    signature: str | None
    frame: str
    oembed: str
    card: str
    card_alt: str
    schema: Markup  # JSON-LD


def share_view(view: BadgeView, *, base_url: str) -> ShareView:
    """What there is for this badge as it is now."""
    is_theirs = view.state.tone is not Tone.STOPPED and view.state.newer_url is None
    shown = snippets.Shown(view.title, view.issuer.name, view.url, view.picture.url, view.picture.alt)
    return ShareView(
        qr_png=f"/b/{view.id}/qr.png",
        qr_svg=f"/b/{view.id}/qr.svg",
        add_to_linkedin=linkedin.add_to_profile(_certification(view)) if is_theirs else None,
        post_on_linkedin=linkedin.share(view.url),
        mail=snippets.mail_link(
            subject=view.title,
            body=_("%(badge)s, awarded by %(issuer)s:", badge=view.title, issuer=printable(view.issuer.name))
            + f"\n\n{view.url}\n",
        ),
        resume=_resume(view) if is_theirs else None,
        signature=snippets.signature(shown) if is_theirs else None,
        frame=frame(view, width=EMBED_WIDTH, height=EMBED_HEIGHT),
        oembed=f"{base_url}/oembed?format=json&url={quote(view.url, safe='')}",
        card=f"{view.url}/card.png?v={badge_sheets.card_mark(view)}",
        card_alt=_(
            "%(badge)s by %(issuer)s. %(state)s.", badge=view.title, issuer=view.issuer.name, state=view.state.word
        ),
        schema=_schema(view, base_url),
    )


def frame(view: BadgeView, *, width: int, height: int) -> str:
    """HTML that shows the badge inside another page."""
    return snippets.frame(url=f"{view.url}/embed", title=view.title, width=width, height=height)


def frame_height(width: int) -> int:
    """How high the small page is when it is this wide, in pixels."""
    return EMBED_HEIGHT if width >= NARROW_WIDTH else NARROW_HEIGHT


def _resume(view: BadgeView) -> str:
    language = languages.current().tag
    return resume.line(
        title=view.title, issuer=view.issuer.name, awarded_at=view.awarded_at, zone=view.zone, language=language
    )


def _certification(view: BadgeView) -> Certification:
    return Certification(
        name=view.title,
        organisation=printable(view.issuer.name),
        awarded_at=view.awarded_at,
        valid_until=view.valid_until,
        zone=view.zone,
        url=view.url,
        id=view.id,
    )


def _schema(view: BadgeView, base_url: str) -> Markup:
    levels = (
        SkillStated(each.name, each.url, _("%(word)s, %(level)s of 5", word=each.word, level=each.level))
        for each in view.skills
    )
    stated = CredentialStated(
        url=view.url,
        name=view.told.signed_name,
        abbreviation=view.abbreviation,
        description=view.told.signed_description,
        language=view.told.signed_in,
        image_url=view.picture.url,
        status=view.state.word,
        issuer_name=view.issuer.name,
        issuer_url=f"{base_url}{view.issuer.path}",
        achievement_url=f"{base_url}{view.achievement_path}",
        awarded_at=view.awarded_at,
        valid_until=view.valid_until,
        zone=view.zone,
        skills=tuple(levels),
        holder=view.holder if view.is_public else None,
    )
    return Markup(schema_org.embedded(schema_org.credential(stated)))  # noqa: S704 - escaped there, and tested
