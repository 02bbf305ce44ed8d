"""Badge images, drawn from shape, colours and abbreviation, or uploaded. Pure; no font of the machine is used."""

from app.projections.drawing.badge import draw_badge, drawn_badge, svg_badge
from app.projections.drawing.shapes import Shape
from app.projections.drawing.uploaded import Drawing, accept
from app.projections.drawing.wrapping import around

__all__ = ["Drawing", "Shape", "accept", "around", "draw_badge", "drawn_badge", "svg_badge"]
