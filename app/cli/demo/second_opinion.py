"""A second opinion: what a program that others wrote (openbadgeslib) says of a badge, read from its public address."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from openbadgeslib.ob3 import OB3LdpVerifier, OB3VerificationError, OB3Verifier
from openbadgeslib.verify import issuer_did_from_document, issuer_did_from_token

from app.outbound.fetch import fetch

MAX_BYTES = 5_242_880


@dataclass(frozen=True, slots=True)
class Opinion:
    """The verdict of the other program, and a sentence that says it."""

    is_good: bool
    sentence: str


def ask(address: str, base_url: str) -> Opinion:
    """Fetch the badge and everything it points to over HTTP, as a stranger would, and have it judged."""

    def download(url: str) -> bytes:
        # A did:web on this machine resolves to https; the demo serves plain http.
        own = url.replace(f"https://{urlsplit(base_url).netloc}", base_url, 1)
        # Of a status list it checks the signature of the token form only, so that form is asked for.
        accept = "application/vc+jwt" if urlsplit(own).path.startswith("/status/") else "*/*"
        return fetch(own, accept=accept, max_bytes=MAX_BYTES, allow_origin=base_url).content

    content = download(address)
    form = urlsplit(address).path.rpartition(".")[2]
    text = OB3Verifier.extract_token_from_png(content) if form == "png" else content.decode()
    is_embedded = text.lstrip().startswith("{")
    issuer = issuer_did_from_document(text) if is_embedded else issuer_did_from_token(text)
    verifier = OB3LdpVerifier if is_embedded else OB3Verifier
    try:
        verifier.for_issuer_did(issuer, download=download).verify(
            text, check_status=True, verify_status_list=True, download=download
        )
    except OB3VerificationError as error:
        return Opinion(is_good=False, sentence=f"✗ .{form}: openbadgeslib refuses it: {error}")
    return Opinion(
        is_good=True, sentence=f"✓ .{form}: verified by openbadgeslib, key of {issuer}, signed status list checked"
    )
