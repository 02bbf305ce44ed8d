"""Whether the words of an object mean what they seem to mean, without any JSON-LD processing.

An object is read in its compact form: the words of Open Badges 2.0 as they stand, everything else ignored. That is
only right while no context gives one of these words another meaning, and no member says the same thing in another
spelling; both are refused. Contexts are never fetched (trap 30).
"""

from __future__ import annotations

from typing import Any

from app.credentials.verify.finding import CONTEXT, Stop, failed, unknown
from app.credentials.verify.ob2.generations import Generation
from app.credentials.verify.ob2.vocabulary import (
    CONTEXTS_1,
    CONTEXTS_2,
    DEFINITIONS,
    EXTENSIONS,
    MEANINGS,
    MEMBERS,
    PREFIXES,
    definition_of,
    iri_of,
)

_KEYWORDS = frozenset({"@context", "@language"})
_MAX_TERMS = 500
_MAX_CHARACTERS = 1_000
_PREFIXES_OF_PREFIXES = 3  # a prefix may be written with another prefix
_HARMLESS = frozenset({"@language", "@version", "@vocab"})  # in a context: say nothing of the words that are read here


def refuse_other_meanings(document: dict[str, Any], *, of: Generation) -> None:
    """Raises Stop with the `context` check unless every word that is read here has the meaning of its standard."""
    if of is Generation.OB_1_0:
        return  # plain JSON from before there were contexts
    if "@context" not in document:
        raise _broken("context_missing", "It does not say from which standard its words are.")
    _refuse(document, of=of, prefixes=PREFIXES)


def _refuse(node: dict[str, Any], *, of: Generation, prefixes: dict[str, str]) -> None:
    if "@context" in node:
        prefixes = _context(node["@context"], of=of)
    for name, value in node.items():
        if name.startswith("@") and name not in _KEYWORDS:
            raise _broken("keyword_forbidden", "A part of it is written in a way that hides it from readers.")
        if name not in MEMBERS and iri_of(name, prefixes) in MEANINGS:
            raise _broken("other_spelling", "A part of it is written in a way that hides it from readers.")
        if name in MEMBERS:
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, dict):
                    _refuse(item, of=of, prefixes=prefixes)


def _context(context: Any, *, of: Generation) -> dict[str, str]:
    """The prefixes in force under a context. Raises Stop unless it leaves the words of the standard as they are."""
    contexts = context if isinstance(context, list) else [context]
    standard = CONTEXTS_1 if of is Generation.OB_1_1 else CONTEXTS_2
    first = contexts[0] if contexts else None
    if not (isinstance(first, str) and first in standard) and not _is_all_of_it(first, of=of):
        raise _broken("context_missing", "It does not say that its words are those of Open Badges.")
    prefixes = dict(PREFIXES)
    for named in contexts:
        if isinstance(named, dict):
            prefixes |= _inline(named, of=of)
        elif not isinstance(named, str):
            raise _broken("context_malformed", "It does not say from which standard its words are.")
        elif named not in standard and not named.startswith(EXTENSIONS):
            sentence = "It uses words that are not known here, so it cannot be read with certainty."
            raise Stop(unknown(CONTEXT, "context_unknown", sentence))
    return prefixes


def _is_all_of_it(context: Any, *, of: Generation) -> bool:
    """Whether the whole context of the standard is written into the document, as some issuers do."""
    return of is Generation.OB_2_0 and isinstance(context, dict) and context.keys() >= DEFINITIONS.keys()


def _inline(context: dict[str, Any], *, of: Generation) -> dict[str, str]:
    """The prefixes of a context that is written into the document. Raises Stop when it touches the standard's words."""
    if len(context) > _MAX_TERMS or any(len(_address(written) or "") > _MAX_CHARACTERS for written in context.values()):
        raise Stop(unknown(CONTEXT, "too_complex", "It defines more words of its own than are read here."))
    prefixes = PREFIXES | {
        term: address
        for term, written in context.items()
        if (address := _address(written)) is not None and not term.startswith("@")
    }
    for _ in range(_PREFIXES_OF_PREFIXES):
        prefixes = {term: iri_of(address, prefixes) for term, address in prefixes.items()}
    for term, written in context.items():
        if term in DEFINITIONS:
            if of is Generation.OB_1_1 or definition_of(written, prefixes) != DEFINITIONS[term]:
                raise _broken("context_redefined", "It gives words of the standard another meaning.")
        elif term.startswith("@"):
            if term not in _HARMLESS:
                raise _broken("context_redefined", "It gives words of the standard another meaning.")
        elif _is_another_word_for_ours(written, prefixes):
            raise _broken("other_spelling", "It has another word for what the standard has a word for.")
    return prefixes


def _is_another_word_for_ours(written: Any, prefixes: dict[str, str]) -> bool:
    address = _address(written)
    if isinstance(written, dict) and {"@context", "@reverse", "@nest"} & written.keys():
        return True
    meaning = None if address is None else iri_of(address, prefixes)
    return meaning is not None and (meaning in MEANINGS or address in MEMBERS or meaning.startswith("@"))


def _address(written: Any) -> str | None:
    address = written.get("@id") if isinstance(written, dict) else written
    return address if isinstance(address, str) else None


def _broken(code: str, sentence: str) -> Stop:
    return Stop(failed(CONTEXT, code, sentence))
