"""Whether the words of a document mean what they seem to mean: known contexts, and nothing in any other spelling."""

from __future__ import annotations

import re
from typing import Any

from app.credentials import extensions, jsonld
from app.credentials.report import Check
from app.credentials.verify.finding import CONTEXT, Stop, failed, passed, unknown
from app.credentials.verify.reading import SignedDocument
from app.credentials.verify.shape import HOLDING, inside

MAX_NAMELESS = 200
_NAMELESS = re.compile(r"_:[A-Za-z0-9_.-]+", re.ASCII)
# The members that decide whether a badge is good. A refresh service, say, may well share the badge's address.
_DECIDING = frozenset({"issuer", "validFrom", "validUntil", "awardedDate", "credentialSubject", "credentialStatus"})
# What we do not know may still be right; everything else was made to mislead, or would not be covered by the proof.
_UNKNOWN_CODES = frozenset({"context.unknown", "too_complex"})


def check(signed: SignedDocument) -> tuple[Check, bytes | None]:
    """The `context` check, and the canonical form of a document with an embedded proof when it passed.

    A token signs its own letters, so strange words in it are only unknown, and nobody needs its canonical form. An
    embedded proof signs the meaning, so a member that no context defines is not signed at all, and fails.
    """
    canonical = None
    unsecured = {name: value for name, value in signed.document.items() if name != "proof"}
    try:
        _refuse_nameless_heaps(unsecured)
        if signed.token is None:
            _refuse_other_spellings(unsecured)
            canonical = jsonld.canonicalise(unsecured)
        else:
            jsonld.to_nquads(unsecured)
    except Stop as stop:
        return stop.check, None
    except jsonld.UnsafeDocument as error:
        return _judged(error, signed), None
    return passed(CONTEXT, "known", "Every word in it is defined by the standard."), canonical


def _not_known(code: str) -> Check:
    return unknown(CONTEXT, code, "It uses words that are not known here, so it cannot be read with certainty.")


def _judged(error: jsonld.UnsafeDocument, signed: SignedDocument) -> Check:
    code = error.code.replace(".", "_")
    if signed.token is not None or error.code in _UNKNOWN_CODES:
        return _not_known(code)
    place = "".join(character for character in error.pointer if character.isprintable())[:100]
    sentence = f"A part of it is not covered by the signature ({place}): {error.detail}."
    return failed(CONTEXT, code, sentence.replace(" ()", ""))


def _refuse_nameless_heaps(document: dict[str, Any]) -> None:
    """Give up on a heap of objects without an id at once; the canonical form would only do so after much work (T12)."""
    nameless = 0
    pending: list[Any] = [document]
    for value in pending:  # grows while it is read
        nameless += isinstance(value, dict) and "id" not in value
        if nameless > MAX_NAMELESS:
            raise Stop(_not_known("too_complex"))
        pending += [item for item in inside(value) if isinstance(item, HOLDING)]


def _refuse_other_spellings(document: dict[str, Any]) -> None:
    """Refuse a second way to write what a reader looks for. Raises Stop with the `context` check.

    To an embedded proof, `credentialStatus` and its full address are the same member, and members of objects with one
    id are members of one thing. Written the other way, a revoked badge would seem to have no status at all while its
    signature still holds. (Of other things that a badge names twice, as its issuer and its achievement's creator, a
    part may be left out in one place; then less is shown, and nothing that was not signed.)
    """
    pending: list[Any] = [document]
    for value in pending:  # grows while it is read
        if isinstance(value, dict):
            _refuse_names(value)
            same_thing = value is not document and value.get("id", ()) == document.get("id")
            if same_thing and not _DECIDING.isdisjoint(value):
                raise Stop(failed(CONTEXT, "split_document", "Parts of it are put where no reader looks for them."))
        for item in inside(value):
            if isinstance(item, list) and isinstance(value, list):
                # Lists inside lists mean the same as one list, and no reader looks into them.
                raise Stop(failed(CONTEXT, "other_spelling", "A part of it is written in a way that hides it."))
            if isinstance(item, HOLDING):
                pending.append(item)
            elif isinstance(item, str) and item[:2] == "_:" and _NAMELESS.fullmatch(item):
                # Such a name is no part of the signed meaning: anybody could write another in its place.
                raise Stop(failed(CONTEXT, "blank_node", "A part of it has a name that the signature does not cover."))


def _refuse_names(value: dict[str, Any]) -> None:
    """The words of the extensions have no other spelling, as no context that is known here shortens them."""
    for name in value:
        if ":" in name and name not in extensions.MEMBERS:
            sentence = "A part of it is written in a way that hides it from readers."
            raise Stop(failed(CONTEXT, "other_spelling", sentence))
