"""Achievements over the API: short names, drafts, versions, pictures (B17, B66, T21)."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from app.credentials import png

PNG = {"Content-Type": "image/png"}
SVG = {"Content-Type": "image/svg+xml"}


def picture(colour: str = "navy") -> bytes:
    """A small PNG."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(buffer, "PNG")
    return buffer.getvalue()


def test_a_name_may_hold_any_character_and_be_used_twice_b17(api: Any):
    name = "CPR & First-Aid v2.0"

    one, two = api.publish("cpr", name=name), api.publish("cpr-two", name=name)

    assert one["facts"]["name"] == two["facts"]["name"] == name
    assert one["id"] != two["id"]
    award = api.post("/awards", achievement="cpr", recipient={"email": "ana@x.example"})
    assert api.credential(award["id"])["credentialSubject"]["achievement"]["name"] == name


def test_a_short_name_is_used_once(api: Any, phlebotomy: dict[str, Any], neighbour: Any):
    api.publish("phlb")

    status, problem = api.refused("POST", "/achievements", {"slug": "phlb", "facts": phlebotomy})

    assert (status, problem["type"]) == (409, "http://badges.test/problems/already-exists")
    assert neighbour.publish("phlb")["slug"] == "phlb"


def test_a_draft_becomes_the_next_version_and_the_one_before_stays(api: Any):
    made = api.publish("phlb")

    changed = api.put("/achievements/phlb", **(made["facts"] | {"name": "Phlebotomy, second edition"}))
    published = api.post("/achievements/phlb/publish")

    assert (changed["has_draft"], changed["current_version"]) == (True, 1)
    assert (published["number"], published["url"]) == (2, f"{made['page']}/v2")
    assert api.get("/achievements/phlb/versions/1")["facts"]["name"] == made["facts"]["name"]
    assert api.send("GET", "/achievements/phlb/versions/3").status_code == 404


def test_what_is_read_can_be_written_back_and_changes_nothing(api: Any):
    made = api.publish("phlb")

    assert api.put("/achievements/phlb", **made["facts"]) == made


def test_publishing_twice_is_one_version(api: Any):
    api.publish("phlb")

    assert api.post("/achievements/phlb/publish") == api.get("/achievements/phlb/versions/1")


def test_an_uploaded_picture_is_on_the_next_version(api: Any):
    api.publish("phlb")
    drawn = api.get("/achievements/phlb/versions/1")["image"]

    api.send("PUT", "/achievements/phlb/image", content=picture(), headers=PNG)
    uploaded = api.post("/achievements/phlb/publish")["image"]

    assert uploaded != drawn
    assert api.client.get(uploaded).content == picture()
    assert api.get("/achievements/phlb/versions/1")["image"] == drawn


HOSTILE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8" onload="alert(1)"><script>alert(1)</script>'
    b'<rect width="8" height="8" fill="#123456"/></svg>'
)


def test_an_uploaded_drawing_is_on_the_next_version_as_a_png_and_built_anew(api: Any):
    api.publish("phlb")
    api.send("PUT", "/achievements/phlb/image", content=HOSTILE, headers=SVG)
    address = api.post("/achievements/phlb/publish")["image"]

    shown, drawn = api.client.get(address), api.client.get(address.removesuffix(".png") + ".svg")

    assert (shown.headers["content-type"], drawn.headers["content-type"]) == ("image/png", "image/svg+xml")
    assert Image.open(io.BytesIO(shown.content)).convert("RGB").getpixel((300, 300)) == (0x12, 0x34, 0x56)
    assert b'fill="#123456"' in drawn.content
    assert b"alert" not in drawn.content


@pytest.mark.parametrize(
    "content",
    [b"<svg>", b"<html/>", HOSTILE.replace(b"script", b"style"), b'<!DOCTYPE svg [<!ENTITY a "b">]>' + HOSTILE],
)
def test_a_drawing_that_cannot_be_a_badge_is_refused_in_words(api: Any, content: bytes):
    api.publish("phlb")

    for path in ("/achievements/phlb/image", "/issuer/image"):
        answer = api.send("PUT", path, content=content, headers=SVG)

        assert answer.status_code == 422
        assert answer.json()["detail"]


def traps() -> dict[str, bytes]:
    """Files that are a PNG at first sight."""
    head, *tail = png.read(picture()).chunks
    text = png.Chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(20 * 1_048_576), level=9))
    wide = png.Chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0))
    frames = io.BytesIO()
    first, second = (Image.new("RGB", (8, 8), colour) for colour in ("red", "blue"))
    first.save(frames, "PNG", save_all=True, append_images=[second])
    return {
        "a text that unpacks to megabytes": png.write((head, text, *tail)),
        "60,000 pixels square": png.write((wide, *tail)),
        "an animation": frames.getvalue(),
        "a web page behind the end": picture() + b"<script>alert(1)</script>",
        "too many parts": png.write((head, *[png.Chunk(b"tEXt", b"a\0b")] * 1_000, *tail)),
    }


@pytest.mark.parametrize("trap", traps().values(), ids=traps().keys())
@pytest.mark.parametrize("path", ["/achievements/phlb/image", "/issuer/image"])
def test_a_picture_that_is_a_trap_is_refused_and_never_shown(api: Any, path: str, trap: bytes):
    api.publish("phlb")

    refused = api.send("PUT", path, content=trap, headers=PNG)

    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (422, "unreadable-image")
    assert api.client.get(f"http://badges.test/images/{hashlib.sha256(trap).hexdigest()}.png").status_code == 404


def test_an_archived_achievement_is_listed_as_such(api: Any):
    api.publish("phlb")

    api.post("/achievements/phlb/archive")

    assert [item["slug"] for item in api.get("/achievements", state="archived")["items"]] == ["phlb"]
    assert api.get("/achievements", state="published")["items"] == []


def test_the_issuer_s_profile_is_changed_member_by_member(api: Any):
    before = api.get("/issuer")

    after = api.patch("/issuer", email="badges@northfield.example", parent_name="Northfield Trust")
    cleared = api.patch("/issuer", parent_name=None)

    assert after == before | {"email": "badges@northfield.example", "parent_name": "Northfield Trust"}
    assert cleared["parent_name"] is None
    assert api.refused("PATCH", "/issuer", {"name": None})[0] == 422
    assert api.refused("PATCH", "/issuer", {"slug": "other"})[0] == 422


def test_the_issuer_s_picture_is_served_at_its_address(api: Any):
    answer = api.send("PUT", "/issuer/image", content=picture("red"), headers=PNG)

    assert api.client.get(answer.json()["image"]).content == picture("red")


@pytest.mark.parametrize("member", ["description", "name", "criteria_narrative", "criteria_url", "tags"])
def test_what_could_not_be_signed_is_refused_when_it_is_written(api: Any, phlebotomy: dict[str, Any], member: str):
    stray = {"tags": ["a\x01b"], "criteria_url": "https://x.example/\x01"}.get(member, "a\x01b")

    status, problem = api.refused("POST", "/achievements", {"slug": "phlb", "facts": phlebotomy | {member: stray}})

    assert (status, problem["problems"][0]["pointer"]) == (422, f"/facts/{member}")


@pytest.mark.parametrize("achievement_type", ["", " ", None])
def test_an_achievement_says_of_what_type_it_is(api: Any, phlebotomy: dict[str, Any], achievement_type: str | None):
    facts = phlebotomy | {"achievement_type": achievement_type}

    status, problem = api.refused("POST", "/achievements", {"slug": "phlb", "facts": facts})

    assert (status, problem["problems"][0]["pointer"]) == (422, "/facts/achievement_type")


@pytest.mark.parametrize(
    "changes",
    [{"achievement_type": "Nonsense"}, {"validity": {"kind": "fixed_date", "until": "2020-01-01"}}],
)
def test_what_no_badge_could_say_is_refused_when_it_is_published(
    api: Any, phlebotomy: dict[str, Any], changes: dict[str, Any]
):
    api.post("/achievements", slug="phlb", facts=phlebotomy | changes)

    status, problem = api.refused("POST", "/achievements/phlb/publish", {})

    assert (status, problem["type"]) == (422, "http://badges.test/problems/lint-failed")
    assert api.get("/achievements/phlb")["state"] == "draft"


@pytest.mark.parametrize("changes", [{"description": "a\x01b"}, {"name": "a\nb"}, {"url": "javascript:alert(1)"}])
def test_a_profile_that_could_not_be_signed_is_refused_and_the_old_one_stays(api: Any, changes: dict[str, str]):
    before = api.get("/issuer")

    assert api.refused("PATCH", "/issuer", changes)[0] == 422
    assert api.get("/issuer") == before


def test_open_badges_2_is_off_at_first_and_can_be_switched(api: Any):
    made = api.publish("phlb")
    api.patch("/issuer", email="badges@northfield.example")

    on = api.patch("/achievements/phlb", open_badges_2=True)
    off = api.patch("/achievements/phlb", open_badges_2=False)

    assert [each["open_badges_2"] for each in (made, on, off)] == [False, True, False]
    assert on["has_draft"] is False


def test_open_badges_2_needs_the_issuers_address_and_then_keeps_it(api: Any):
    api.publish("phlb")

    status, problem = api.refused("PATCH", "/achievements/phlb", {"open_badges_2": True})

    assert (status, problem["pointer"]) == (422, "/open_badges_2")
    api.patch("/issuer", email="badges@northfield.example")
    api.patch("/achievements/phlb", open_badges_2=True)
    status, problem = api.refused("PATCH", "/issuer", {"email": None})
    assert (status, problem["pointer"]) == (422, "/email")


@pytest.mark.parametrize("body", [{}, {"open_badges_2": "yes, please"}, {"open_badges_2": True, "slug": "x"}])
def test_a_switch_that_is_none_is_refused(api: Any, body: dict[str, Any]):
    api.publish("phlb")

    assert api.refused("PATCH", "/achievements/phlb", body)[0] == 422


def test_nobody_switches_for_a_neighbour(api: Any, neighbour: Any):
    made = api.publish("phlb")

    assert neighbour.refused("PATCH", f"/achievements/{made['id']}", {"open_badges_2": True})[0] == 404


# -- other languages -----------------------------------------------------------------------------------------

IN_SPANISH = {"es": {"name": "Flebotomía", "description": "Extrae sangre.", "criteria_narrative": "Diez."}}


def test_translations_are_written_read_and_carried_on(api: Any):
    made = api.publish("phlb", translations=IN_SPANISH)

    assert {name: text for name, text in made["facts"]["translations"]["es"].items() if text} == IN_SPANISH["es"]
    assert api.put("/achievements/phlb", **made["facts"]) == made
    award = api.post("/awards", achievement="phlb", recipient={"email": "ana@x.example"})
    (named,) = api.credential(award["id"])["credentialSubject"]["achievement"]["related"]
    assert (named["inLanguage"], named["id"]) == ("es", f"{made['page']}/v1/es")


@pytest.mark.parametrize(
    ("translations", "place"),
    [
        ({"es": {"name": ""}}, "/facts/translations/es/name"),
        ({"es": {"name": "x", "description": 7}}, "/facts/translations/es/description"),
        ({"Spanish": {"name": "x"}}, "/facts/translations/Spanish"),
        ({"en": {"name": "x"}}, "/facts/translations/en"),
        ({"es": None}, "/facts/translations/es"),
        ([], "/facts/translations"),
    ],
)
def test_a_wrong_translation_is_refused_at_its_place(
    api: Any, phlebotomy: dict[str, Any], translations: Any, place: str
):
    stated = {"slug": "phlb", "facts": phlebotomy | {"translations": translations}}

    status, problem = api.refused("POST", "/achievements", stated)

    assert status == 422
    assert {each["pointer"] for each in problem["problems"]} == {place}
