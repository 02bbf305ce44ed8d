"""Dates inside of sentences, marked as dates."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from app.web.words import date_of, end_of, machine_date


def dated(sentence: str, zone: ZoneInfo, *moments: datetime | None) -> Markup:
    """The sentence as markup, where the date of any of these moments in a zone stands in an element `time`."""
    stated = [moment for moment in moments if moment is not None]
    known = {say(moment, zone): machine_date(moment) for say in (date_of, end_of) for moment in stated}
    if not known:
        return escape(sentence)
    # The day of the month is whole: 4 November is not the end of 24 November. A date with its time is one date.
    longest_first = sorted(known, key=len, reverse=True)
    written = re.compile(rf"(?<!\d)(?:{'|'.join(map(re.escape, longest_first))})")
    marked = written.sub(lambda found: f'<time datetime="{known[found[0]]}">{found[0]}</time>', str(escape(sentence)))
    return Markup(marked)  # noqa: S704 - escaped above
