"""The first look at a document: only known contexts, only where they may stand, and no keyword as a member name."""

from __future__ import annotations

from typing import Any

from app.credentials.jsonld.contexts import VC_V1, VC_V2, ContextSet
from app.credentials.jsonld.unsafe import UnsafeDocument

MAX_CONTEXTS = 8
MAX_EMBEDDED = 20
MAX_EMBEDDING_DEPTH = 2
# Members that hold whole credentials, each with its own list of contexts: endorsements of a badge, and the
# achievements in a learner record. The only places where contexts may nest.
HOLDERS = frozenset({"endorsement", "verifiableCredential"})


def check_structure(document: dict[str, Any], contexts: ContextSet) -> None:
    """Refuse whatever could change the meaning of the words in a document. Raises UnsafeDocument.

    `@context` is at the root, and at the root of an embedded credential, and lists known URLs of which the credentials
    context is the first; no other member name starts with `@`: an inline context can swap two terms and leave the
    signature intact (T10).
    """
    check_contexts(document, contexts)
    embedded = 0
    # Pointer, value, name of the member that holds it, and how deep in embedded credentials it is.
    pending: list[tuple[str, Any, str, int]] = [
        ("/" + escape(name), value, name, 0) for name, value in document.items() if name != "@context"
    ]
    while pending:
        pointer, value, holder, depth = pending.pop()
        if holder.startswith("@"):
            raise UnsafeDocument("keyword.forbidden", pointer, "A member name is a keyword of JSON-LD")
        if isinstance(value, list):
            pending.extend((f"{pointer}/{position}", item, holder, depth) for position, item in enumerate(value))
        if not isinstance(value, dict):
            continue
        members = value
        if holder in HOLDERS:
            embedded, depth = embedded + 1, depth + 1
            if embedded > MAX_EMBEDDED or depth > MAX_EMBEDDING_DEPTH:
                raise UnsafeDocument("too_complex", pointer, "There are too many credentials inside one another")
            if "@context" in value:
                _check_contexts(value["@context"], f"{pointer}/@context", contexts, nested=True)
                members = {name: item for name, item in value.items() if name != "@context"}
        pending.extend((f"{pointer}/{escape(name)}", item, name, depth) for name, item in members.items())


def check_contexts(document: dict[str, Any], contexts: ContextSet) -> None:
    """The part of `check_structure` that is about the document's own `@context`. Raises UnsafeDocument."""
    _check_contexts(document.get("@context"), "/@context", contexts)


def escape(member: str) -> str:
    """A member name as a JSON Pointer writes it (RFC 6901)."""
    return member.replace("~", "~0").replace("/", "~1")


def _check_contexts(named: Any, pointer: str, contexts: ContextSet, *, nested: bool = False) -> None:
    if nested and isinstance(named, str):
        _check_url(named, pointer, contexts)
        return
    if not isinstance(named, list) or not named:
        raise UnsafeDocument("context.missing", pointer, "The document has no list of contexts")
    for position, url in enumerate(named):
        _check_url(url, f"{pointer}/{position}", contexts)
    if named[0] not in (VC_V2, VC_V1) or len(named) != len(set(named)) or len(named) > MAX_CONTEXTS:
        raise UnsafeDocument("context.order", pointer, "The credentials context comes first, and each comes once")


def _check_url(url: Any, pointer: str, contexts: ContextSet) -> None:
    if not isinstance(url, str):
        raise UnsafeDocument("context.inline", pointer, "A context is written into the document")
    if not contexts.knows(url):
        raise UnsafeDocument("context.unknown", pointer, f"The context {url[:200]} is not one that is known here")
