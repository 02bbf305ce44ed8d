"""JSON-LD of any kind of credential: contexts may be written into the document, and less is known before it is read.

Only the VC-API door goes this way. Badges never do: an inline context can swap two terms and leave the signature
intact (T10), so of what is signed this way a reader must look at the contexts too. Still nothing is fetched, nothing
is dropped, and the work is bounded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from app.credentials.jsonld.contexts import VC_V1, VC_V2, ContextSet
from app.credentials.jsonld.expansion import RELATIVE_SCHEME, expand_to_quads
from app.credentials.jsonld.quads import Quad
from app.credentials.jsonld.structure import escape
from app.credentials.jsonld.unsafe import UnsafeDocument

MAX_CONTEXTS = 8  # in one list
MAX_CONTEXT_PARTS = 300  # of all contexts in a document together: processing them is most of the work
MAX_PARTS = 3_000
MAX_WORK = 150_000  # parts of the document times parts of its contexts, which a type may bring to every object anew
_NEVER_INLINE = frozenset({"@base", "@import", "@propagate"})
# What these hold leaves no trace in the quads, so no signature would cover it.
_LOST = frozenset({"@index", "@nest"})
_KEYWORDS = frozenset({"@context", "@direction", "@id", "@language", "@list", "@set", "@type", "@value"})
# What PyLD trips over in contexts that somebody made up, instead of saying that they are not valid.
_PYLD_FAULTS = (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError)

EXAMPLES_V2 = "https://www.w3.org/ns/credentials/examples/v2"
UNDEFINED_TERMS_V2 = "https://www.w3.org/ns/credentials/undefined-terms/v2"
# Both say one thing: every word that nothing else defines is an address in this vocabulary. No package carries them.
_VOCABULARIES: Mapping[str, dict[str, Any]] = MappingProxyType(
    {
        EXAMPLES_V2: {"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}},
        UNDEFINED_TERMS_V2: {"@context": {"@vocab": "https://www.w3.org/ns/credentials/undefined-term#"}},
    }
)


@dataclass(frozen=True, eq=False)
class GeneralContexts(ContextSet):
    """The pinned contexts, two that make up words for examples, and whatever a document brings along."""

    extra: Mapping[str, dict[str, Any]] = field(default_factory=lambda: _VOCABULARIES)


GENERAL = GeneralContexts()


def to_quads(document: dict[str, Any], contexts: ContextSet) -> list[Quad]:
    """The RDF quads of any credential or presentation. Raises UnsafeDocument."""
    check_structure(document, contexts)
    try:
        quads = expand_to_quads(_without_idle_resets(document), contexts, keep_direction=True)
    except _PYLD_FAULTS as error:
        raise UnsafeDocument("jsonld.invalid", "/@context", "The contexts of the document are not valid") from error
    if any(_is_relative(predicate) or _is_relative(value.rpartition("^^")[2]) for _, predicate, value, _ in quads):
        raise UnsafeDocument("iri.relative", "/@context", "A context maps a word to something that is no address")
    return quads


def _is_relative(term: str) -> bool:
    return term.startswith(f"<{RELATIVE_SCHEME}")


def check_structure(document: dict[str, Any], contexts: ContextSet) -> None:
    """Refuse what cannot be processed offline and in bounded time. Raises UnsafeDocument.

    The document's own list begins with the credentials context; contexts further in may be one address, a list or an
    object. None may change how addresses are read (`@base`) or draw in others by address (`@import`).
    """
    named = document.get("@context")
    if not isinstance(named, list) or not named:
        raise UnsafeDocument("context.missing", "/@context", "The document has no list of contexts")
    if named[0] not in (VC_V2, VC_V1):
        raise UnsafeDocument("context.order", "/@context", "The credentials context must come first")
    budget = _Budget(contexts)
    pending: list[tuple[str, Any]] = [("", document)]
    parts = 0
    while pending:
        pointer, value = pending.pop()
        parts += 1
        if parts > MAX_PARTS:
            raise UnsafeDocument("too_complex", "", "The document has too many parts")
        pending.extend(_parts_of(value, pointer, budget))
    if parts * budget.parts > MAX_WORK:
        raise UnsafeDocument("too_complex", "", "The document has too many parts for contexts of this size")


def _parts_of(value: Any, pointer: str, budget: _Budget) -> Iterator[tuple[str, Any]]:
    """What is inside a value, with pointers, its contexts checked. Raises UnsafeDocument."""
    match value:
        case list():
            yield from ((f"{pointer}/{position}", item) for position, item in enumerate(value))
        case dict():
            for name, item in value.items():
                here = f"{pointer}/{escape(name)}"
                if name == "@context":
                    budget.check(item, here)
                elif name.startswith("@") and name not in _KEYWORDS:
                    raise UnsafeDocument("keyword.forbidden", here, "A member name is a keyword that is not taken here")
                else:
                    yield here, item
        case None:
            raise UnsafeDocument("value.null", pointer, "A member is empty, and would not be signed")
        case str() if value.startswith("_:"):
            raise UnsafeDocument("blank_node", pointer, "A name of this kind would not be signed")


class _Budget:
    """Looks at contexts and counts their parts, those of a whole document together."""

    def __init__(self, contexts: ContextSet) -> None:
        self._contexts = contexts
        self.parts = 0

    def check(self, named: Any, pointer: str) -> None:
        """Refuse a context, or a list of them, that is none or is not known. Raises UnsafeDocument."""
        listed = named if isinstance(named, list) else [named]
        if not listed or len(listed) > MAX_CONTEXTS:
            raise UnsafeDocument("context.order", pointer, f"A list of contexts has between one and {MAX_CONTEXTS}")
        for position, context in enumerate(listed):
            here = f"{pointer}/{position}" if isinstance(named, list) else pointer
            if isinstance(context, str):
                self._check_address(context, here)
            elif isinstance(context, dict):
                self._check_inline(context, here)
            else:
                raise UnsafeDocument("context.invalid", here, "A context is neither an address nor an object")

    def _check_address(self, url: str, pointer: str) -> None:
        if not self._contexts.knows(url):
            raise UnsafeDocument("context.unknown", pointer, f"The context {url[:200]} is not one that is known here")

    def _check_inline(self, context: dict[str, Any], pointer: str) -> None:
        pending: list[tuple[str, Any]] = [(pointer, context)]
        while pending:
            here, value = pending.pop()
            self.parts += 1
            if self.parts > MAX_CONTEXT_PARTS:
                raise UnsafeDocument("too_complex", pointer, "The contexts have too many parts")
            if isinstance(value, str) and (value in _LOST or value.startswith("_:")):
                raise UnsafeDocument("context.invalid", here, "What this context describes would not be signed")
            if isinstance(value, list):
                pending.extend((f"{here}/{position}", item) for position, item in enumerate(value))
            if not isinstance(value, dict):
                continue
            for name, item in value.items():
                inner = f"{here}/{escape(name)}"
                if name in _NEVER_INLINE:
                    raise UnsafeDocument("context.invalid", inner, f"A context in a document may not use {name}")
                if name == "@context" and item is not None:
                    self.check(item, inner)
                else:
                    pending.append((inner, item))


def _without_idle_resets(document: dict[str, Any]) -> dict[str, Any]:
    """The document without `"@vocab": null` where no vocabulary is set: it means nothing, and PyLD trips over it."""
    if any(isinstance(context, dict) and isinstance(context.get("@vocab"), str) for context in _objects(document)):
        return document
    if _VOCABULARIES.keys() & {text for text in document["@context"] if isinstance(text, str)}:
        return document
    cleaned: dict[str, Any] = _reset_removed(document)
    return cleaned


def _objects(value: Any) -> list[Any]:
    found, pending = [], [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict | list):
            found.append(item)
            pending.extend(item.values() if isinstance(item, dict) else item)
    return found


def _reset_removed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _reset_removed(item) for name, item in value.items() if not (name == "@vocab" and item is None)}
    return [_reset_removed(item) for item in value] if isinstance(value, list) else value
