"""What a badge of an achievement would look like and say: card, page and signed JSON, of whatever is typed so far."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from app import clock
from app.credentials import ob3
from app.issuing import achievement_images, achievements, tongues
from app.issuing.achievement_facts import AchievementFacts
from app.issuing.achievements import Achievement, AchievementState
from app.issuing.office import Office
from app.projections import drawing
from app.service import Service
from app.stacking import renewal
from app.web.achievement_view import Skill, skills_of
from app.web.badge_view import stated_facts
from app.web.issuer_view import IssuerView, issuer_view
from app.web.languages import gettext as _
from app.web.signed_in import Staff

LONGEST_NAME_DRAWN = 200
_NOT_SAVED = "-" * 22  # stands for the id of an achievement that has none yet


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything that the preview shows. `valid_until` is of a badge that were earned now; None = no end."""

    name: str
    abbreviation: str
    description: str
    language: str  # of the name
    description_language: str
    criteria_language: str
    picture: str  # where the image is
    alt: str
    colours: tuple[str, ...]  # what is to be said of them; nothing of an uploaded picture
    facts: tuple[str, ...]
    earned_at: datetime
    valid_until: datetime | None
    criteria: str | None
    criteria_url: str | None
    skills: tuple[Skill, ...]
    results: tuple[str, ...]
    tags: tuple[str, ...]
    issuer: IssuerView
    json: str


def preview(
    service: Service, staff: Staff, facts: AchievementFacts, achievement: Achievement | None, *, tongue: str = ""
) -> Preview:
    """The preview of facts, which need not be saved; `achievement` None = it is not there yet.

    In the language `tongue` where the texts exist in it, else as they are signed. The image always is as it is signed.
    """
    told = tongues.told(facts, (tongue,) if tongue else ())
    is_drawn = achievement is None or achievement.draft_image_sha256 is None
    sha256 = achievement_images.drawn(facts).sha256 if is_drawn else str(achievement and achievement.draft_image_sha256)
    with service.database.read() as session:
        issuer = staff.issuer(session)
        found = achievement or Achievement(id=_NOT_SAVED, issuer_id=issuer.id, state=AchievementState.DRAFT)
        signed = _document(session, service.office, found, facts, sha256)
        view = issuer_view(service.office, issuer)
    now = clock.now()
    return Preview(
        name=told.name,
        abbreviation=facts.abbreviation,
        description=told.description,
        language=told.language,
        description_language=told.description_language,
        criteria_language=told.criteria_language,
        picture=drawing_path(staff.root, facts) if is_drawn else f"/images/{sha256}.png",
        alt=facts.image_alt or f"Badge: {facts.name} ({facts.abbreviation})",
        colours=about_colours(facts) if is_drawn else (),
        facts=stated_facts(facts),
        earned_at=now,
        valid_until=renewal.valid_until(now, facts.validity.rule(), issuer.zone),
        criteria=told.criteria,
        criteria_url=facts.criteria_url,
        skills=skills_of(facts),
        results=tuple(each.name for each in facts.result_descriptions),
        tags=facts.tags,
        issuer=view,
        json=signed,
    )


def picture_path(root: str, achievement: Achievement, facts: AchievementFacts, image: str | None) -> str:
    """Where the image of an achievement is as it stands now: uploaded, published, or drawn of its draft."""
    if achievement.draft_image_sha256 is not None:
        return f"/images/{achievement.draft_image_sha256}.png"
    if image is not None and achievement.draft is None:
        return f"/images/{image}.png"
    return drawing_path(root, facts)


def drawing_path(root: str, facts: AchievementFacts) -> str:
    """The address at which the drawn badge of these facts is."""
    stated = facts.drawing.model_dump(mode="json", exclude_none=True)
    names = {"abbreviation": facts.abbreviation[:LONGEST_NAME_DRAWN], "name": facts.name[:LONGEST_NAME_DRAWN]}
    return f"{root}/achievements/drawing.svg?{urlencode(stated | names)}"


def about_colours(facts: AchievementFacts) -> tuple[str, ...]:
    """Whether the letters can be read on the colour, and what the drawing does where they could not."""
    wished, accent = facts.drawing.fill.lower(), facts.drawing.accent
    found = drawing.palette(fill=wished, accent=accent)
    letters = _("White letters") if found.ink == "#ffffff" else _("Black letters")
    ratio = f"{drawing.contrast(found.ink, found.fill):.1f}"
    said = [_("%(letters)s on this colour have a contrast of %(ratio)s to 1: easy to read.", letters=letters,
              ratio=ratio)]  # fmt: skip
    if found.fill != wished:
        said = [
            _("No letters read well on %(wished)s, so the badge is drawn in %(used)s.", wished=wished, used=found.fill),
            said[0],
        ]
    if accent is not None and found.accent != accent.lower():
        said.append(
            _(
                "The edge would hardly show in %(wished)s, so it is drawn in %(used)s.",
                wished=accent.lower(),
                used=found.accent,
            )
        )
    elif accent is not None:
        ratio = f"{drawing.contrast(found.accent, found.fill):.1f}"
        said.append(_("The edge stands out at %(ratio)s to 1, also in grey.", ratio=ratio))
    return tuple(said)


def _document(session: Session, office: Office, achievement: Achievement, facts: AchievementFacts, sha256: str) -> str:
    """The achievement inside the badge, as it would be signed, in lines for people."""
    stated = achievements.next_version(session, office, achievement, facts, image_sha256=sha256)
    text = json.dumps(ob3.achievement_document(stated), indent=2, ensure_ascii=False)
    return text.replace(_NOT_SAVED, "…")
