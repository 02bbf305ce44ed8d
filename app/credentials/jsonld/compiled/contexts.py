"""Compiling: an array of pinned contexts, processed by PyLD, to the scope that documents begin in."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from pyld import jsonld
from pyld.context_resolver import ContextResolver

from app.credentials.jsonld.compiled.scopes import Scope
from app.credentials.jsonld.compiled.unsupported import Unsupported

# Our own documents need about thirty scopes. A stranger can invent many combinations of types; at this number all are
# forgotten and read again, so that a stranger can neither fill the memory nor shut others out.
MAX_SCOPES = 256


class Compiled:
    """An `@context` array, ready for documents. Safe to share between threads; it never answers differently.

    `urls` is the array. Scopes are read from PyLD when a document first needs them and then kept.
    """

    def __init__(self, urls: tuple[str, ...], contexts: Mapping[str, Any]) -> None:
        self.urls = urls
        self._contexts = contexts
        self._processor: Any = jsonld.JsonLdProcessor()
        self._scopes: dict[tuple[bytes, int], Scope] = {}
        self.root = self.scope_of(self.process(self._initial(), list(urls)))

    def process(self, active: Any, local: Any, *, propagate: bool = True, override_protected: bool = False) -> Any:
        """PyLD's active context after one more local context; raises Unsupported when PyLD refuses it."""
        options = self._options() | {"contextResolver": ContextResolver({}, self._load)}
        try:
            return self._processor._process_context(  # noqa: SLF001 - the public one knows no propagation
                active, copy.deepcopy(local), options, propagate=propagate, override_protected=override_protected
            )
        except jsonld.JsonLdError as error:
            raise Unsupported("The contexts cannot be combined like this") from error

    def scope_of(self, context: Any) -> Scope:
        """The scope of an active context; the same one for all active contexts of the same content."""
        before = context.get("previousContext")
        previous = None if before is None else self.scope_of(before)
        content = json.dumps(
            [context["mappings"], {k: context[k] for k in context if k.startswith("@")}], sort_keys=True
        )
        key = (sha256(content.encode()).digest(), id(previous))
        scope = self._scopes.get(key)
        if scope is None:
            if len(self._scopes) >= MAX_SCOPES:
                self._forget()
            scope = self._scopes[key] = Scope(self, context, previous)
        return scope

    @property
    def scopes_held(self) -> int:
        """How many scopes are remembered now; at most MAX_SCOPES, or one more for each thread."""
        return len(self._scopes)

    def _forget(self) -> None:
        self._scopes = {}
        self.root.forget()

    def _initial(self) -> Any:
        return self._processor._get_initial_context(self._options())  # noqa: SLF001 - the empty active context

    def _options(self) -> dict[str, Any]:
        return {"base": "", "processingMode": "json-ld-1.1", "documentLoader": self._load}

    def _load(self, url: str, _options: Any = None) -> dict[str, Any]:
        return {"contextUrl": None, "documentUrl": url, "document": copy.deepcopy(self._contexts[url])}


def compile_contexts(urls: tuple[str, ...], contexts: Mapping[str, Any]) -> Compiled:
    """An `@context` array, ready for documents; `contexts` gives the parsed context document of every URL.

    Takes about ten milliseconds, and again some for the first document of each shape: compile once and keep it.
    Raises Unsupported for a URL without a document and for contexts that the fast path does not handle.
    """
    missing = [url for url in urls if url not in contexts]
    if missing or not urls:
        raise Unsupported("A context that is not pinned")
    return Compiled(urls, contexts)
