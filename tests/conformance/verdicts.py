"""The verdicts of a run as a table: a row for each document, a column for each program, the forms in the cells."""

from __future__ import annotations

from collections.abc import Iterable

Verdict = tuple[str, str, str, str, bool]  # program, its version, document, form, accepted
DOCUMENTS = (
    "good",
    "named",
    "early",
    "resigned",
    "stolen",
    "refreshing",
    "suspended",
    "reinstated",
    "revoked",
    "expired",
    "another's badge",
    "another letter",
    "another's proof",
    "another's place",
    "later end",
    "no criteria",
    "no type",
    "list",
    "forged list",
    "endorsed",
    "another's words",
    "endorsement",
    "forged endorsement",
)


def table(verdicts: Iterable[Verdict]) -> list[str]:
    """Lines of Markdown. `+` stands before the forms that were accepted, `-` before those that were refused."""
    noted = list(verdicts)
    programs = list(dict.fromkeys((program, version) for program, version, *_ in sorted(noted)))
    rows = [["document", *(program for program, _ in programs)]]
    for document in DOCUMENTS:
        cells = [_cell(noted, program, document) for program, _ in programs]
        rows.append([document, *cells])
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    rows.insert(1, ["-" * width for width in widths])
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
    return [*lines, "", ", ".join(f"{program} {version}" for program, version in programs)]


def _cell(noted: list[Verdict], program: str, document: str) -> str:
    said = sorted(
        {(not accepted, form) for who, _, what, form, accepted in noted if (who, what) == (program, document)}
    )
    signs = {"+": [form for refused, form in said if not refused], "-": [form for refused, form in said if refused]}
    return " ".join(f"{sign} {', '.join(forms)}" for sign, forms in signs.items() if forms)
