"""The generations of Open Badges before 3.0, and the older ones in the words of 2.0.

Source: Open Badges 0.5, 1.0, 1.1 and 2.0 specifications.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from app.credentials.verify.ob2.vocabulary import CONTEXTS_1, CONTEXTS_2, DEFINITIONS
from app.credentials.verify.shape import types_of

_DIFFERENT_NAMES_IN_1 = {"verify": "verification"}


class Generation(StrEnum):
    """Which Open Badges specification an object follows."""

    OB_0_5 = "Open Badges 0.5"
    OB_1_0 = "Open Badges 1.0"
    OB_1_1 = "Open Badges 1.1"
    OB_2_0 = "Open Badges 2.0"  # and 2.1, which is a protocol for the same objects


def generation_of(document: dict[str, Any]) -> Generation | None:
    """The generation of an assertion, a badge class or an issuer, by its context and members; None = none of them."""
    kinds = types_of(document)
    if "VerifiableCredential" in kinds:
        return None  # of 3.0, even when it names an older context beside its own
    context = document.get("@context")
    contexts = [item for item in (context if isinstance(context, list) else [context]) if isinstance(item, str)]
    if CONTEXTS_2.intersection(contexts):
        return Generation.OB_2_0
    if CONTEXTS_1.intersection(contexts):
        return Generation.OB_1_1
    if "Assertion" in kinds or (isinstance(context, dict) and context.keys() >= DEFINITIONS.keys()):
        return Generation.OB_2_0  # whether its context is one of that generation, the `context` check says
    return None if "@context" in document else _without_context(document)


def _without_context(document: dict[str, Any]) -> Generation | None:
    if "badge" not in document:
        return None
    if isinstance(document.get("recipient"), str):
        return Generation.OB_0_5
    return Generation.OB_1_0 if "verify" in document or "uid" in document else None


def in_words_of_2(document: dict[str, Any], *, address: str | None, kind: str) -> dict[str, Any]:
    """An object of Open Badges 1.x with the names, the `id` and the `type` that 2.0 gives it.

    Objects of 1.0 have no identifier of their own: the address where one is kept is what others call it by.
    """
    renamed = {_DIFFERENT_NAMES_IN_1.get(name, name): value for name, value in document.items()}
    return {"type": kind, **({} if address is None else {"id": address}), **renamed}
