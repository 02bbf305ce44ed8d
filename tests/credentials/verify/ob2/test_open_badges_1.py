"""Hosted badges of Open Badges 1.0 and 1.1, read in the words of 2.0 and judged by the same steps."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from PIL import Image

from app.credentials import png
from app.credentials.report import Outcome, Verdict
from app.credentials.verify import DocumentFound

HOST = "https://old.example"
ASSERTION, CLASS, ISSUER = f"{HOST}/a.json", f"{HOST}/c.json", f"{HOST}/i.json"
V1 = "https://w3id.org/openbadges/v1"


@pytest.fixture(params=["1.0", "1.1"])
def old(request: pytest.FixtureRequest, web: Any) -> Any:
    """The web with a badge of Open Badges 1.0, or of 1.1."""
    later = request.param == "1.1"

    def told(address: str, kind: str) -> dict[str, Any]:
        return {"@context": V1, "id": address, "type": kind} if later else {}

    web.pages = {
        ASSERTION: {
            **told(ASSERTION, "Assertion"),
            "uid": "f2c20",
            "recipient": {"type": "email", "hashed": False, "identity": "ana@example.org"},
            "badge": CLASS,
            "verify": {"type": "hosted", "url": ASSERTION},
            "issuedOn": "2015-04-30" if later else 1_430_352_000,
        },
        CLASS: {
            **told(CLASS, "BadgeClass"),
            "name": "Awesome Robotics Badge",
            "description": "For robots.",
            "image": f"{HOST}/c.png",
            "criteria": f"{HOST}/c.html",
            "issuer": ISSUER,
        },
        ISSUER: {**told(ISSUER, "Issuer"), "name": "Old School", "url": HOST},
    }
    return web


def test_it_is_good_and_says_of_which_standard_it_is(old: Any):
    report = old.verify(old.pages[ASSERTION])

    assert report.verdict is Verdict.GOOD
    assert report.credential.standard in ("Open Badges 1.0", "Open Badges 1.1")
    assert report.credential.valid_from.isoformat() == "2015-04-30T00:00:00+00:00"
    assert (report.credential.credential_id, report.credential.issuer_id) == (ASSERTION, ISSUER)
    assert old.verify(old.pages[ASSERTION], recipient="ana@example.org").is_good


def test_a_changed_copy_of_it_is_discarded(old: Any):
    copied = {**old.pages[ASSERTION], "recipient": {"type": "email", "hashed": False, "identity": "eve@example.org"}}

    report = old.verify(copied, recipient="eve@example.org")

    assert (report.verdict, report["proof"].code) == (Verdict.WRONG_PERSON, "copy_differs")


def test_a_copy_that_says_another_address_is_judged_there(old: Any):
    copied = {**old.pages[ASSERTION], "verify": {"type": "hosted", "url": "https://evil.example/a.json"}}
    old.pages["https://evil.example/a.json"] = {**copied, "id": "https://evil.example/a.json"}

    report = old.verify(copied)

    assert (report.verdict, report["issuer"].code) == (Verdict.BROKEN, "outside_scope")


def test_an_address_that_leads_on_stands_for_where_it_leads(old: Any):
    """What has no name of its own is called by where it was found, so nobody else answers for it."""
    copied = {**old.pages[ASSERTION], "verify": {"type": "hosted", "url": "https://older.example/a.json"}}
    content = json.dumps(old.pages[ASSERTION]).encode()
    old.pages["https://older.example/a.json"] = DocumentFound(content, url=ASSERTION)

    report = old.verify(copied)

    assert (report.verdict, report.credential.credential_id) == (Verdict.GOOD, ASSERTION)


@pytest.mark.parametrize("answer", [DocumentFound(b"", is_gone=True), {"revoked": True}], ids=["410", "body"])
def test_it_can_be_withdrawn(old: Any, answer: Any):
    copied = old.pages[ASSERTION]
    old.pages[ASSERTION] = answer

    assert old.verify(copied).verdict is Verdict.REVOKED


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"expires": 1_450_000_000}, Verdict.EXPIRED),
        ({"expires": "1450000000"}, Verdict.EXPIRED),
        ({"expires": "2099-12-31"}, Verdict.GOOD),
        ({"expires": 99_999_999_999}, Verdict.GOOD),
        ({"issuedOn": 99_999_999_999}, Verdict.NOT_YET_VALID),
        ({"issuedOn": -1}, Verdict.UNREADABLE),
        ({"issuedOn": True}, Verdict.UNREADABLE),
        ({"expires": 1}, Verdict.UNREADABLE),
    ],
    ids=str,
)
def test_its_dates_may_be_seconds(old: Any, changes: dict[str, Any], verdict: Verdict):
    old.change(ASSERTION, **changes)

    assert old.verify(old.pages[ASSERTION]).verdict is verdict


def test_a_signed_one_cannot_be_told_or_is_broken_without_its_signature(old: Any):
    old.change(ASSERTION, verify={"type": "signed", "url": f"{HOST}/key.pem"})
    without = old.verify(old.pages[ASSERTION])

    report = old.verify(old.token(old.pages[ASSERTION]))

    assert (without.verdict, without["proof"].code) == (Verdict.BROKEN, "missing")
    assert (report.verdict, report["proof"].code) == (Verdict.CANNOT_TELL, "kind_unknown")


def test_a_context_of_1_1_that_changes_words_breaks_it(old: Any):
    old.change(ASSERTION, **{"@context": [V1, {"expires": "https://example.org/x"}]})

    assert old.verify(old.pages[ASSERTION])["context"].code == "context_redefined"


def test_a_badge_of_the_first_kind_is_not_read(web: Any):
    badge = {
        "recipient": "sha256$ecf5409f",
        "salt": "deadsea",
        "badge": {"version": "0.5.0", "name": "x", "issuer": {"origin": "https://old.example", "name": "Old"}},
    }

    report = web.verify(badge)

    assert (report.verdict, report["format"].code) == (Verdict.UNREADABLE, "open_badges_0_5")
    assert report.sentence == ("This is a badge of the first kind (Open Badges 0.5), which cannot be checked any more.")
    assert web.asked == []


def test_it_is_not_read_from_an_address_either(web: Any):
    copied = {"uid": "1", "badge": CLASS, "recipient": {}, "verify": {"type": "hosted", "url": ASSERTION}}
    web.pages[ASSERTION] = {"recipient": "ana@example.org", "badge": {"version": "0.5.0"}}

    assert web.verify(copied)["format"].code == "open_badges_0_5"


# -- in pictures ----------------------------------------------------------------------------------------------


def baked(text: bytes, kind: bytes = b"tEXt") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, format="PNG")
    head, *tail = png.read(out.getvalue()).chunks
    between = b"\x00" if kind == b"tEXt" else b"\x00\x00\x00\x00\x00"
    return png.write((head, png.Chunk(kind, b"openbadges" + between + text), *tail))


@pytest.mark.parametrize("kind", [b"tEXt", b"iTXt"])
def test_a_picture_may_hold_nothing_but_the_address(old: Any, kind: bytes):
    report = old.verify(baked(ASSERTION.encode(), kind))

    assert report.verdict is Verdict.GOOD
    assert old.verify(baked(b"https://nowhere.example/a.json", kind)).verdict is Verdict.CANNOT_TELL


def test_a_picture_may_hold_the_badge(old: Any):
    report = old.verify(baked(json.dumps(old.pages[ASSERTION]).encode(), b"iTXt"))

    assert report.verdict is Verdict.GOOD


def test_an_address_that_was_only_pasted_is_no_badge(old: Any):
    """Whoever takes addresses at the door asks there first, and hands in what it found."""
    report = old.verify(ASSERTION)

    assert report["format"].outcome is Outcome.FAILED
    assert old.asked == []
