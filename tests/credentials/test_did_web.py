"""did:web identifiers lead to one address each, or to none."""

from __future__ import annotations

import pytest

from app.credentials.did_web import document_url
from app.errors import InvalidInput


@pytest.mark.parametrize(
    ("did", "url"),
    [
        ("did:web:issuer.example", "https://issuer.example/.well-known/did.json"),
        ("did:web:Issuer.Example", "https://issuer.example/.well-known/did.json"),
        ("did:web:issuer.example:issuers:north", "https://issuer.example/issuers/north/did.json"),
        ("did:web:issuer.example%3A8443", "https://issuer.example:8443/.well-known/did.json"),
        ("did:web:issuer.example%3a8443:a", "https://issuer.example:8443/a/did.json"),
        ("did:web:xn--bcher-kva.example", "https://xn--bcher-kva.example/.well-known/did.json"),
        ("did:web:issuer.example:a%20b:~", None),
        ("did:web:issuer.example:a%20b", "https://issuer.example/a%20b/did.json"),
    ],
)
def test_an_identifier_leads_to_its_document(did: str, url: str | None):
    if url is None:
        with pytest.raises(InvalidInput):
            document_url(did)
    else:
        assert document_url(did) == url


@pytest.mark.parametrize(
    "did",
    [
        "", "did:web:", "did:web", "did:key:z6Mk", "DID:WEB:issuer.example", "did:web:localhost", "did:web:127.0.0.1",
        "did:web:127.1", "did:web:2130706433", "did:web:0x7f.0.0.1", "did:web:[::1]", "did:web:issuer.example:",
        "did:web:issuer.example::a", "did:web:issuer.example:..", "did:web:issuer.example:.",
        "did:web:issuer.example:%2e%2e",
        "did:web:issuer.example:a%2fb", "did:web:issuer.example:a%5Cb", "did:web:issuer.example:a/b",
        "did:web:issuer.example/a",
        "did:web:issuer.example#key", "did:web:issuer.example?x=1", "did:web:user@issuer.example",
        "did:web:issuer.example%40x",
        "did:web:issuer.example%3A", "did:web:issuer.example%3A8443%3A1", "did:web:issuer.example:8443%00",
        "did:web:issuer.example:%zz", "did:web:-issuer.example", "did:web:issuer..example", "did:web:issuer.example.",
        "did:web:issuer.example\n", " did:web:issuer.example", "did:web:issu\u0435r.example", "did:web:127。0。0。1",
        "did:web:issuer.example:%0d%0aHost", "did:web:" + "a." * 600 + "example", "did:web:issuer.1", "did:web:a.b.0x1",
    ],
)  # fmt: skip
def test_what_could_lead_elsewhere_leads_nowhere(did: str):
    with pytest.raises(InvalidInput):
        document_url(did)
