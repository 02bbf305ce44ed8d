"""Contexts as a graph of scopes: what every member name means at every place where contexts can lead.

PyLD processes the contexts, here and only here; each result is kept, so that a document walks through finished
tables. A scope is one active context of JSON-LD. It is reached from the root by the types of a node (type-scoped
contexts), by a member (property-scoped contexts), and left again where type-scoped contexts end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.credentials.jsonld.compiled import literals
from app.credentials.jsonld.compiled.terms import Kind, Term, read_term
from app.credentials.jsonld.compiled.unsupported import Unsupported
from app.credentials.jsonld.structure import HOLDERS

if TYPE_CHECKING:
    from app.credentials.jsonld.compiled.contexts import Compiled

# An active context with one of these changes what plain members and values mean; none of the pinned contexts has them.
_FOREIGN_DEFAULTS = ("@base", "@vocab", "@language", "@direction")
_ADDRESSES = ("https://", "http://")


class Scope:
    """One active context. Reading is pure; what was read is remembered."""

    def __init__(self, compiled: Compiled, context: Any, previous: Scope | None) -> None:
        if any(context.get(name) is not None for name in _FOREIGN_DEFAULTS):
            raise Unsupported("The context sets a default that the fast path does not know")
        self._compiled = compiled
        self._context = context
        self._definitions: dict[str, Any] = context["mappings"]
        self._outer = previous or self
        self._prefixes = {name for name, definition in self._definitions.items() if definition["_prefix"]}
        self._scoping = {name for name, meaning in self._definitions.items() if _scoped_context(meaning) is not None}
        self.id_key = self._only_alias(Kind.ID)
        self.type_key = self._only_alias(Kind.TYPE)
        self.terms: dict[str, Term] = {}
        self._typed: dict[tuple[str, ...], Scope] = {}

    def term(self, name: str) -> Term:
        """What a member called `name` means here; raises Unsupported when it means nothing that we handle."""
        definition = self._definitions.get(name)
        if definition is None and name.startswith(_ADDRESSES):
            return self._in_full(name)
        if definition is None or name.startswith("@"):
            raise Unsupported("A member that the contexts do not define, or a keyword")
        inside = self._entered_by(definition)
        if inside.definition(name) != definition:
            raise Unsupported("A member's own context gives the member another meaning")
        term = self.terms[name] = read_term(
            definition,
            holds_credentials=name in HOLDERS,
            inside=inside,
            node_scope=inside.outer()._entered_by(definition),  # noqa: SLF001 - another scope
            reference_scope=inside._entered_by(definition),  # noqa: SLF001 - another scope
        )
        return term

    def _in_full(self, name: str) -> Term:
        """What a member means whose name is an address itself. Not remembered: strangers can make up any number."""
        outer = self.outer()
        in_full = {"@id": name, "reverse": False}
        self.iri(name)
        return read_term(in_full, holds_credentials=False, inside=self, node_scope=outer, reference_scope=self)

    def definition(self, name: str) -> Any:
        """PyLD's term definition, or None."""
        return self._definitions.get(name)

    def outer(self) -> Scope:
        """The scope that a nested node returns to: type-scoped contexts do not reach into other nodes."""
        return self._outer

    def typed(self, types: list[str]) -> Scope:
        """The scope of a node's members, given the types as written. The order does not matter."""
        scoping = [name for name in types if name in self._scoping]
        if not scoping:
            return self
        names = tuple(sorted(scoping))
        known = self._typed.get(names)
        if known is None:
            if len(set(names)) != len(names):
                raise Unsupported("A node has the same type twice")
            context = self._context
            for name in names:
                context = self._compiled.process(context, _scoped_context(self.definition(name)), propagate=False)
            known = self._typed[names] = self._compiled.scope_of(context)
        return known

    def iri(self, text: str) -> str:
        """`<text>` where an IRI is expected; raises Unsupported for compact and relative ones and blank node labels."""
        if text.partition(":")[0] in self._prefixes:
            raise Unsupported("A compact IRI")
        return literals.iri(text)

    def vocabulary_iri(self, text: str) -> str:
        """The IRI of a type or of another term of the vocabulary; raises Unsupported when it is not defined."""
        definition = self.definition(text)
        if definition is None:
            return self.iri(text)
        return literals.iri(definition["@id"] or "")

    def forget(self) -> None:
        """Drop everything that was read, and with it all scopes that are reached from here."""
        self.terms = {}
        self._typed = {}

    def _entered_by(self, definition: Any) -> Scope:
        """The scope that a member's own context leads to from here; this scope when it has none."""
        if "@context" not in definition:
            return self
        scoped = _scoped_context(definition)
        if scoped is None:
            raise Unsupported("A member whose context clears all definitions")
        return self._compiled.scope_of(self._compiled.process(self._context, scoped, override_protected=True))

    def _only_alias(self, kind: Kind) -> str | None:
        aliases = [name for name, definition in self._definitions.items() if definition["@id"] == kind.value]
        if len(aliases) > 1 or any(name.startswith("@") for name in aliases):
            raise Unsupported("A keyword with several names")
        return aliases[0] if aliases else None


def _scoped_context(definition: Any) -> Any:
    """A definition's own context; None when it has none, or one that is null (PyLD's False), which types ignore."""
    context = (definition or {}).get("@context")
    return None if context is False else context
