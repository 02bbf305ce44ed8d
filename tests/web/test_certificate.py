"""The PDF of a badge: what it says, that the signed badge in it can be checked, and that it never tells too much."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from fastapi.testclient import TestClient
from PIL import Image
from pypdf import PdfReader, PdfWriter

from app.issuing import award_status, awards, images, issuers
from app.issuing.awards import Award
from app.service import Service


def words_of(document: bytes) -> str:
    (page,) = PdfReader(io.BytesIO(document)).pages
    return " ".join(page.extract_text().replace("\u200b", "").split())


def attached(document: bytes) -> bytes:
    ((name, (content,)),) = PdfReader(io.BytesIO(document)).attachments.items()
    assert name == "credential.json"
    return content


def with_another(document: bytes, content: bytes) -> bytes:
    """The PDF with the same page and another badge attached."""
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_page(PdfReader(io.BytesIO(document)).pages[0])
    writer.add_attachment("credential.json", content)
    writer.write(out)
    return out.getvalue()


def test_it_says_what_the_page_says_and_of_which_day(client: TestClient, make_award: Callable[..., Award]):
    award = make_award(name_shown=True)

    with time_machine.travel(datetime(2026, 12, 24, 23, 30, tzinfo=UTC), tick=False):
        answer = client.get(f"/b/{award.id}.pdf")

    assert answer.headers["content-type"] == "application/pdf"
    said = words_of(answer.content)
    for words in (
        "Phlebotomy Fundamentals (PHLB)", "Ana Ortiz", "Northfield Health Academy", "Earned on", "24 November 2026",
        "Good until", "24 November 2028", "12 hours", "observed practice", "Venepuncture", "competent, 3 of 5",
        "As of 24 December 2026: This badge is good until 24 November 2028.", f"http://badges.test/b/{award.id}",
    ):  # fmt: skip
        assert words in said


def test_a_badge_without_an_end_says_so(client: TestClient, make_award, make_achievement):
    award = make_award(make_achievement(validity={"kind": "none"}))

    assert "No end date" in words_of(client.get(f"/b/{award.id}.pdf").content)


def test_a_name_without_consent_is_nowhere_in_it(client: TestClient, award: Award):
    document = client.get(f"/b/{award.id}.pdf").content

    assert "The holder’s name is not shown here." in words_of(document)
    assert "Ana" not in words_of(document)
    assert b"Ana" not in attached(document)


def test_the_stored_badge_is_attached_and_our_verifier_finds_it_good(
    client: TestClient, service: Service, award: Award
):
    document = client.get(f"/b/{award.id}.pdf").content

    with service.database.read() as session:
        assert attached(document) == awards.credential_of(session, award).json
    assert (
        client.post("/verify", content=document, headers={"Content-Type": "application/pdf"}).json()["verdict"]
        == "good"
    )
    uploaded = client.post("/verify", files={"file": ("badge.pdf", document)}, headers={"Accept": "application/json"})
    assert uploaded.json()["verdict"] == "good"
    assert [each["code"] for each in uploaded.json()["warnings"]] == ["pages_not_signed"]


def test_a_certificate_whose_attached_badge_was_changed_is_found_out(client: TestClient, award: Award):
    document = client.get(f"/b/{award.id}.pdf").content
    changed = attached(document).replace(b"Phlebotomy Fundamentals", b"Phlebotomy Perfected")
    untouched, tampered = (with_another(document, content) for content in (attached(document), changed))

    verdicts = [
        client.post("/verify", content=each, headers={"Content-Type": "application/pdf"}).json()["verdict"]
        for each in (untouched, tampered)
    ]

    assert verdicts == ["good", "broken"]


def test_a_revoked_badge_has_a_certificate_that_says_so(client: TestClient, service: Service, award: Award):
    before = client.get(f"/b/{award.id}.pdf")
    with time_machine.travel(datetime(2027, 5, 3, 12, tzinfo=UTC), tick=False):
        with service.database.write() as session:
            found = awards.by_id(session, award.id)
            award_status.revoke(session, service.office, found, reason="issued in error", actor="test")

        after = client.get(f"/b/{award.id}.pdf", headers={"If-None-Match": before.headers["etag"]})

    said = words_of(after.content)
    assert "This badge was withdrawn by Northfield Health Academy on 3 May 2027: issued in error." in said
    assert "This badge is good" not in said


def test_it_is_the_same_file_all_day_and_another_the_next(client: TestClient, award: Award):
    tags = []
    for moment in ((3, 0), (3, 23), (4, 0)):
        with time_machine.travel(datetime(2027, 5, *moment, tzinfo=UTC), tick=False):
            tags.append(client.get(f"/b/{award.id}.pdf").headers["etag"])

    assert tags[0] == tags[1] != tags[2]


@pytest.mark.parametrize(("query", "width"), [("", 842), ("?paper=a4", 842), ("?paper=letter", 792), ("?paper=x", 842)])
def test_it_comes_on_the_paper_that_is_asked_for(client: TestClient, award: Award, query: str, width: int):
    (page,) = PdfReader(io.BytesIO(client.get(f"/b/{award.id}.pdf{query}").content)).pages

    assert round(float(page.mediabox.width)) == width


def test_a_program_may_ask_for_it_by_its_type(client: TestClient, award: Award):
    answer = client.get(f"/b/{award.id}", headers={"Accept": "application/pdf"})

    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["vary"] == "Accept, Accept-Language, Cookie"


def test_our_own_sentences_are_in_the_reader_s_language_and_names_are_left_as_they_are(
    client: TestClient, make_award: Callable[..., Award]
):
    """Also from right to left; which sentences are translated already is not tested here."""
    award = make_award(name_shown=True)
    for language in ("es", "ar"):
        said = words_of(client.get(f"/b/{award.id}.pdf", headers={"Accept-Language": language}).content)

        assert "Ana Ortiz" in said
        assert "Phlebotomy Fundamentals" in said


def test_the_issuer_s_logo_of_any_shape_is_set_and_none_is_fine(client: TestClient, service: Service, award: Award):
    plain = client.get(f"/b/{award.id}.pdf").content
    for size in ((1600, 200), (50, 400), (4096, 4096)):
        written = io.BytesIO()
        Image.new("RGB", size, "#8c2d1d").save(written, "PNG")
        with service.database.write() as session:
            issuer = issuers.by_id(session, award.issuer_id)
            logo = images.keep(session, images.check(written.getvalue()))
            issuers.update(session, issuer, actor="test", image_sha256=logo)

        document = client.get(f"/b/{award.id}.pdf").content

        assert "Phlebotomy Fundamentals" in words_of(document)
        assert document != plain
        assert len(document) < 400_000


def test_every_script_and_length_gives_a_certificate(client: TestClient, make_award, make_achievement):
    for number, name in enumerate(
        ["静脉采血基础", "أساسيات سحب الدم", "Š" * 200, "BLS® “Refresher” #panic()", "a\u202eb"]
    ):
        award = make_award(make_achievement(slug=f"a{number}", name=name), name=name, name_shown=True)

        document = client.get(f"/b/{award.id}.pdf").content

        assert len(PdfReader(io.BytesIO(document)).pages) == 1
        assert json.loads(attached(document))["credentialSubject"]["achievement"]["name"] == name
