"""Which standard a document is of, and what it says in the words of the newest data model."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from app.credentials.jsonld.contexts import VC_V1
from app.credentials.verify.shape import moment, types_of

# Data model 1.1 -> 2.0. Source: VC Data Model 2.0, "Differences since v1.1".
_OLDER_DATES = {"issuanceDate": "validFrom", "expirationDate": "validUntil"}


class Standard(StrEnum):
    """What a document sets out to be; what it is worth, the checks say. Older badges have a room of their own."""

    OPEN_BADGES_3 = "Open Badges 3.0"
    ENDORSEMENT = "Open Badges 3.0 endorsement"
    CLR_2 = "Comprehensive Learner Record 2.0"


def standard_of(document: dict[str, Any]) -> Standard:
    """The standard by context and type. What names none of the others is judged as a badge of today."""
    kinds = types_of(document)
    if "ClrCredential" in kinds:
        return Standard.CLR_2
    if "EndorsementCredential" in kinds:
        return Standard.ENDORSEMENT
    return Standard.OPEN_BADGES_3


def is_data_model_1(document: dict[str, Any]) -> bool:
    """Whether the document is of VC Data Model 1.1."""
    return bool(_first_context(document) == VC_V1)


def in_todays_words(document: dict[str, Any]) -> dict[str, Any]:
    """The document with the date names of data model 2.0; the same object when it has them already.

    A document of data model 1.1 may state a date under both names. Then it keeps the narrower meaning: the later
    beginning and the earlier end, so that nobody gains by saying it twice.
    """
    if not is_data_model_1(document):
        return document
    renamed = {name: value for name, value in document.items() if name not in _OLDER_DATES}
    for older, newer in _OLDER_DATES.items():
        if older in document:
            both = older in document and newer in document
            renamed[newer] = _narrower(document[older], document[newer], newer) if both else document[older]
    return renamed


def _narrower(one: Any, other: Any, member: str) -> Any:
    moments = {moment(value): value for value in (one, other)}
    if None in moments:
        return None  # one of them is no date, so neither counts
    return moments[max(moments) if member == "validFrom" else min(moments)]


def _first_context(document: dict[str, Any]) -> Any:
    context = document.get("@context")
    return context[0] if isinstance(context, list) and context else context
