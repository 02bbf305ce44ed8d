"""Related resources: their digests in each spelling, and one that was changed."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from app.credentials.multibase import base58btc, base64url
from app.credentials.vc import related
from app.credentials.verify.resolver import DocumentFound, Missing, Unreachable
from app.errors import CredentialRefused

CONTENT = b'{"a": 1}'
SHA256 = hashlib.sha256(CONTENT).digest()
SHA384 = hashlib.sha384(CONTENT).digest()
DIGESTS = {
    "sri": {"digestSRI": "sha256-" + base64.b64encode(SHA256).decode()},
    "sri of two hashes": {
        "digestSRI": f"sha256-{base64.b64encode(SHA256).decode()} sha384-{base64.b64encode(SHA384).decode()}"
    },
    "several sris": {"digestSRI": ["sha384-" + base64.b64encode(SHA384).decode()]},
    "sri as the W3C's examples have it": {"digestSRI": "sha256-M" + base64.b64encode(SHA256).decode()},
    "multibase in base64url": {"digestMultibase": "u" + base64url(b"\x12\x20" + SHA256)},
    "multibase in base58btc": {"digestMultibase": base58btc(b"\x12\x20" + SHA256)},
    "multibase of another hash": {"digestMultibase": "u" + base64url(b"\x20\x30" + SHA384)},
}


class World:
    """A resolver to which one document is known, if any."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def document(self, url: str) -> Any:
        return self.answer if url == "https://e.example/r" else Missing()


def resources(digest: dict[str, Any]) -> list[related.Resource]:
    return [("/relatedResource/0", {"id": "https://e.example/r", **digest})]


@pytest.mark.parametrize("digest", DIGESTS.values(), ids=DIGESTS.keys())
def test_a_resource_is_compared_by_each_digest(digest: dict[str, Any]):
    named = resources(digest)

    related.check(named)
    related.compare(named, World(DocumentFound(CONTENT)))  # type: ignore[arg-type]
    with pytest.raises(CredentialRefused, match="not what it was"):
        related.compare(named, World(DocumentFound(CONTENT + b" ")))  # type: ignore[arg-type]


@pytest.mark.parametrize("answer", [Missing(), Unreachable(), DocumentFound(b"", is_gone=True)], ids=repr)
def test_nothing_is_said_of_a_resource_that_cannot_be_looked_at(answer: Any):
    related.compare(resources(DIGESTS["sri"]), World(answer))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "digest",
    [
        {"digestSRI": ""},
        {"digestSRI": "sha1-" + base64.b64encode(bytes(20)).decode()},
        {"digestSRI": "sha256-" + base64.b64encode(SHA384).decode()},
        {"digestSRI": "sha256-" + SHA256.hex()},
        {"digestSRI": "sha256-not base64"},
        {"digestSRI": [4]},
        {"digestMultibase": "m" + base64.b64encode(b"\x12\x20" + SHA256).decode()},
        {"digestMultibase": "u" + base64url(SHA256)},
        {"digestMultibase": "z"},
        {"digestMultibase": ""},
        {"digestSRI": "sha256-" + base64.b64encode(SHA256).decode(), "digestMultibase": 4},
    ],
    ids=str,
)
def test_what_is_no_digest_is_refused(digest: dict[str, Any]):
    with pytest.raises(CredentialRefused, match="not a digest"):
        related.check(resources(digest))


def test_there_is_a_most_number_of_resources():
    many = [(f"/{n}", {"id": f"https://e.example/{n}", **DIGESTS["sri"]}) for n in range(9)]

    with pytest.raises(CredentialRefused, match="too many"):
        related.check(many)
