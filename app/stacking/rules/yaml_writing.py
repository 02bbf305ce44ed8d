"""Plain values as the text of a YAML file, as people write rules: `read` makes the same values of it."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

_WIDTH = 100


def to_yaml(values: Mapping[str, Any]) -> str:
    """The text, in the order of the members. What would be read as a number stands between quotation marks."""
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = None  # lists and maps of plain values stand on one line
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # annotated as None by ruamel
    writer.width = _WIDTH
    writer.allow_unicode = True
    out = StringIO()
    writer.dump(dict(values), out)
    return out.getvalue()
