"""Whether the words of a document mean what they seem to mean: known contexts, and nothing in any other spelling."""

from __future__ import annotations

from typing import Any

from app.credentials import jsonld
from app.credentials.report import Check
from app.credentials.verify.finding import CONTEXT, Stop, failed, passed, unknown
from app.credentials.verify.reading import SignedDocument

MAX_NAMELESS = 200
# The members that decide whether a badge is good. A refresh service, say, may well share the badge's address.
_DECIDING = frozenset({"issuer", "validFrom", "validUntil", "awardedDate", "credentialSubject", "credentialStatus"})
# What we do not know may still be right; everything else was made to mislead, or would not be covered by the proof.
_UNKNOWN_CODES = frozenset({"context.unknown", "too_complex"})


def check(signed: SignedDocument) -> tuple[Check, bytes | None]:
    """The `context` check, and the canonical form of the document when it passed.

    A token signs its own letters, so strange words in it are only unknown. An embedded proof signs the meaning, so a
    member that no context defines is not signed at all, and fails.
    """
    unsecured = {name: value for name, value in signed.document.items() if name != "proof"}
    try:
        _refuse_nameless_heaps(unsecured)
        if signed.token is None:
            _refuse_other_spellings(unsecured)
        canonical = jsonld.canonicalise(unsecured)
    except Stop as stop:
        return stop.check, None
    except jsonld.UnsafeDocument as error:
        return _judged(error, signed), None
    return passed(CONTEXT, "known", "Every word in it is defined by the standard."), canonical


def _not_known(code: str) -> Check:
    return unknown(CONTEXT, code, "It uses words that are not known here, so it cannot be read with certainty.")


def _judged(error: jsonld.UnsafeDocument, signed: SignedDocument) -> Check:
    code = error.code.replace(".", "_")
    # A badge with endorsements inside has their contexts inside too: not wrong, only more than is read here yet.
    nested = error.code == "keyword.forbidden" and error.pointer.endswith("/@context")
    if signed.token is not None or nested or error.code in _UNKNOWN_CODES:
        return _not_known(code)
    place = "".join(character for character in error.pointer if character.isprintable())[:100]
    sentence = f"A part of it is not covered by the signature ({place}): {error.detail}."
    return failed(CONTEXT, code, sentence.replace(" ()", ""))


def _refuse_nameless_heaps(document: dict[str, Any]) -> None:
    """Give up on a heap of objects without an id at once; the canonical form would only do so after much work (T12)."""
    nameless, pending = 0, [document]
    while pending:
        value: Any = pending.pop()
        nameless += isinstance(value, dict) and "id" not in value
        if nameless > MAX_NAMELESS:
            raise Stop(_not_known("too_complex"))
        if isinstance(value, dict | list):
            pending.extend(value.values() if isinstance(value, dict) else value)


def _refuse_other_spellings(document: dict[str, Any]) -> None:
    """Refuse a second way to write what a reader looks for. Raises Stop with the `context` check.

    To an embedded proof, `credentialStatus` and its full address are the same member, and members of objects with one
    id are members of one thing. Written the other way, a revoked badge would seem to have no status at all while its
    signature still holds. (Of other things that a badge names twice, as its issuer and its achievement's creator, a
    part may be left out in one place; then less is shown, and nothing that was not signed.)
    """
    pending: list[tuple[str, Any]] = list(document.items())
    while pending:
        name, value = pending.pop()
        if ":" in name:
            raise Stop(
                failed(CONTEXT, "other_spelling", "A part of it is written in a way that hides it from readers.")
            )
        if isinstance(value, dict):
            if value.get("id", ()) == document.get("id") and not _DECIDING.isdisjoint(value):
                raise Stop(failed(CONTEXT, "split_document", "Parts of it are put where no reader looks for them."))
            pending.extend(value.items())
        elif isinstance(value, list):
            pending.extend((name, item) for item in value)
