"""A raw number with a declared unit into a score. Source: `completion-sources` §0.5 and §2.4, "Score"."""

from __future__ import annotations

from decimal import Context, Decimal

from app.lms.base import Score, ScoreUnit

_ARITHMETIC = Context(prec=28)  # its own, so that nobody's decimal settings change a score
_HUNDRED = Decimal(100)


def fraction(raw: Decimal, *, letter: str | None = None) -> Score:
    """A score that is 1 when everything was right."""
    return Score(_ARITHMETIC.plus(raw), raw, Decimal(0), Decimal(1), letter, ScoreUnit.FRACTION)


def percent(raw: Decimal, *, letter: str | None = None) -> Score:
    """A score that is 100 when everything was right."""
    return Score(_ARITHMETIC.divide(raw, _HUNDRED), raw, Decimal(0), _HUNDRED, letter, ScoreUnit.PERCENT)


def points(
    raw: Decimal, *, maximum: Decimal | None, minimum: Decimal | None = None, letter: str | None = None
) -> Score:
    """Points out of a maximum. Without a maximum above the minimum nothing can be scaled, and `scaled` is None."""
    lowest = Decimal(0) if minimum is None else minimum
    scaled = None
    if maximum is not None and maximum > lowest:
        scaled = _ARITHMETIC.divide(_ARITHMETIC.subtract(raw, lowest), _ARITHMETIC.subtract(maximum, lowest))
    return Score(scaled, raw, lowest, maximum, letter, ScoreUnit.POINTS)


def key_of(score: Score | None) -> str | None:
    """The scaled score in one spelling, for keys: 0.90 and 0.9 are the same fact."""
    return None if score is None or score.scaled is None else str(_ARITHMETIC.normalize(score.scaled))


def letter_only(letter: str) -> Score:
    """A grade in letters; no number is made up for it."""
    return Score(letter=letter)
