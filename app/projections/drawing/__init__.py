"""Badge images, drawn from shape, colours and abbreviation, or uploaded. Pure; no font of the machine is used."""

from app.projections.drawing.badge import draw_badge, drawn_badge, svg_badge
from app.projections.drawing.colours import Palette, contrast, palette
from app.projections.drawing.icons import Icon
from app.projections.drawing.shapes import Shape
from app.projections.drawing.uploaded import Drawing, accept
from app.projections.drawing.wrapping import around

__all__ = [
    "Drawing",
    "Icon",
    "Palette",
    "Shape",
    "accept",
    "around",
    "contrast",
    "draw_badge",
    "drawn_badge",
    "palette",
    "svg_badge",
]
