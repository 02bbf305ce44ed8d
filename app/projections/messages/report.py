"""The mail that brings a report: what it is about, its first rows, and the whole of it as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.projections.messages import sentences, wording
from app.projections.messages.content import MailContent, templates

MOST_ROWS = 10


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One row in words: what it is about, and each figure with the title of its column."""

    name: str
    figures: Sequence[tuple[str, str]]


def report_mail(
    *,
    title: str,
    issuer_name: str,
    about: Sequence[tuple[str, str]],
    rows: Sequence[ReportRow],
    row_count: int,
    file_name: str | None,
    subscription_id: str,
    language: str,
) -> MailContent:
    """A report by mail, in the language in which title, headings and values are handed in.

    `about` says period, zone and moment; `file_name` None = too large to be sent.
    """
    facts = {
        "title": wording.one_line(title),
        "issuer": wording.one_line(issuer_name),
        "about": [(name, wording.one_line(value)) for name, value in about],
        "rows": [
            {
                "name": wording.one_line(row.name) or "–",
                "figures": [(heading, wording.one_line(value)) for heading, value in row.figures],
            }
            for row in rows[:MOST_ROWS]
        ],
        "others": row_count - min(len(rows), MOST_ROWS),
        "row_count": row_count,
        "file": file_name,
        "subscription": subscription_id,
        "tag": language,
        "direction": sentences.direction(language),
    }
    say, say_marked = sentences.in_language(language), sentences.in_markup(language)
    return MailContent(
        subject=f"{facts['title']} – {facts['issuer']}",
        text=templates().get_template("report.txt").render(facts, say=say).strip() + "\n",
        html=templates().get_template("report.html").render(facts, say=say_marked).strip() + "\n",
        language=language,
    )
