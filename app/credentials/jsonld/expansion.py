"""Document -> quads with PyLD, in a safe mode that PyLD itself does not have (OB3-03).

PyLD drops an undefined member without a word and leaves an undefined type as a relative IRI; either way the
signature would not cover what a reader sees. Here both are errors.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

from pyld import jsonld as pyld

from app.credentials.jsonld.contexts import ContextSet
from app.credentials.jsonld.lanes import begin_slow_work
from app.credentials.jsonld.quads import XSD_STRING, Quad, iri, literal
from app.credentials.jsonld.structure import escape
from app.credentials.jsonld.unsafe import UnsafeDocument

# Never wider than PyLD's own idea: whatever it does not take for absolute it leaves out of the quads without a word,
# and all that is said of it. Unicode has white space above ASCII, too.
_ABSOLUTE_IRI = re.compile(r'[A-Za-z][A-Za-z0-9+.\-]*:[^\s\x00-\x20<>"{}|\\^`\x7f-\x9f]*|_:[A-Za-z0-9_\-.]+')
# What PyLD trips over in a document that was made to be wrong, instead of saying that it is not valid.
_FAULTS = (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError)
# PyLD resolves relative IRIs against an address of its own unless it is given one; this one's scheme shows them.
RELATIVE_SCHEME = "x-relative:"
_RELATIVE = "x-relative://here/"
_BLANK = "blank node"
_LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"

_local = threading.local()  # PyLD's caches are not safe to share between threads


class _Dropped(Exception):
    """A signal inside this file, never seen outside: PyLD would drop this member."""

    def __init__(self, member: str | None) -> None:
        super().__init__(member)
        self.member = member


class _SafeProcessor(pyld.JsonLdProcessor):
    """PyLD's processor, whose expansion refuses to lose anything."""

    def expand(self, input_: Any, options: Any) -> Any:
        expanded = super().expand(input_, options)  # type: ignore[no-untyped-call]
        _refuse_relative_iris(expanded)
        return expanded


def expand_to_quads(document: dict[str, Any], contexts: ContextSet, *, keep_direction: bool = False) -> list[Quad]:
    """The quads of a document whose structure was checked. Raises UnsafeDocument.

    `keep_direction` writes the base direction of a text into its datatype; without, it would not be signed.
    """
    begin_slow_work()

    def refuse(member: str | None) -> None:
        raise _Dropped(member)

    options = {"documentLoader": _loader(contexts), "contextResolver": _resolver(contexts), "base": _RELATIVE}
    if keep_direction:
        options["rdfDirection"] = "i18n-datatype"
    try:
        dataset = _SafeProcessor(on_property_dropped=refuse).to_rdf(document, options)  # type: ignore[no-untyped-call]
    except _Dropped as dropped:
        pointer = _find(document, key=dropped.member)
        raise UnsafeDocument("term.undefined", pointer, "No context defines this member") from dropped
    except _Relative as relative:
        stated = relative.value.removeprefix(_RELATIVE) if isinstance(relative.value, str) else None
        pointer = _find(document, value=stated) if stated else ""
        raise UnsafeDocument(relative.code, pointer, relative.sentence) from relative
    except pyld.JsonLdError as error:
        raise UnsafeDocument("jsonld.invalid", "", f"The document is not valid JSON-LD: {_reason(error)}") from error
    except _FAULTS as error:
        raise UnsafeDocument("jsonld.invalid", "", "The document is not valid JSON-LD") from error
    return [quad for graph, triples in dataset.items() for quad in _quads(graph, triples)]


def _resolver(contexts: ContextSet) -> Any:
    """A context resolver over caches of this thread and this set of contexts."""
    if not hasattr(_local, "caches"):
        _local.caches = WeakKeyDictionary()
    return pyld.ContextResolver(_local.caches.setdefault(contexts, {}), _loader(contexts))


def _loader(contexts: ContextSet) -> Any:
    def load(url: str, _options: Any) -> dict[str, Any]:
        # The tag lets PyLD keep the processed context: pinned documents never change.
        return {"contextUrl": None, "documentUrl": url, "document": contexts.load(url), "tag": "static"}

    return load


class _Relative(Exception):
    """A signal inside this file, never seen outside: this name would not be what it says.

    `value` is the name, or what PyLD made of it: None for one that looks like a keyword.
    """

    def __init__(self, code: str, sentence: str, value: Any) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence
        self.value = value


def _refuse_relative_iris(expanded: Any) -> None:
    pending = [expanded]
    while pending:
        item = pending.pop()
        if isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, dict):
            types = item.get("@type", [])
            for name in types if isinstance(types, list) else [types]:
                if not _is_absolute(name) and not (name == "@json" and "@value" in item):
                    raise _Relative("type.undefined", "No context defines this type", name)
            if "@id" in item and not _is_absolute(item["@id"]):
                raise _Relative("iri.relative", "This is not an absolute address", item["@id"])
            for name in item:
                if name[:1] != "@" and not _is_absolute(name):
                    raise _Relative("term.undefined", "A context maps this member to what is no address", name)
            if "@value" not in item:
                pending.extend(value for key, value in item.items() if key not in ("@id", "@type"))


def _is_absolute(name: Any) -> bool:
    return isinstance(name, str) and _ABSOLUTE_IRI.fullmatch(name) is not None and not name.startswith(RELATIVE_SCHEME)


def _quads(graph: str, triples: list[dict[str, Any]]) -> Iterator[Quad]:
    name = "" if graph == "@default" else graph if graph.startswith("_:") else iri(graph)
    for triple in triples:
        yield _term(triple["subject"]), _term(triple["predicate"]), _term(triple["object"]), name


def _term(term: dict[str, Any]) -> str:
    if term["type"] == "IRI":
        return iri(term["value"])
    if term["type"] == _BLANK:
        return str(term["value"])
    datatype = term.get("datatype", XSD_STRING)
    return literal(
        term["value"], datatype=datatype, language=term.get("language") if datatype == _LANG_STRING else None
    )


def _find(document: Any, *, key: str | None = None, value: str | None = None, pointer: str = "") -> str:
    """The pointer of the first member of this name or with this value; "" when there is none."""
    items = document.items() if isinstance(document, dict) else enumerate(document)
    for name, item in items:
        if name == "@context":
            continue
        here = f"{pointer}/{escape(str(name))}"
        if (key is not None and name == key) or (value is not None and item == value):
            return here
        if isinstance(item, dict | list) and (found := _find(item, key=key, value=value, pointer=here)):
            return found
    return ""


def _reason(error: Exception) -> str:
    """PyLD's own short code of an error, without the piece of the document that it quotes."""
    cause: BaseException | None = error
    code = None
    while cause is not None:
        code = getattr(cause, "code", None) or code
        cause = cause.__cause__
    return str(code or "unknown reason")
