"""Verification at the public door: every way to hand a badge in, every answer, and nothing that breaks it."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from pypdf import PdfWriter

from app.issuing import award_status, awards
from app.issuing.awards import Award, Visibility
from app.service import Service

JSON, HTML = {"Accept": "application/json"}, {"Accept": "text/html"}


@pytest.fixture
def files(client: TestClient, award: Award) -> dict[str, bytes]:
    """The files of Ana's badge by suffix."""
    found = {suffix: client.get(f"/b/{award.id}.{suffix}").content for suffix in ("json", "jwt", "png", "svg")}
    return found | {"pdf": with_attachment(found["json"])}


def with_attachment(content: bytes) -> bytes:
    """A PDF of one empty page with this file attached."""
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    writer.add_attachment("badge.json", content)
    writer.write(out)
    return out.getvalue()


def tampered(document: bytes) -> bytes:
    """The document with another word in it, after signing."""
    changed = document.replace(b"Phlebotomy Fundamentals", b"Phlebotomy Perfected")
    assert changed != document
    return changed


def verdict(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["verdict"]


# -- ways in ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("suffix", "media_type"),
    [
        ("json", "application/json"),
        ("json", "application/vc"),
        ("json", "application/vc+ld+json"),
        ("json", "application/ld+json; charset=utf-8"),
        ("jwt", "application/vc+jwt"),
        ("jwt", "application/jwt"),
        ("jwt", "text/plain"),
        ("png", "image/png"),
        ("png", "application/octet-stream"),
        ("svg", "image/svg+xml"),
        ("svg", "text/plain"),
        ("pdf", "application/pdf"),
    ],
)
def test_a_badge_as_the_body_is_judged(client: TestClient, files: dict[str, bytes], suffix: str, media_type: str):
    answer = client.post("/verify", content=files[suffix], headers={"Content-Type": media_type})

    assert verdict(answer) == (200, "good")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("suffix", ["json", "jwt", "png", "svg", "pdf"])
def test_a_badge_as_an_uploaded_file_is_judged(client: TestClient, files: dict[str, bytes], suffix: str):
    answer = client.post("/verify", files={"file": (f"badge.{suffix}", files[suffix])}, headers=JSON)

    assert verdict(answer) == (200, "good")


def test_a_badge_inside_a_json_body_is_judged(client: TestClient, files: dict[str, bytes]):
    as_object = client.post("/verify", json={"credential": json.loads(files["json"])})
    as_text = client.post("/verify", json={"credential": files["jwt"].decode()})

    assert verdict(as_object) == verdict(as_text) == (200, "good")


@pytest.mark.parametrize("suffix", ["json", "jwt"])
def test_pasted_text_is_judged(client: TestClient, files: dict[str, bytes], suffix: str):
    answer = client.post("/verify", data={"badge": f"\n {files[suffix].decode()}  \n"}, headers=JSON)

    assert verdict(answer) == (200, "good")


@pytest.mark.parametrize("tail", ["", "/", ".json", ".jwt", ".png", ".svg", "?from=mail", "#top"])
def test_an_address_of_ours_is_judged_however_it_is_written(client: TestClient, award: Award, tail: str):
    address = f"http://badges.test/b/{award.id}{tail}"

    assert verdict(client.post("/verify", json={"address": address})) == (200, "good")
    assert verdict(client.post("/verify", data={"badge": address}, headers=JSON)) == (200, "good")
    assert verdict(client.get("/verify", params={"badge": address})) == (200, "good")


# -- tampering twins --------------------------------------------------------------------------------------


@pytest.mark.parametrize("media_type", ["application/json", "application/vc", "text/plain"])
def test_a_document_that_was_changed_is_broken(client: TestClient, files: dict[str, bytes], media_type: str):
    answer = client.post("/verify", content=tampered(files["json"]), headers={"Content-Type": media_type})

    assert verdict(answer) == (200, "broken")
    assert answer.json()["credential"] is None


def test_a_changed_document_is_broken_in_every_other_way_in(client: TestClient, files: dict[str, bytes]):
    changed = tampered(files["json"])
    header, payload, signature = files["jwt"].decode().split(".")
    token = ".".join([header, payload, signature[:-6] + ("AAAAAA" if signature[-6:] != "AAAAAA" else "BBBBBB")])

    answers = [
        client.post("/verify", json={"credential": json.loads(changed)}),
        client.post("/verify", files={"file": ("badge.json", changed)}, headers=JSON),
        client.post("/verify", data={"badge": changed.decode()}, headers=JSON),
        client.post("/verify", content=token, headers={"Content-Type": "application/jwt"}),
    ]

    assert [verdict(each) for each in answers] == [(200, "broken")] * 4


# -- what it says -----------------------------------------------------------------------------------------


def test_the_report_names_each_check_and_who_signed(client: TestClient, award: Award):
    report = client.post("/verify", json={"address": f"http://badges.test/b/{award.id}"}).json()

    names = [check["name"] for check in report["checks"]]
    assert names == ["format", "schema", "context", "proof", "issuer", "dates", "status", "superseded"]
    assert {check["outcome"] for check in report["checks"]} == {"passed"}
    assert report["credential"]["signed_by"] == "badges.test"
    assert report["warnings"] == []


def change_and_ask(client: TestClient, service: Service, award: Award, change: Callable[..., Any]) -> str:
    with service.database.write() as session:
        change(session, service.office, awards.by_id(session, award.id), reason="issued in error", actor="test")
    return client.post("/verify", json={"address": f"http://badges.test/b/{award.id}"}).json()["verdict"]


def test_a_revocation_shows_in_the_very_next_answer(client: TestClient, service: Service, award: Award):
    assert change_and_ask(client, service, award, award_status.revoke) == "revoked"


def test_a_suspension_shows_in_the_very_next_answer(client: TestClient, service: Service, award: Award):
    assert change_and_ask(client, service, award, award_status.suspend) == "suspended"


@pytest.mark.parametrize(
    ("recipient", "wanted"),
    [("ana.ortiz@example.org", "good"), (" Ana.Ortiz@Example.org ", "good"), ("bo@example.org", "wrong_person")],
)
def test_the_recipient_is_compared_when_one_is_named(client: TestClient, award: Award, recipient: str, wanted: str):
    """T25: who holds a badge is not proven by having its file."""
    address = f"http://badges.test/b/{award.id}"

    assert verdict(client.post("/verify", json={"address": address, "recipient": recipient})) == (200, wanted)
    typed = {"badge": address, "recipient": recipient}
    assert verdict(client.post("/verify", data=typed, headers=JSON)) == (200, wanted)


def test_an_empty_recipient_is_nobody_asked(client: TestClient, award: Award):
    typed = {"badge": f"http://badges.test/b/{award.id}", "recipient": "  "}

    assert verdict(client.post("/verify", data=typed, headers=JSON)) == (200, "good")


def test_a_name_that_could_be_mistaken_is_warned_of_in_json_and_on_the_page(
    client: TestClient, make_issuer: Callable[..., Any], make_achievement: Any, make_award: Any
):
    """T20: beside the domain that signed, which is what counts."""
    award = make_award(make_achievement(by=make_issuer(slug="harvard", name="H\u0430rvard Hospital")))
    address = f"http://badges.test/b/{award.id}"

    report = client.post("/verify", json={"address": address}).json()
    page = client.get("/verify", params={"badge": address}, headers=HTML).text

    assert report["warnings"][0]["code"] == "name_mixed_alphabets"
    assert report["warnings"][0]["sentence"] in page
    assert "Signed by <strong>badges.test</strong>" in page


def test_the_page_answers_with_state_signer_holder_and_dates(client: TestClient, make_award: Callable[..., Award]):
    award = make_award(name_shown=True)
    typed = {"badge": f"http://badges.test/b/{award.id}", "recipient": "ana.ortiz@example.org"}

    page = client.post("/verify", data=typed, headers=HTML).text

    for said in ("Good until 24 November 2028", "Signed by <strong>badges.test", "Ana Ortiz", "It was awarded to the"):
        assert said in page
    assert '<meta name="robots" content="noindex">' in page


def test_the_page_shows_nothing_of_a_broken_badge_as_a_fact(client: TestClient, files: dict[str, bytes]):
    page = client.post("/verify", files={"file": ("b.json", tampered(files["json"]))}, headers=HTML).text

    assert "Altered or not signed" in page
    assert "Perfected" not in page.partition("The document as it was handed in")[0]


def test_the_answer_says_when_and_where_it_was_found_and_has_the_address_for_a_print(client: TestClient, award: Award):
    page = client.get("/verify", params={"badge": f"http://badges.test/b/{award.id}"}, headers=HTML).text

    assert re.search(r"Checked on \d+ [A-Z][a-z]+ \d{4}, \d\d:\d\d UTC by badges\.test<", page)
    assert f'<p class="on-paper">http://badges.test/b/{award.id}</p>' in page
    assert "data-prints hidden" in page


def test_what_a_report_found_is_said_in_the_language_of_the_page(client: TestClient, award: Award):
    asked = {"badge": f"http://badges.test/b/{award.id}"}

    english = client.get("/verify", params=asked, headers=HTML).text
    spanish = client.get("/verify", params=asked | {"lang": "es"}, headers=HTML).text

    assert 'class="verdict-sentence" dir="auto">This badge is good' in english
    assert 'class="verdict-sentence" dir="auto">Esta insignia es válida hasta el 24 de noviembre de 2028.' in spanish
    assert '<span dir="auto">No ha cambiado desde que se firmó.</span>' in spanish
    assert '<span lang="en"' not in spanish
    assert "24 de noviembre de 2028" in spanish


# -- bad input --------------------------------------------------------------------------------------------

BAD_BODIES = [
    (b"", "application/json", 400),
    (b"", "text/plain", 422),
    (b"{", "application/json", 400),
    (b"[" * 20_000, "application/json", 400),
    (b'{"credential": 1e400}', "application/json", 400),
    (b'{"credential": "\\ud800"}', "application/json", 400),
    (b'{"credential": ' + b"9" * 5_000 + b"}", "application/json", 400),
    (b'{"credential": {}, "credential": {}}', "application/json", 400),
    (b'{"credential": NaN}', "application/json", 400),
    (b"\xff\xfe\x00", "application/json", 400),
    (b"[]", "application/json", 422),
    (b'"text"', "application/json", 422),
    (b"{}", "application/json", 422),
    (b'{"credential": null}', "application/json", 422),
    (b'{"credential": [1]}', "application/json", 422),
    (b'{"credential": {}, "admin": true}', "application/json", 422),
    (b'{"address": 5}', "application/json", 422),
    (b'{"credential": {}, "recipient": {}}', "application/json", 422),
    (b"hello", "text/plain", 422),
    (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "image/png", 422),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", 422),
    (b"a.b.c", "application/jwt", 422),
    (b'{"issuer": "good", "issuer": "evil"}', "application/vc", 422),
    (b"\0" * 50, "application/octet-stream", 422),
    (b"--x\r\n", "multipart/form-data; boundary=x", 422),
    (b"nonsense", "multipart/form-data; boundary=x", 400),
    (b"nonsense", "multipart/form-data", 400),
    (b"%ff%fe=%00", "application/x-www-form-urlencoded", 422),
    (b"badge=%00%ff", "application/x-www-form-urlencoded", 422),
]


def test_whatever_is_handed_in_gets_a_calm_answer_and_never_a_fault(client: TestClient):
    got = [client.post("/verify", content=body, headers={"Content-Type": kind}) for body, kind, _ in BAD_BODIES]

    assert [(body[:30], each.status_code) for (body, _, _), each in zip(BAD_BODIES, got, strict=True)] == [
        (body[:30], status) for body, _, status in BAD_BODIES
    ]
    problems = [each for each in got if each.status_code != 200]
    assert {each.headers["content-type"] for each in problems} == {"application/problem+json"}


def test_a_person_gets_a_page_for_the_same(client: TestClient):
    for body, kind, _ in BAD_BODIES:
        answer = client.post("/verify", content=body, headers={"Content-Type": kind, "Accept": "text/html"})

        assert answer.status_code < 500
        assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_a_badge_larger_than_the_limit_is_refused(client: TestClient, service: Service):
    body = b"x" * (service.settings.max_upload_bytes + 1)

    assert client.post("/verify", content=body).status_code == 413


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("https://elsewhere.example/b/1", 422, "No badge could be fetched"),
        ("http://badges.test.evil.example/b/1", 422, "No badge could be fetched"),
        ("http://badges.test@evil.example/b/1", 422, "No badge could be fetched"),
        ("http://[", 422, "No badge could be fetched"),
        ("http://badges.test/issuers/northfield", 422, "not of a badge"),
        ("http://badges.test/b/AAAAAAAAAAAAAAAAAAAAAA", 404, "no badge at this address"),
        ("http://badges.test/b/%00", 404, "no badge at this address"),
        ("http://badges.test/b/", 422, "not of a badge"),
        ("http://badges.test/b/x/../../admin", 404, "no badge at this address"),
        ("http://badges.test/b/x.svg", 404, "no badge at this address"),
        ("http://badges.test/endorsements/AAAAAAAAAAAAAAAAAAAAAA", 404, "no such endorsement"),
        ("http://badges.test/endorsements/%00", 404, "no badge at this address"),
    ],
)
def test_an_address_that_leads_to_no_badge_gets_a_plain_sentence(
    client: TestClient, address: str, status: int, said: str
):
    problem = client.post("/verify", json={"address": address})
    page = client.get("/verify", params={"badge": address}, headers=HTML)

    assert (problem.status_code, page.status_code) == (status, status)
    assert said in problem.json()["detail"]
    assert said in page.text


def test_a_private_badge_cannot_be_looked_up_and_looks_like_none(client: TestClient, make_award: Callable[..., Award]):
    private = make_award(visibility=Visibility.PRIVATE)

    answers = [
        client.post("/verify", json={"address": f"http://badges.test/b/{award_id}.json"})
        for award_id in (private.id, "AAAAAAAAAAAAAAAAAAAAAA")
    ]

    assert answers[0].content == answers[1].content
    assert answers[0].status_code == 404


def test_the_holder_of_a_private_badge_may_have_its_file_verified(
    client: TestClient, service: Service, make_award: Callable[..., Award]
):
    private = make_award(visibility=Visibility.PRIVATE)
    with service.database.read() as session:
        document = awards.credential_of(session, private).json

    assert verdict(client.post("/verify", content=document, headers={"Content-Type": "application/vc"})) == (
        200,
        "good",
    )


def test_what_was_typed_is_still_there_after_a_mistake(client: TestClient):
    typed = {"badge": "https://elsewhere.example/b/1", "recipient": 'ana"><script>@example.org'}

    page = client.post("/verify", data=typed, headers=HTML).text

    assert "https://elsewhere.example/b/1</textarea>" in page
    assert "<script>@" not in page


def test_an_address_in_ours_never_carries_whose_it_should_be(client: TestClient, award: Award):
    asked = {"badge": f"http://badges.test/b/{award.id}", "recipient": "bo@example.org"}

    assert verdict(client.get("/verify", params=asked)) == (200, "good")
