"""Whether a document has the members that its kind always has; one rule a function.

Sources: OB 3.0 data model, "AchievementCredential" and "EndorsementCredential"; CLR 2.0, "ClrCredential".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from app.credentials.report import Check
from app.credentials.timestamps import from_rfc3339
from app.credentials.verify.finding import SCHEMA, failed, passed
from app.errors import InvalidInput

HOLDING = (dict, list)  # the kinds of values that hold others
MAX_ID_CHARACTERS = 2_048
_ABSOLUTE_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x20\x7f<>\"]+")
_BADGE_TYPES = frozenset({"OpenBadgeCredential", "AchievementCredential"})

# Where an object of a fixed type stands; a member that is absent needs no type.
_TYPED = (
    (("issuer", "parentOrg"), "Profile"),
    (("issuer", "otherIdentifier"), "IdentifierEntry"),
    (("credentialSubject", "source"), "Profile"),
    (("credentialSubject", "identifier"), "IdentityObject"),
    (("credentialSubject", "result"), "Result"),
    (("credentialSubject", "achievement", "creator"), "Profile"),
    (("credentialSubject", "achievement", "resultDescription"), "ResultDescription"),
    (("credentialSubject", "achievement", "alignment"), "Alignment"),
    (("credentialSubject", "association"), "Association"),
    (("evidence",), "Evidence"),
)


def check(document: dict[str, Any]) -> Check:
    """The `schema` check of a document in the words of data model 2.0: the first rule that it breaks, or passed."""
    kinds = types_of(document)
    if "ClrCredential" in kinds:
        rules, noun = _RECORD_RULES, "learner record"
    elif "EndorsementCredential" in kinds:
        rules, noun = _ENDORSEMENT_RULES, "endorsement"
    else:
        rules, noun = _BADGE_RULES, "badge"
    try:
        for rule in rules:
            rule(document)
    except _Broken as broken:
        return failed(SCHEMA, broken.code, f"This is not a complete {noun}: {broken.sentence}.")
    return passed(
        SCHEMA, "complete", f"It has every part that {'an' if noun == 'endorsement' else 'a'} {noun} must have."
    )


def moment(value: Any) -> Any:
    """The moment that a date-time member names, None when it names none. Never raises."""
    if not isinstance(value, str):
        return None
    try:
        return from_rfc3339(value)
    except (InvalidInput, OverflowError):
        return None


def types_of(value: Any) -> frozenset[str]:
    """The names in a `type` member, which may be one text or a list of them."""
    kinds = value.get("type") if isinstance(value, dict) else None
    listed = kinds if isinstance(kinds, list) else [kinds]
    return frozenset(kind for kind in listed if isinstance(kind, str))


def is_uri(value: Any) -> bool:
    """Whether a value is an absolute URI of bounded length."""
    return isinstance(value, str) and len(value) <= MAX_ID_CHARACTERS and bool(_ABSOLUTE_URI.fullmatch(value))


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects in a member that holds a list of them, or one without the list, as some issuers write it."""
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]


def text_of(value: Any, member: str) -> str | None:
    """What a member says; None when that is no text, or an empty one.

    Without the character NUL, which JSON allows in a text: nobody means it, and PostgreSQL stores none.
    """
    found = value.get(member) if isinstance(value, dict) else None
    return (found.replace("\0", "") or None) if isinstance(found, str) else None


def is_partly_shown(document: dict[str, Any]) -> bool:
    """Whether its holder may have left parts out, as a derived proof of `ecdsa-sd-2023` allows."""
    return any(proof.get("cryptosuite") == "ecdsa-sd-2023" for proof in objects(document.get("proof")))


def issuer_id(document: dict[str, Any]) -> str | None:
    """The identifier of the issuer, which is one text or the `id` of a profile; None when there is none."""
    issuer = document.get("issuer")
    identifier = issuer.get("id") if isinstance(issuer, dict) else issuer
    return identifier if isinstance(identifier, str) and is_uri(identifier) else None


def inside(value: dict[str, Any] | list[Any]) -> Collection[Any]:
    """What an object or a list holds, without the names."""
    return value.values() if isinstance(value, dict) else value


class _Broken(Exception):
    """A rule does not hold; `sentence` goes on after a colon. Never seen outside this file."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence


def _problem(code: str, sentence: str) -> _Broken:
    return _Broken(code, sentence)


def _is_badge(document: dict[str, Any]) -> None:
    """OB3-04."""
    kinds = types_of(document)
    if "VerifiableCredential" not in kinds or not kinds & _BADGE_TYPES:
        raise _problem("type", "it does not say that it is an Open Badge")


def _is_credential(document: dict[str, Any]) -> None:
    if "VerifiableCredential" not in types_of(document):
        raise _problem("type", "it does not say that it is a credential")


def _endorses_something(document: dict[str, Any]) -> None:
    subject = document.get("credentialSubject")
    if not isinstance(subject, dict) or "EndorsementSubject" not in types_of(subject):
        raise _problem("subject", "it does not say what it endorses")
    if not is_uri(subject.get("id")):
        raise _problem("subject", "it does not say what it endorses")
    if "endorsementComment" in subject and not isinstance(subject["endorsementComment"], str):
        raise _problem("comment", "its comment is no text")


def _is_a_learners_record(document: dict[str, Any]) -> None:
    subject = document.get("credentialSubject")
    if not isinstance(subject, dict) or "ClrSubject" not in types_of(subject):
        raise _problem("subject", "it does not say whose record it is")
    if not isinstance(subject.get("id"), str) and not objects(subject.get("identifier")):
        raise _problem("subject", "it does not say whose record it is")


def _has_achievements(document: dict[str, Any]) -> None:
    held = document["credentialSubject"].get("verifiableCredential")
    if not isinstance(held, list) or not held or not all(isinstance(item, dict | str) for item in held):
        raise _problem("record", "there are no achievements in it")


def _has_no_null(document: dict[str, Any]) -> None:
    """OB3-21. A null leaves no trace in what an embedded proof signs."""
    pending: list[Any] = [document]
    for value in pending:  # grows while it is read
        held = inside(value)
        if None in held:
            raise _problem("null", "one of its members is empty")
        pending += [item for item in held if isinstance(item, HOLDING)]


def _has_id(document: dict[str, Any]) -> None:
    """OB3-05."""
    if not is_uri(document.get("id")):
        raise _problem("id", "it has no address or identifier of its own")


def _has_issuer(document: dict[str, Any]) -> None:
    """OB3-06. Read leniently: the data model allows the bare identifier of a profile."""
    issuer = document.get("issuer")
    if issuer_id(document) is None:
        raise _problem("issuer", "it does not say who issued it")
    if isinstance(issuer, dict) and "Profile" not in types_of(issuer):
        raise _problem("issuer", "what it says about its issuer is not a profile")


def _has_dates(document: dict[str, Any]) -> None:
    """OB3-07."""
    if moment(document.get("validFrom")) is None:
        raise _problem("valid_from", "it does not say from when it is good, in a date with a time zone")
    for member in ("validUntil", "awardedDate"):
        if member in document and moment(document[member]) is None:
            raise _problem("date", "one of its dates does not exist or has no time zone")


def _has_subject(document: dict[str, Any]) -> None:
    """OB3-09, OB3-10."""
    subject = document.get("credentialSubject")
    if not isinstance(subject, dict) or "AchievementSubject" not in types_of(subject):
        raise _problem("subject", "it does not say who earned it")
    if not isinstance(subject.get("id"), str) and not objects(subject.get("identifier")):
        raise _problem("subject", "it does not say who earned it")


def _has_achievement(document: dict[str, Any]) -> None:
    """OB3-11, OB3-12."""
    achievement = document["credentialSubject"].get("achievement")
    if not isinstance(achievement, dict) or "Achievement" not in types_of(achievement):
        raise _problem("achievement", "it does not say what was achieved")
    if not is_uri(achievement.get("id")) or not all(
        _is_text(achievement.get(name)) for name in ("name", "description")
    ):
        raise _problem("achievement", "it does not name and describe what was achieved")
    criteria = achievement.get("criteria")
    if not isinstance(criteria, dict) or not (_is_text(criteria.get("id")) or _is_text(criteria.get("narrative"))):
        raise _problem("criteria", "it does not say what it took to earn it")


def _has_identities(document: dict[str, Any]) -> None:
    """OB3-13."""
    for entry in objects(document["credentialSubject"].get("identifier")):
        if not isinstance(entry.get("hashed"), bool) or not all(
            _is_text(entry.get(name)) for name in ("identityHash", "identityType")
        ):
            raise _problem("identifier", "one of the ways it names its holder is not complete")


def _has_typed_parts(document: dict[str, Any]) -> None:
    for path, kind in _TYPED:
        for part in _parts(document, path):
            if kind not in types_of(part):
                raise _problem("part_type", f"a part of it, {path[-1]}, is not what its place calls for")


def _parts(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """Every value at a path of member names, with lists taken apart."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    yield from value if isinstance(value, list) else () if value is None else (value,)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


_Rules = tuple[Callable[[dict[str, Any]], None], ...]
_ENVELOPE: _Rules = (_has_no_null, _has_id, _has_issuer, _has_dates)
_BADGE_RULES: _Rules = (_is_badge, *_ENVELOPE, _has_subject, _has_achievement, _has_identities, _has_typed_parts)
_ENDORSEMENT_RULES: _Rules = (
    _is_credential,
    *_ENVELOPE,
    _endorses_something,
    _has_identities,
    _has_typed_parts,
)
_RECORD_RULES: _Rules = (
    _is_credential,
    *_ENVELOPE,
    _is_a_learners_record,
    _has_achievements,
    _has_identities,
    _has_typed_parts,
)
