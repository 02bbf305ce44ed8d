"""What a badge says of the completions that it rests on, as far as its rule includes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import tzinfo

from app.credentials.model import Evidence
from app.days import day_in
from app.issuing.completion_records import Completion
from app.stacking.rules.document import EvidencePart


def of(completions: Iterable[Completion], parts: tuple[EvidencePart, ...], zone: tzinfo) -> tuple[Evidence, ...]:
    """Links as the source sent them, and a sentence for each completion with whatever else is included.

    Its day is one of `zone`, the issuer's.
    """
    return tuple(_evidence(sorted(completions, key=lambda each: (each.occurred_at, each.id)), parts, zone))


def _evidence(completions: Iterable[Completion], parts: tuple[EvidencePart, ...], zone: tzinfo) -> Iterator[Evidence]:
    for completion in completions:
        if EvidencePart.LINKS in parts:
            yield from (Evidence(**item) for item in completion.evidence)
        said = list(_said(completion, parts, zone))
        if said:
            name = completion.activity_name or "Completed activity"
            yield Evidence(name=name, narrative=". ".join(said) + ".")


def _said(completion: Completion, parts: tuple[EvidencePart, ...], zone: tzinfo) -> Iterator[str]:
    if EvidencePart.ACTIVITY in parts:
        yield f"Activity {completion.activity_id}"
    if EvidencePart.SCORE in parts and completion.score is not None:
        yield f"Score {(completion.score * 100).normalize():f} %"
    if EvidencePart.COMPLETED_AT in parts:
        yield f"Completed on {day_in(completion.occurred_at, zone).isoformat()}"
