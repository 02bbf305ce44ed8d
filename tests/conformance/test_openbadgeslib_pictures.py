"""openbadgeslib reads the pictures that are baked here, and pictures that it baked are read here."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from openbadgeslib import baking as theirs
from openbadgeslib.ob3 import OB3LdpVerifier, OB3VerificationError, OB3Verifier
from PIL import Image

from app.credentials import baking, sign, strict_json
from app.projections.drawing import svg_badge
from app.projections.drawing.shapes import Shape

NOW = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)  # it compares dates with the real clock
ISSUER = "did:web:badges.example:issuers:st-elsewhere"
DID_URL = "https://badges.example/issuers/st-elsewhere/did.json"


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", (64, 64), "navy").save(out, format="PNG")
    return out.getvalue()


PNG = picture()
SVG = svg_badge(shape=Shape.SHIELD, fill="#123456", accent=None, abbreviation="BLS", name="Šárka ® 李", level=2)
IMAGES = pytest.mark.parametrize("image", [PNG, SVG], ids=["png", "svg"])
FORMS = pytest.mark.parametrize("form", ["json", "jwt"])


@pytest.fixture(scope="module")
def signed(make_award: Any, make_achievement: Any, signing_keys: Any) -> sign.Signed:
    """A badge with letters of many alphabets and the end of a CDATA section in it."""
    achievement = make_achievement(name="BLS® ]]> “Refresher” – Šárka 李")
    award = make_award(awarded_at=NOW - timedelta(days=1), valid_from=NOW, achievement=achievement)
    keys = signing_keys
    return sign.sign(sign.prepare(award), embedded=keys.embedded, token=keys.token, created=NOW)


def they_read(image: bytes) -> str:
    """What openbadgeslib takes out of a picture."""
    is_png = image.startswith(b"\x89PNG")
    return OB3Verifier.extract_token_from_png(image) if is_png else OB3Verifier.extract_token_from_svg(image)


def they_accept(text: str, signing_keys: Any) -> None:
    """Raises OB3VerificationError when openbadgeslib refuses the credential."""
    published = json.dumps(signing_keys.did_document).encode()

    def download(url: str) -> bytes:
        return {DID_URL: published}[url]

    kind = OB3LdpVerifier if text.startswith("{") else OB3Verifier
    kind.for_issuer_did(ISSUER, download=download).verify(text, download=download)


@IMAGES
@FORMS
def test_it_reads_and_accepts_what_is_baked_here(signed: sign.Signed, signing_keys: Any, image: bytes, form: str):
    credential = getattr(signed, form).decode()

    found = they_read(baking.bake(image, credential))

    assert found == credential.replace("]]>", "]]\\u003e") if image is SVG else credential
    they_accept(found, signing_keys)


@IMAGES
@FORMS
def test_it_refuses_the_tampered_twin(signed: sign.Signed, signing_keys: Any, image: bytes, form: str):
    credential = getattr(signed, form)
    if form == "json":
        forged = credential.replace(b"Refresher", b"Reformer!")
        assert forged != credential
    else:
        head, payload, signature = credential.split(b".")
        forged = b".".join((head, payload[:-4] + b"AAAA", signature))

    with pytest.raises(OB3VerificationError):
        they_accept(they_read(baking.bake(image, forged)), signing_keys)


@IMAGES
@FORMS
def test_what_it_baked_is_read_here(signed: sign.Signed, image: bytes, form: str):
    credential = getattr(signed, form).decode()
    if image is PNG:
        baked = theirs.bake_png(image, credential, "a comment", keyword=theirs.ITXT_KEYWORD_OB3)
    else:
        options = {"element": theirs.SVG_ELEMENT_OB3, "namespace": theirs.SVG_NS_OB3, "as_text": form == "json"}
        baked = theirs.bake_svg(image, credential, "a comment", **options)

    assert baking.extract(baked).decode() == credential
    assert they_read(baking.bake(baked, "d.e.f")) == "d.e.f"


@IMAGES
def test_an_older_badge_that_it_baked_is_read_here_and_replaced(image: bytes):
    baked = theirs.bake_png(image, "a.b.c") if image is PNG else theirs.bake_svg(image, "a.b.c")

    assert baking.extract(baked) == b"a.b.c"
    assert not (theirs.has_png if image is PNG else theirs.has_svg)(baking.bake(baked, "d.e.f"))


@IMAGES
def test_it_finds_each_generation_in_a_picture_with_both(image: bytes):
    document = strict_json.dumps({"id": "https://old.example/1", "name": "é"})
    baked = baking.bake(image, "d.e.f", assertion="a.b.c")
    hosted = baking.bake(image, assertion=document)

    read = theirs.extract_png if image is PNG else theirs.extract_svg
    assert (read(baked), they_read(baked)) == ("a.b.c", "d.e.f")
    assert read(hosted) == (document.decode() if image is PNG else "https://old.example/1")
