"""What a report warns of in words: names, creators, unknown issuers, other pictures. None of it changes a verdict.

Names: T20. Registries: B63.
"""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import pytest
from PIL import Image

from app.credentials.baking import bake
from app.credentials.report import Verdict
from app.credentials.verify.cautions import misleading


def codes(report: Any) -> list[str]:
    assert report.verdict is Verdict.GOOD, report.to_dict()
    assert all(caution.sentence.endswith(".") for caution in report.warnings)
    return [caution.code for caution in report.warnings]


def test_a_plain_badge_is_warned_of_nothing(world: Any, honest: Any):
    assert codes(world.verify(honest.json)) == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("H\u0430rvard Hospital", "name_mixed_alphabets"),  # Cyrillic a
        ("\u0391BC Hospital", "name_mixed_alphabets"),  # Greek capital alpha
        ("Harv\u200bard", "name_hidden_characters"),
        ("\u202elatipsoH", "name_hidden_characters"),
        ("Mayo\ufeff Clinic", "name_hidden_characters"),
    ],
)
def test_a_name_that_misleads_the_eye_is_warned_of(world: Any, make_issuer: Any, name: str, code: str):
    assert codes(world.verify(world.badge(issuer=make_issuer(name=name)).json)) == [code]


@pytest.mark.parametrize(
    "name",
    ["St Elsewhere Hospital", "Больница № 1", "Γενικό Νοσοκομείο", "Šárka Nguyễn", "東京病院 Tokyo", "مستشفى", "", None,
     "Hospital Больница", "Café", "Cafe\u0301", "a" * 5_000],
)  # fmt: skip
def test_names_of_one_alphabet_a_word_are_fine(name: str | None):
    assert misleading(name) is None


def test_the_name_of_the_achievement_is_looked_at_too(world: Any, make_achievement: Any):
    badge = world.badge(achievement=make_achievement(name="B\u0410SIC Life Support"))

    assert codes(world.verify(badge.json)) == ["name_mixed_alphabets"]


def test_an_achievement_of_another_creator_is_warned_of(world: Any, make_achievement: Any):
    badge = world.badge(achievement=make_achievement(creator_id="https://heart.example/org", creator_name="Heart"))

    report = world.verify(badge.json)

    assert codes(report) == ["creator_differs"]
    assert "heart.example" in report.warnings[0].sentence


@pytest.mark.parametrize(
    ("lists", "known_in", "found"),
    [
        (None, None, []),
        ((), (), ["issuer_not_listed"]),
        (("Hospitals of the region",), ("Hospitals of the region",), []),
    ],
)
def test_an_issuer_on_none_of_the_lists_is_warned_of(world: Any, honest: Any, lists: Any, known_in: Any, found: Any):
    asked: list[str] = []

    def look_up(issuer_id: str) -> tuple[str, ...]:
        asked.append(issuer_id)
        return tuple(lists)

    report = world.verify(honest.json, known_in=None if lists is None else look_up)

    assert (codes(report), report.known_in) == (found, known_in)
    assert report.to_dict()["known_in"] == (None if known_in is None else list(known_in))
    assert set(asked) <= {"did:web:badges.example:issuers:st-elsewhere"}


def test_nobody_looks_up_the_issuer_of_a_broken_badge(world: Any, document: Any):
    def look_up(issuer_id: str) -> tuple[str, ...]:
        raise AssertionError(issuer_id)

    assert world.verify(document | {"name": "Changed"}, known_in=look_up).known_in is None


# -- pictures -----------------------------------------------------------------------------------------------


def drawing(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(out, format="PNG")
    return out.getvalue()


def with_picture(world: Any, document: Any, picture: bytes) -> dict[str, Any]:
    address = "data:image/png;base64," + base64.b64encode(picture).decode()
    document["credentialSubject"]["achievement"]["image"] = {"id": address, "type": "Image"}
    return world.signed(document)


def baked(signed: Any, picture: bytes) -> bytes:
    return bake(picture, json.dumps(signed))


def test_a_badge_in_the_picture_that_was_signed_is_warned_of_nothing(world: Any, document: Any):
    signed = with_picture(world, document, drawing("red"))

    assert codes(world.verify(baked(signed, drawing("red")))) == []


def test_a_badge_in_another_picture_is_warned_of(world: Any, document: Any):
    signed = with_picture(world, document, drawing("red"))

    assert codes(world.verify(baked(signed, drawing("gold")))) == ["picture_differs"]


def test_texts_in_the_signed_picture_do_not_make_it_another(world: Any, document: Any):
    """The signed picture may have been exported from a badge and carry a text itself."""
    signed = with_picture(world, document, bake(drawing("red"), "a.b.c"))

    assert codes(world.verify(baked(signed, drawing("red")))) == []


@pytest.mark.parametrize(
    "address",
    [
        "https://badges.example/bls.png",
        "data:image/png;base64,!!!",
        "data:image/png;base64,AAAA",
        "data:text/plain,hello",
    ],
)
def test_a_picture_that_cannot_be_compared_is_no_reason_to_warn(world: Any, document: Any, address: str):
    document["credentialSubject"]["achievement"]["image"] = {"id": address, "type": "Image"}

    assert codes(world.verify(baked(world.signed(document), drawing("gold")))) == []


def test_a_badge_without_a_picture_around_it_is_not_compared(world: Any, document: Any):
    assert codes(world.verify(with_picture(world, document, drawing("red")))) == []
