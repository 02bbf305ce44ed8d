"""The objects of one badge on the web: the assertion, its badge class, its issuer, a key, a list; asked for one by one.

Whatever has an address of its own is only believed from there. A copy of it inside another object, or at another
address, is somebody's claim: else a badge could bring its own version of a stranger's issuer along (T18).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.credentials import strict_json
from app.credentials.verify.ob2.addresses import authority_of, host_of, is_address, same, to_ask
from app.credentials.verify.ob2.generations import Generation, generation_of, in_words_of_2
from app.credentials.verify.resolver import DocumentFound, Missing, Resolver, Unreachable
from app.errors import MalformedJson, TooLarge

MAX_PARTS = 5_000  # of one object, as for any badge; far above any honest one
MAX_DOCUMENTS = 12  # an assertion, a class, an issuer, a key and a list, each perhaps kept elsewhere, and some over


@dataclass(frozen=True, slots=True)
class Node:
    """An object and where it is kept.

    `said` has its members in the words of 2.0; `document` is the same as it was received. `address` is where the
    answer came from, or None inside something that came from nowhere. `moved` says that it was asked for elsewhere.
    """

    said: dict[str, Any]
    document: dict[str, Any]
    generation: Generation
    address: str | None
    moved: bool = False
    embedded: bool = False

    @property
    def id(self) -> str:
        """What it is called: the identifier it states, or the address where it is kept; "" when it has neither."""
        stated = self.said.get("id")
        return stated if isinstance(stated, str) and stated else self.address or ""


class NotHad(Exception):
    """An object could not be had. `code` says why, `host` who was asked; `answer` is the body that says it is gone."""

    def __init__(self, code: str, host: str, answer: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code, self.host, self.answer = code, host, answer


class Graph:
    """Asks for objects by address, each address once, and a bounded number of them."""

    def __init__(self, resolve: Resolver) -> None:
        self._resolve = resolve
        self._answers: dict[str, DocumentFound | Missing | Unreachable] = {}

    def object_at(self, address: str, *, kind: str, generation: Generation) -> Node:
        """The object that is kept at an address. Raises NotHad.

        When the answer says that it is kept at another address, that one is asked, once, and has to agree. An answer
        that came from another host by a redirect is no answer of the host that was asked: many hosts send on to any
        address that a stranger writes behind their own.
        """
        found = self._object(address, kind=kind, generation=generation)
        stated = found.said.get("id")
        if is_address(stated) and not same(stated, address):
            kept = self._object(stated, kind=kind, generation=generation)
            if not same(kept.said.get("id"), stated):
                raise NotHad("id_differs", host_of(stated))
            found = Node(kept.said, kept.document, kept.generation, address=kept.address, moved=True)
            address = stated
        if is_address(found.said.get("id")) and authority_of(found.address or "") != authority_of(to_ask(address)):
            raise NotHad("redirected", host_of(address))
        return found

    def part(self, value: Any, *, of: Node, kind: str) -> Node:
        """The object that a member names by its address or holds. Raises NotHad.

        An object without an address of its own is part of the one around it, and worth as much.
        """
        stated = value.get("id") if isinstance(value, dict) else value
        if is_address(stated):
            return self.object_at(stated, kind=kind, generation=of.generation)
        if not isinstance(value, dict):
            raise NotHad("no_address", "")
        said = in_words_of_2(value, address=None, kind=kind) if of.generation is not Generation.OB_2_0 else value
        return Node(said, value, of.generation, address=of.address, embedded=True)

    def _object(self, address: str, *, kind: str, generation: Generation) -> Node:
        document, came_from = self._json_at(address, MAX_PARTS)
        found = generation_of(document)
        if found is None:
            found = Generation.OB_2_0 if "@context" in document else generation
        older = found is not Generation.OB_2_0
        said = in_words_of_2(document, address=came_from, kind=kind) if older else document
        return Node(said, document, found, address=came_from)

    def json_at(self, address: str, *, max_parts: int) -> dict[str, Any]:
        """The JSON object at an address. Raises NotHad: `gone`, `missing`, `unreachable` or `unreadable`."""
        return self._json_at(address, max_parts)[0]

    def _json_at(self, address: str, max_parts: int) -> tuple[dict[str, Any], str]:
        """The JSON object, and the address that it came from."""
        host = host_of(address)
        match self._answer(to_ask(address)):
            case DocumentFound(content=content, is_gone=True):
                raise NotHad("gone", host, answer=_parsed(content, max_parts))
            case DocumentFound(content=content, url=url):
                document = _parsed(content, max_parts)
                if document is None:
                    raise NotHad("unreadable", host)
                return document, url or to_ask(address)
            case Missing():
                raise NotHad("missing", host)
            case Unreachable():
                raise NotHad("unreachable", host)

    def _answer(self, url: str) -> DocumentFound | Missing | Unreachable:
        if url not in self._answers:
            if len(self._answers) >= MAX_DOCUMENTS:
                return Unreachable()
            self._answers[url] = self._resolve.document(url)
        return self._answers[url]


def _parsed(content: bytes, max_parts: int) -> dict[str, Any] | None:
    try:
        value = strict_json.loads(content, max_nodes=max_parts)
    except (MalformedJson, TooLarge):
        return None
    return value if isinstance(value, dict) else None
