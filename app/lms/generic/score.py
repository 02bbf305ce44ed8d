"""The score of a generic item. Its unit is declared by the item or by the source's settings, never guessed."""

from __future__ import annotations

from decimal import Decimal

from app.lms import scores
from app.lms.base import Score, ScoreUnit
from app.lms.generic.settings import GenericSettings
from app.lms.reading import Fields, wrong

_WIDEST_SHARE = Decimal(2)


def read_score(fields: Fields, settings: GenericSettings) -> Score | None:
    """The score of an item, or None if it has none. Raises InvalidInput where it cannot be understood."""
    if not fields.has("score"):
        return None
    value = fields.members["score"]
    if isinstance(value, dict):
        return _declared_score(Fields(value, fields.at("score")), settings)
    raw = fields.number("score")
    if raw is None:
        return None
    return _scaled(raw, settings.score_unit, Fields({}, fields.at("score")))


def _declared_score(fields: Fields, settings: GenericSettings) -> Score | None:
    raw, letter = fields.number("value"), fields.text("letter", 20)
    if raw is None:
        return None if letter is None else scores.letter_only(letter)
    unit = fields.choice("unit", ScoreUnit) or (None if fields.has("maximum") else settings.score_unit)
    return _scaled(raw, unit, fields, letter)


def _scaled(raw: Decimal, unit: ScoreUnit | None, fields: Fields, letter: str | None = None) -> Score:
    match unit:
        case ScoreUnit.FRACTION:
            score = scores.fraction(raw, letter=letter)
        case ScoreUnit.PERCENT:
            score = scores.percent(raw, letter=letter)
        case ScoreUnit.POINTS:
            maximum, minimum = fields.number("maximum"), fields.number("minimum")
            return scores.points(raw, maximum=maximum, minimum=minimum, letter=letter)
        case None:
            raise wrong(
                "The score has no unit: send `unit` as fraction, percent or points (with `maximum`), "
                "or declare `score_unit` in the source's settings",
                code="no-score-unit",
                pointer=fields.at("unit"),
            )
    if score.scaled is not None and abs(score.scaled) > _WIDEST_SHARE:
        raise wrong(
            f"The score is more than twice the whole as a {unit}: is that its unit?",
            code="out-of-range",
            pointer=fields.pointer,
        )
    return score
