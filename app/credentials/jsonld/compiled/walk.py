"""One walk over a document, from members to statements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.credentials.jsonld.compiled import literals
from app.credentials.jsonld.compiled.contexts import Compiled
from app.credentials.jsonld.compiled.scopes import Scope
from app.credentials.jsonld.compiled.terms import RDF, Kind, Term, Text
from app.credentials.jsonld.compiled.unsupported import Unsupported
from app.credentials.jsonld.quads import Quad
from app.credentials.jsonld.structure import MAX_EMBEDDED, MAX_EMBEDDING_DEPTH

_TYPE = f"<{RDF}type>"
_FIRST = f"<{RDF}first>"
_REST = f"<{RDF}rest>"
_NIL = f"<{RDF}nil>"
# Looking a member of an enumeration up by its class takes longer than comparing with it.
_PROPERTY, _TYPE_KIND, _LITERAL, _IRI = Kind.PROPERTY, Kind.TYPE, Text.LITERAL, Text.IRI


def quads(document: Mapping[str, Any], compiled: Compiled) -> set[Quad]:
    """The statements of a document that begins with exactly the contexts of `compiled`; raises Unsupported."""
    context = document.get("@context")
    if context != list(compiled.urls) and [context] != list(compiled.urls):
        raise Unsupported("Other contexts than the compiled ones")
    walk = _Walk()
    try:
        walk.node({name: value for name, value in document.items() if name != "@context"}, compiled.root, "")
    except RecursionError as error:
        raise Unsupported("The document is nested too deeply") from error
    return walk.statements()


class _Walk:
    __slots__ = ("_blank_nodes", "_depth", "_embedded", "_quads", "_repeatable")

    def __init__(self) -> None:
        self._quads: list[Quad] = []
        self._repeatable: set[str] = set()  # objects whose statement PyLD may write twice
        self._blank_nodes = 0
        self._embedded = 0  # credentials inside the document, seen so far
        self._depth = 0  # how many of them the walk is in

    def statements(self) -> set[Quad]:
        """What was found, each statement once."""
        unique = set(self._quads)
        if not unique:
            raise Unsupported("A document that says nothing")
        if self._repeatable and len(unique) != len(self._quads):
            self._refuse_repetitions()
        return unique

    def node(self, element: dict[str, Any], scope: Scope, graph: str) -> str:
        """The subject of a node object, after everything that it says was noted."""
        types: list[str] = []
        inner = scope
        if scope.type_key in element:
            types = _types(element[scope.type_key])
            inner = scope.typed(types)
        subject = inner.iri(_text(element[inner.id_key])) if inner.id_key in element else self._blank_node()
        for name in types:
            self._quads.append((subject, _TYPE, scope.vocabulary_iri(name), graph))
        terms = inner.terms
        for name, value in element.items():
            term = terms.get(name) or inner.term(name)
            if term.is_single and type(value) is str:  # most members
                self._quads.append((subject, term.predicate, _text_of(term, value), graph))
            elif term.kind is _PROPERTY:
                self._member(term, value, subject, graph)
            elif term.kind is _TYPE_KIND and name != scope.type_key:
                raise Unsupported("A type's own context renames @type")
        return subject

    def _member(self, term: Term, value: Any, subject: str, graph: str) -> None:
        values = value if type(value) is list else [value]
        if term.is_list:
            self._quads.append((subject, term.predicate, self._list(term, values, graph), graph))
        elif term.is_graph:
            for item in values:
                name = self._blank_node()
                self._quads.append((subject, term.predicate, name, graph))
                self._nested(term, item, name)
        else:
            for item in values:
                self._quads.append((subject, term.predicate, self._object(term, item, graph), graph))

    def _list(self, term: Term, values: list[Any], graph: str) -> str:
        """The head of an RDF collection."""
        if not values:
            self._repeatable.add(_NIL)
        rest = _NIL
        for item in reversed(values):
            cell = self._blank_node()
            self._quads.append((cell, _FIRST, self._object(term, item, graph), graph))
            self._quads.append((cell, _REST, rest, graph))
            rest = cell
        return rest

    def _object(self, term: Term, item: Any, graph: str) -> str:
        kind = type(item)
        if kind is str:
            return _text_of(term, item)
        if kind is dict:
            return self._nested(term, item, graph)
        if kind in {bool, int, float} and term.text is _LITERAL:
            literal = literals.number(item, term.datatype)
            self._repeatable.add(literal)
            return literal
        raise Unsupported("A null, a nested array, or a number where an IRI is expected")

    def _nested(self, term: Term, item: Any, graph: str) -> str:
        if type(item) is not dict:
            raise Unsupported("A value that is not a node where only nodes are handled")
        is_reference = len(item) == 1 and term.inside.id_key in item
        scope = term.reference_scope if is_reference else term.node_scope
        if not term.holds_credentials:
            return self.node(item, scope, graph)
        self._embedded += 1
        self._depth += 1
        if self._embedded > MAX_EMBEDDED or self._depth > MAX_EMBEDDING_DEPTH:
            raise Unsupported("More credentials inside one another than are allowed")
        subject = self.node(item, scope, graph)
        self._depth -= 1
        return subject

    def _blank_node(self) -> str:
        self._blank_nodes += 1
        return f"_:b{self._blank_nodes}"

    def _refuse_repetitions(self) -> None:
        """PyLD compares values as JSON, and lists not at all: 3 and "3" of one datatype give it the same line twice."""
        doubtful = [quad for quad in self._quads if quad[2] in self._repeatable]
        if len(set(doubtful)) != len(doubtful):
            raise Unsupported("A number or an empty list that is said twice")


def _text_of(term: Term, text: str) -> str:
    if term.text is _LITERAL:
        return literals.string(text) + term.datatype_of_texts
    return term.inside.iri(text) if term.text is _IRI else term.inside.vocabulary_iri(text)


def _types(value: Any) -> list[str]:
    types = value if type(value) is list else [value]
    if not types or not all(type(name) is str for name in types):
        raise Unsupported("A type that is not a text")
    return types


def _text(value: Any) -> str:
    if type(value) is not str:
        raise Unsupported("An id that is not a text")
    return value
