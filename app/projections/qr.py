"""The address of a badge as a QR code. Pure; the same address gives the same bytes.

Black on white with four modules of quiet zone, whatever the page behind it looks like (ISO/IEC 18004): cameras need it.
"""

from __future__ import annotations

import io
from math import ceil

import segno

QUIET_MODULES = 4
_CORRECTION = "m"  # reads with 15 % of it covered or worn
_PIXELS = 600  # at least; modules are whole pixels


def as_svg(url: str, *, title: str) -> bytes:
    """A drawing that scales to any size, with a title for who cannot see it."""
    written = io.BytesIO()
    _code(url).save(
        written, kind="svg", border=QUIET_MODULES, dark="#000", light="#fff", title=title, svgclass=None,
        lineclass=None, omitsize=True, nl=False,
    )  # fmt: skip
    return written.getvalue()


def as_png(url: str) -> bytes:
    """A picture of at least 600 by 600 pixels, for print and slides."""
    code = _code(url)
    written = io.BytesIO()
    code.save(written, kind="png", border=QUIET_MODULES, scale=ceil(_PIXELS / side(url)))
    return written.getvalue()


def squares(text: str) -> list[str]:
    """The dark squares as one SVG path a row, to stand in a page: for what shall be at no address of its own."""
    matrix = segno.make(text, micro=False).matrix
    return ["".join(f"M{x} {y}h1v1h-1z" for x, dark in enumerate(row) if dark) for y, row in enumerate(matrix)]


def side(url: str) -> int:
    """The number of modules along one side, with the quiet zone."""
    width, _ = _code(url).symbol_size(border=QUIET_MODULES)
    return int(width)


def _code(url: str) -> segno.QRCode:
    return segno.make(url, error=_CORRECTION, micro=False)
