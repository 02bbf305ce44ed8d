"""Which elements and attributes a drawing may have. What moves, runs, loads or needs a font is none of them (T22)."""

from __future__ import annotations

from app.projections.drawing import values
from app.projections.drawing.values import Check

_GRADIENT: dict[str, Check] = {
    "href": values.local,
    "gradientUnits": values.keyword,
    "gradientTransform": values.transform,
    "spreadMethod": values.keyword,
}
_BOX: dict[str, Check] = dict.fromkeys(("x", "y", "width", "height"), values.length)

ELEMENTS: dict[str, dict[str, Check]] = {
    "g": {},
    "defs": {},
    "path": {"d": values.path},
    "rect": _BOX | dict.fromkeys(("rx", "ry"), values.length),
    "circle": dict.fromkeys(("cx", "cy", "r"), values.length),
    "ellipse": dict.fromkeys(("cx", "cy", "rx", "ry"), values.length),
    "line": dict.fromkeys(("x1", "y1", "x2", "y2"), values.length),
    "polyline": {"points": values.numbers},
    "polygon": {"points": values.numbers},
    "linearGradient": _GRADIENT | dict.fromkeys(("x1", "y1", "x2", "y2"), values.length),
    "radialGradient": _GRADIENT | dict.fromkeys(("cx", "cy", "r", "fx", "fy", "fr"), values.length),
    "stop": {"offset": values.length},
    "clipPath": {"clipPathUnits": values.keyword},
    "mask": _BOX | {"maskUnits": values.keyword, "maskContentUnits": values.keyword},
    "symbol": _BOX | {"viewBox": values.numbers, "preserveAspectRatio": values.keyword},
    "use": _BOX | {"href": values.local},
    "image": _BOX | {"preserveAspectRatio": values.keyword},  # its `href` is checked as a picture
}

# Whatever draws, by attribute or in `style`.
PRESENTATION: dict[str, Check] = {
    "fill": values.paint,
    "stroke": values.paint,
    "color": values.colour,
    "stop-color": values.colour,
    "clip-path": values.reference,
    "mask": values.reference,
    "stroke-dasharray": lambda value: "none" if value == "none" else values.numbers(value),
    **dict.fromkeys(
        ("fill-opacity", "stroke-opacity", "stop-opacity", "opacity", "stroke-width", "stroke-miterlimit",
         "stroke-dashoffset"),
        values.length,
    ),
    **dict.fromkeys(
        ("fill-rule", "clip-rule", "stroke-linecap", "stroke-linejoin", "display", "visibility", "paint-order",
         "mask-type", "shape-rendering", "vector-effect"),
        values.keyword,
    ),
}  # fmt: skip
COMMON: dict[str, Check] = {"id": values.identifier, "transform": values.transform}

# Taken out with all that is in them: nothing of them is seen in a still picture.
DROPPED = frozenset(
    {"script", "metadata", "set", "animate", "animateTransform", "animateMotion", "animateColor", "mpath", "discard",
     "handler", "listener", "view", "cursor", "title", "desc", "audio", "video", "iframe", "canvas", "source", "track"}
)  # fmt: skip
# Their children stay, they themselves do nothing that a picture needs.
UNWRAPPED = frozenset({"a"})
