"""Links and words that show that something was learned, as far as they can be published."""

from __future__ import annotations

import re
from typing import Any

from app.credentials.model import Evidence
from app.lms.reading import Fields, wrong

MAX_EVIDENCE = 10
MAX_NARRATIVE_CHARACTERS = 2_000
_EVIDENCE_ID = re.compile(r"(?:https?://|urn:)[!-~]{1,2000}")


def read_evidence(fields: Fields) -> tuple[tuple[Evidence, ...], tuple[str, ...]]:
    """The evidence that can be linked or told; the rest is left out with a note."""
    if not fields.has("evidence"):
        return (), ()
    values = fields.members["evidence"]
    if not isinstance(values, list):
        raise wrong("`evidence` must be an array", code="ill-typed", pointer=fields.at("evidence"))
    kept: list[Evidence] = []
    for place, value in enumerate(values[:MAX_EVIDENCE]):
        one = _one_evidence(value, f"{fields.at('evidence')}/{place}")
        if one is not None:
            kept.append(one)
    left_out = len(values) - len(kept)
    return tuple(kept), ((f"{left_out} of {len(values)} pieces of evidence were left out",) if left_out else ())


def _one_evidence(value: Any, pointer: str) -> Evidence | None:
    fields = Fields({"url": value} if isinstance(value, str) else Fields.of(value, pointer).members, pointer)
    url = fields.text("url", MAX_NARRATIVE_CHARACTERS)
    evidence = Evidence(
        id=url,
        name=fields.text("name"),
        narrative=fields.text("narrative", MAX_NARRATIVE_CHARACTERS),
        description=fields.text("description", MAX_NARRATIVE_CHARACTERS),
        genre=fields.text("genre"),
    )
    if url is not None and not _EVIDENCE_ID.fullmatch(url):
        return None
    return None if evidence == Evidence() else evidence
