"""Badge images drawn from a shape, the issuer's colours and an abbreviation. Pure; no font of the machine is used."""

from app.projections.drawing.badge import draw_badge, svg_badge
from app.projections.drawing.shapes import Shape

__all__ = ["Shape", "draw_badge", "svg_badge"]
