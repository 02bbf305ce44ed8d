"""Plain data as YAML that is read back to the same."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

from ruamel.yaml import YAML

WIDTH = 120


def dump(document: dict[str, Any]) -> str:
    """The document; sections that have nothing in them are left out."""
    writer = YAML(typ="rt")
    writer.width, writer.default_flow_style, writer.allow_unicode = WIDTH, False, True
    writer.indent(mapping=2, sequence=4, offset=2)
    written = io.StringIO()
    writer.dump({name: value for name, value in document.items() if value}, written)
    return written.getvalue()


def amount(value: Decimal | None) -> int | float | str | None:
    """A number as a file has it; as text where no number would say exactly the same."""
    if value is None:
        return None
    for written in (int(value), float(value)):
        if str(written) == str(value):
            return written
    return str(value)


def said(**stated: Any) -> dict[str, Any]:
    """What there is to say: without what is None, and without empty lists."""
    return {name.rstrip("_"): value for name, value in stated.items() if value is not None and value != []}
