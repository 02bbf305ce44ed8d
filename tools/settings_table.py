"""Write the table of settings into docs/operating.md from the fields of `Settings`. Called by `make fmt`."""

# ruff: noqa: INP001 - a program, not a package
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, get_args

from app.settings import Settings

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

GUIDE = Path(__file__).resolve().parents[1] / "docs" / "operating.md"
BEGIN, END = "<!-- settings: written by `make fmt` -->\n", "<!-- end of settings -->"


def table() -> str:
    """The settings as a Markdown table: variable, default, meaning."""
    rows = [row(name, field) for name, field in Settings.model_fields.items()]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows]) + "\n"


def row(name: str, field: FieldInfo) -> str:
    """One line of the table."""
    choices = [str(value) for value in get_args(field.annotation) if isinstance(value, str)]
    if not choices and isinstance(field.annotation, type) and issubclass(field.annotation, str):
        choices = list(getattr(field.annotation, "__members__", {}).values())
    meaning = field.description or name.replace("_", " ")
    listed = f" ({', '.join(choices)})" if choices else ""
    default = "(none)" if field.default is None else f"`{field.default}`"
    return f"| `LANYARD_{name.upper()}` | {default} | {meaning}{listed} |"


def with_table(guide: str) -> str:
    """The guide with the present table between its two marks."""
    before, _, rest = guide.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table()}{END}{after}"


if __name__ == "__main__":
    GUIDE.write_text(with_table(GUIDE.read_text(encoding="utf-8")), encoding="utf-8")
