"""Dates inside of sentences, marked as dates."""

from __future__ import annotations

import re
from datetime import datetime

from markupsafe import Markup, escape

from app.web.words import date_of, machine_date


def dated(sentence: str, *moments: datetime | None) -> Markup:
    """The sentence as markup, where the date of any of these moments stands in an element `time`."""
    known = {date_of(moment): machine_date(moment) for moment in moments if moment is not None}
    if not known:
        return escape(sentence)
    # The day of the month is whole: 4 November is not the end of 24 November.
    written = re.compile(rf"(?<!\d)(?:{'|'.join(map(re.escape, known))})")
    marked = written.sub(lambda found: f'<time datetime="{known[found[0]]}">{found[0]}</time>', str(escape(sentence)))
    return Markup(marked)  # noqa: S704 - escaped above
