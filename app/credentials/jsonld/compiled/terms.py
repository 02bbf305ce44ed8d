"""What one member name means in one scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from app.credentials.jsonld.compiled import literals
from app.credentials.jsonld.compiled.unsupported import Unsupported

if TYPE_CHECKING:
    from app.credentials.jsonld.compiled.scopes import Scope

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_READ_CONTAINERS = {"@set", "@list", "@graph"}
_UNREAD_MEMBERS = ("@index", "@nest", "@language", "@direction")
# PyLD rewrites the values of these, or writes them without a datatype.
_UNREAD_TYPES = {"@json", "@none", f"{literals.XSD}double", f"{RDF}langString", f"{RDF}JSON", f"{RDF}dirLangString"}


class Kind(Enum):
    """What the member is to its node."""

    ID = "@id"
    TYPE = "@type"
    PROPERTY = "a property"


class Text(Enum):
    """What a string value of the member becomes."""

    LITERAL = "a literal"
    IRI = "an IRI"
    VOCABULARY = "a term of the vocabulary, or an IRI"


@dataclass(frozen=True, slots=True)
class Term:
    """A member as the walk needs it; all IRIs are N-Quads terms already."""

    kind: Kind
    predicate: str
    text: Text
    datatype: str | None  # `^^<…>`; None when the kind of JSON value decides
    datatype_of_texts: str  # "" for xsd:string
    is_list: bool
    is_graph: bool
    is_single: bool  # a property whose values stand for themselves
    holds_credentials: bool
    inside: Scope  # where the values are read
    node_scope: Scope  # where a node that is the value begins
    reference_scope: Scope  # where a node of nothing but an id begins


def read_term(
    definition: Mapping[str, Any],
    *,
    holds_credentials: bool,
    inside: Scope,
    node_scope: Scope,
    reference_scope: Scope,
) -> Term:
    """The term of one of PyLD's term definitions; raises Unsupported for what the walk does not handle."""
    containers = set(definition.get("@container", ()))
    type_ = definition.get("@type")
    iri = definition["@id"]
    if definition["reverse"] or containers - _READ_CONTAINERS or type_ in _UNREAD_TYPES:
        raise Unsupported("A reverse property, container or type that the fast path does not handle")
    if iri is None or any(member in definition for member in _UNREAD_MEMBERS):
        raise Unsupported("A term definition that the fast path does not handle")
    kind, predicate = _kind(iri)
    text, datatype = _coercion(type_)
    return Term(
        kind=kind,
        predicate=predicate,
        text=text,
        datatype=datatype,
        datatype_of_texts=datatype or "",
        is_list="@list" in containers,
        is_graph="@graph" in containers,
        is_single=kind is Kind.PROPERTY and containers.isdisjoint({"@list", "@graph"}),
        holds_credentials=holds_credentials,
        inside=inside,
        node_scope=node_scope,
        reference_scope=reference_scope,
    )


def _kind(iri: str) -> tuple[Kind, str]:
    if iri == Kind.ID.value:
        return Kind.ID, ""
    if iri == Kind.TYPE.value:
        return Kind.TYPE, ""
    return Kind.PROPERTY, literals.iri(iri)


def _coercion(type_: str | None) -> tuple[Text, str | None]:
    if type_ is None:
        return Text.LITERAL, None
    if type_ == "@id":
        return Text.IRI, None
    if type_ == "@vocab":
        return Text.VOCABULARY, None
    if type_ == f"{literals.XSD}string":
        return Text.LITERAL, ""
    return Text.LITERAL, f"^^{literals.iri(type_)}"
