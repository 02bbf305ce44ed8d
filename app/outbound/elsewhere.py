"""What a verification asks of other people's hosts: keys, status lists, hosted badges. Implements the Resolver.

Which key is an issuer's (T17, T18):
- of a did:web issuer, one that its DID document lists for assertions. A token may name a key by an https address on
  the issuer's own host; the key there still has to be one of the document's.
- of an https issuer, one in `/.well-known/jwks.json` of its origin; one in the document at its own address; or the
  one at the https address that the badge names, when that is of the same origin and says nothing else of its owner.
No address is ever asked because a badge names it as its key on a host that is not the issuer's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import urldefrag, urlsplit

from app.credentials import did_web, key_documents, strict_json
from app.credentials.model import StatusEntry
from app.credentials.verify.resolver import DocumentFound, KeyFound, ListFound, Missing, Unreachable
from app.errors import InvalidInput, ServiceError
from app.outbound.documents import Allowance, Documents, Failed, Wanted
from app.outbound.fetch import Fetched

_KEYS = Wanted(
    accept="application/did+json, application/did+ld+json, application/jwk+json, application/jwk-set+json, "
    "application/json, application/ld+json;q=0.9",
    max_bytes=262_144,
    kept_seconds=300,
)
# A revocation should be seen soon, and a list is what a thousand badges have in common.
_LISTS = Wanted(
    accept="application/vc, application/vc+ld+json, application/ld+json, application/json, application/vc+jwt;q=0.8",
    max_bytes=2 * 1_048_576,
    kept_seconds=30,
)
_DOCUMENTS = Wanted(
    accept="application/ld+json, application/vc, application/json, application/vc+jwt;q=0.9, image/png;q=0.8, "
    "image/svg+xml;q=0.8, text/plain;q=0.5",
    max_bytes=2 * 1_048_576,
    kept_seconds=30,
    max_redirects=3,
)
_ABSENT, _GONE = 404, 410

_Answer = TypeVar("_Answer", KeyFound | Missing, KeyFound | Missing | Unreachable)


class Elsewhere:
    """The world outside, for one verification: everything it may ask comes out of one allowance."""

    def __init__(self, documents: Documents, allowance: Allowance | None = None) -> None:
        self._documents = documents
        self._allowance = allowance or Allowance()

    def key(self, verification_method: str, *, issuer_id: str) -> KeyFound | Missing | Unreachable:
        """The issuer's key of this name, by the rules above."""
        if issuer_id.startswith(did_web.PREFIX):
            return self._key_of_did_web(verification_method, issuer_id)
        if _origin(issuer_id) is not None:
            return self._key_of_https(verification_method, issuer_id)
        return Unreachable()

    def status_list(self, url: str) -> ListFound | Unreachable:
        """The status list at this address."""
        found = self._documents.get(url, _LISTS, self._allowance)
        return ListFound(found.content) if isinstance(found, Fetched) else Unreachable()

    def document(self, url: str) -> DocumentFound | Missing | Unreachable:
        """Any other document; redirects are followed, since old badges have moved house, and the answer says so."""
        asked = urldefrag(url).url
        found = self._documents.get(asked, _DOCUMENTS, self._allowance)
        if isinstance(found, Fetched):
            return DocumentFound(found.content, found.content_type, url=None if found.url == asked else found.url)
        if found.status == _GONE:
            return DocumentFound(b"", is_gone=True)
        return Missing() if found.status == _ABSENT else Unreachable()

    def superseded_by(self, credential_id: str) -> str | None:
        """Known of our own badges only."""
        del credential_id
        return None

    def further_entries(self, credential_id: str) -> tuple[StatusEntry, ...]:
        """Known of our own badges only."""
        del credential_id
        return ()

    def _key_of_did_web(self, name: str, did: str) -> KeyFound | Missing | Unreachable:
        try:
            url = did_web.document_url(did)
        except InvalidInput:
            return Missing()
        document = self._json(url)
        if not isinstance(document, dict):
            return document
        beside = key_documents.listed_in(document, subject=did)
        listed = key_documents.method_in(document, name, subject=did)
        if isinstance(listed, KeyFound) or _origin(name) is None or _origin(name) != _origin(url):
            return _with(listed, beside)
        stated = self._named(name, controller=did)
        if not isinstance(stated, KeyFound):
            return _with(stated, beside)
        return _with(key_documents.same_key_in(document, stated, subject=did), beside)

    def _key_of_https(self, name: str, issuer_id: str) -> KeyFound | Missing | Unreachable:
        jwks = self._json(f"{_origin(issuer_id)}/.well-known/jwks.json")
        found = self._key_at_https(name, issuer_id, jwks)
        return _with(found, key_documents.listed_in(jwks, subject=issuer_id))

    def _key_at_https(
        self, name: str, issuer_id: str, jwks: dict[str, Any] | Missing | Unreachable
    ) -> KeyFound | Missing | Unreachable:
        origin = _origin(issuer_id)
        listed = key_documents.in_jwks(jwks, name, issuer_id=issuer_id)
        if isinstance(listed, KeyFound):
            return listed
        if _origin(name) != origin:
            # Another host's key, or one without an address: only the issuer's own document may adopt it.
            document = self._json(urldefrag(issuer_id).url)
            return (
                key_documents.method_in(document, name, subject=issuer_id) if isinstance(document, dict) else document
            )
        stated = self._named(name, controller=issuer_id)
        if not isinstance(stated, KeyFound) or isinstance(jwks, Missing):
            return stated
        if isinstance(jwks, Unreachable):
            return jwks  # it might have said that the key is another issuer's of the same host
        same = key_documents.in_jwks(jwks, key_documents.name_of(stated), issuer_id=issuer_id)
        return same if isinstance(same, KeyFound) or key_documents.names_issuer(jwks, issuer_id) else stated

    def _named(self, name: str, *, controller: str) -> KeyFound | Missing | Unreachable:
        """The key at its own address, in any of the forms in which keys are published; whose it says it is."""
        url, fragment = urldefrag(name)
        document = self._json(url)
        if not isinstance(document, dict):
            return document
        if "kty" in document:
            return key_documents.bare_jwk(document, controller=controller)
        if "keys" in document:
            by_name = key_documents.in_jwks(document, name, issuer_id=controller)
            return (
                by_name
                if isinstance(by_name, KeyFound) or not fragment
                else (key_documents.in_jwks(document, fragment, issuer_id=controller))
            )
        if "verificationMethod" in document or "assertionMethod" in document:
            return key_documents.method_in(document, name, subject=url)
        return key_documents.key_document(document, name, url=url)

    def _json(self, url: str) -> dict[str, Any] | Missing | Unreachable:
        """The JSON object at an address. What cannot be read says nothing, as if nobody had answered."""
        found = self._documents.get(url, _KEYS, self._allowance)
        if isinstance(found, Failed):
            return Missing() if found.status in (_ABSENT, _GONE) else Unreachable()
        try:
            document = strict_json.loads(found.content)
        except ServiceError:
            return Unreachable()
        return document if isinstance(document, dict) else Unreachable()


class Nowhere(Elsewhere):
    """A world in which nobody answers: for services whose operator switched foreign look-ups off."""

    def __init__(self) -> None:
        super().__init__(Documents(), Allowance(fetches=0))


def _with(found: _Answer, listed: frozenset[str]) -> _Answer:
    """The answer, with what was published beside it."""
    return found if isinstance(found, Unreachable) else replace(found, listed=listed)


def _origin(url: str) -> str | None:
    """`https://host` of a plain https address without port; None for anything else."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc or port not in (None, 443):
        return None
    return f"https://{parts.hostname}"
