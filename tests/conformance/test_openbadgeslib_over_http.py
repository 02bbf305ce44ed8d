"""openbadgeslib, which is installed wherever Lanyard is, judges what a running server gave out, as a stranger would.

It reads every form, and everything that a badge points at comes over HTTP: the DID document and the status list, whose
signature it checks as well.
"""

from __future__ import annotations

import pytest
from openbadgeslib.ob3 import OB3LdpVerifier, OB3VerificationError, OB3Verifier
from openbadgeslib.verify import issuer_did_from_document, issuer_did_from_token

from . import tampering
from .running_lanyard import RunningLanyard

FORMS = ("json", "jwt", "png", "svg")


def verify(lanyard: RunningLanyard, file: bytes) -> str:
    """The credential's id when the program accepts it. Raises OB3VerificationError."""

    def download(url: str) -> bytes:
        # It resolves every did:web by https; this server speaks plain http. It checks the proof of a token only.
        return lanyard.get(url.replace("https://localhost:", "http://localhost:"), "application/vc+jwt, */*;q=0.1")

    if file.startswith(b"\x89PNG"):
        text = OB3Verifier.extract_token_from_png(file)
    else:
        text = OB3Verifier.extract_token_from_svg(file) if file.startswith(b"<?xml") else file.decode()
    is_embedded = text.startswith("{")
    issuer = issuer_did_from_document(text) if is_embedded else issuer_did_from_token(text)
    verifier = OB3LdpVerifier if is_embedded else OB3Verifier
    accepted = verifier.for_issuer_did(issuer, download=download).verify(
        text, check_status=True, verify_status_list=True, download=download
    )
    return str(accepted.id)


@pytest.mark.parametrize("badge", ["good", "named", "early"])
@pytest.mark.parametrize("form", FORMS)
def test_it_accepts_every_form(lanyard: RunningLanyard, form: str, badge: str):
    assert verify(lanyard, lanyard.file(badge, form)) == lanyard.badges[badge]


@pytest.mark.parametrize("form", FORMS)
def test_it_refuses_every_form_with_another_letter_in_it(lanyard: RunningLanyard, form: str):
    forged = tampering.changed(form, lanyard.file("good", form), tampering.another_letter)

    with pytest.raises(OB3VerificationError, match=r"(?i)signature"):
        verify(lanyard, forged)


@pytest.mark.parametrize("form", FORMS)
def test_it_refuses_every_form_with_another_badges_proof(lanyard: RunningLanyard, form: str):
    forged = tampering.with_proof_of(form, lanyard.file("good", form), lanyard.file("named", form))

    with pytest.raises(OB3VerificationError, match=r"(?i)signature"):
        verify(lanyard, forged)


@pytest.mark.parametrize("form", FORMS)
def test_it_refuses_a_revoked_badge(lanyard: RunningLanyard, form: str):
    with pytest.raises(OB3VerificationError, match="'revocation' is set"):
        verify(lanyard, lanyard.file("revoked", form))


@pytest.mark.parametrize("form", FORMS)
def test_it_refuses_a_badge_when_the_published_list_is_forged(lanyard: RunningLanyard, form: str):
    url = lanyard.list_url("revoked")
    token = tampering.changed("jwt", lanyard.get(url, "application/vc+jwt"), tampering.nothing_set)

    with (
        lanyard.forged(url, json_form=lanyard.get(url), token=token),
        pytest.raises(OB3VerificationError, match="status list"),
    ):
        verify(lanyard, lanyard.file("revoked", form))
