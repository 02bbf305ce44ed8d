"""The image of an achievement for which nobody uploaded one: drawn from its facts."""

from __future__ import annotations

from app.issuing import images
from app.issuing.achievement_facts import AchievementFacts
from app.issuing.images import Picture
from app.projections import drawing


def drawn(facts: AchievementFacts) -> Picture:
    """The image that facts without an uploaded one come to; always the same for the same facts."""
    found = drawing.drawn_badge(
        shape=drawing.Shape(facts.drawing.shape),
        fill=facts.drawing.fill,
        accent=facts.drawing.accent,
        abbreviation=facts.abbreviation,
        name=facts.name,
        level=facts.drawing.level,
        icon=facts.drawing.icon,
    )
    return images.of_drawing(found)
