"""The score of a result, exactly as sent. How far somebody has come is never one. Source: xAPI 1.0.3, Data, 2.4.5.1.

`scaled` and `raw` need not agree (the standard says so), so `scaled` is taken where it is there.
"""

from __future__ import annotations

from dataclasses import replace

from app.lms import scores
from app.lms.base import Score
from app.lms.reading import Fields


def score_of(result: Fields) -> tuple[Score | None, tuple[str, ...]]:
    """The score of a checked result, or None if it has none, with notes for staff."""
    if not result.has("score"):
        return None, ()
    fields = result.object("score")
    scaled, raw, lowest, highest = (fields.number(name) for name in ("scaled", "raw", "min", "max"))
    if raw is None:
        return (None, ()) if scaled is None else (scores.fraction(scaled), ())
    of_points = scores.points(raw, maximum=highest, minimum=lowest)
    if scaled is not None:
        return replace(of_points, scaled=scores.fraction(scaled).scaled), ()
    if of_points.scaled is None:
        return of_points, ("The score has no `max` above `min`, so nobody can say how good it is",)
    return of_points, () if lowest is not None else ("The score has no `min`; 0 was taken",)
