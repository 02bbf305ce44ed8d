"""What a mail is made of, and the templates of ours that it is made with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

TEMPLATES = Path(__file__).parents[1] / "templates"


@dataclass(frozen=True, slots=True)
class MailContent:
    """What a mail says, without addresses: one line of subject, and the same message as plain text and as HTML."""

    subject: str
    text: str
    html: str
    language: str  # BCP 47, of our own sentences


@lru_cache(maxsize=1)
def templates() -> Environment:
    """Our own templates; HTML is escaped always, and no text of a user is ever read as a template (T38)."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(enabled_extensions=("html",), disabled_extensions=("txt",), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
