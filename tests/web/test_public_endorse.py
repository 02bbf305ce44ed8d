"""The page of an organisation elsewhere that is asked to endorse: see, sign, hand in, or decline. Once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.credentials.report import Report, Verdict
from app.issuing import achievements, endorsement_requests, issuers, pins, received_endorsements
from app.issuing.achievements import Achievement
from app.issuing.endorsement_requests import Asked, EndorsementRequest
from app.issuing.issuers import Issuer
from app.service import Service
from tests.endorsers import Endorser, endorser

ANSWERED = "was handed over"
_BOARD = endorser()
BOTH_DATABASES = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def about(service: Service, make_achievement: Callable[..., Achievement]) -> str:
    return service.office.addresses.achievement_version(make_achievement().id, 1)


@dataclass(frozen=True)
class Side:
    """What somebody elsewhere and the issuer see: the pages, and what is kept."""

    client: TestClient
    service: Service
    issuer: Issuer
    about: str
    link: str

    def signed(self, form: str = "json") -> bytes:
        return signed(self.service, _BOARD, self.about, form)

    @property
    def kept(self) -> list[bytes]:
        return received(self.service, self.issuer)


@pytest.fixture
def side(client: TestClient, service: Service, issuer: Issuer, about: str, link: str) -> Side:
    return Side(client, service, issuer, about, link)


@pytest.fixture
def link(service: Service, issuer: Issuer, about: str) -> str:
    """The path of the page, as it stands in the mail."""
    with service.database.write() as session:
        asked = Asked(about, "Please **look** at <it>.", name="Board of Nursing", email="registrar@board.test")
        made = endorsement_requests.ask(session, service.office, issuers.by_id(session, issuer.id), asked, actor="test")
        assert made.url is not None
        return made.url.removeprefix("http://badges.test")


def signed(service: Service, board: Endorser, about: str, form: str = "json", **facts: Any) -> bytes:
    with service.database.read() as session:
        pin = pins.pin_of(session, service.office, about)
    document: bytes = getattr(board, form)(about, pin=pin, **facts)
    return document


def state(service: Service) -> str:
    with service.database.read() as session:
        return str(session.query(EndorsementRequest).one().state)


def received(service: Service, issuer: Issuer) -> list[bytes]:
    with service.database.read() as session:
        return [each.document for each in received_endorsements.of_issuer(session, issuer.id)]


def test_the_page_says_what_is_asked_and_looking_changes_nothing(client, service, link, about):
    page = client.get(link)

    assert page.status_code == 200
    assert "Northfield Health Academy" in page.text
    assert "&lt;it&gt;" in page.text
    assert about in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-robots-tag"] == "noindex"
    assert state(service) == "requested"


def test_the_document_to_sign_names_exactly_the_thing_and_its_digest(client, service, link, about):
    document = client.get(f"{link}/endorsement.json").json()

    with service.database.read() as session:
        pin = pins.pin_of(session, service.office, about)
    assert pin is not None
    assert document["credentialSubject"]["id"] == about
    assert document["relatedResource"] == [
        {"id": pin.url, "digestSRI": pin.digest_sri, "mediaType": "application/ld+json"}
    ]
    assert "proof" not in document


def test_the_digest_is_that_of_what_stands_at_its_address(client, link):
    (resource,) = client.get(f"{link}/endorsement.json").json()["relatedResource"]

    content = client.get(resource["id"]).content

    assert pins.integrity_of(content) == resource["digestSRI"]
    assert pins.integrity_of(content + b" ") != resource["digestSRI"]


@pytest.mark.parametrize("form", ["json", "jwt"])
@pytest.mark.parametrize("way", ["file", "pasted"])
def test_a_signed_document_is_taken_as_it_is_and_the_link_works_once(side, form, way):
    document = side.signed(form)
    if way == "file":
        answer = side.client.post(side.link, data={"act": "sign"}, files={"file": ("e.json", document)})
    else:
        answer = side.client.post(side.link, data={"act": "sign", "document": f"\n {document.decode()} \n"})

    assert (answer.status_code, ANSWERED in answer.text) == (200, True)
    assert side.kept == [document]
    assert (
        side.client.get(side.link).status_code == side.client.post(side.link, data={"document": "x"}).status_code == 410
    )


@pytest.mark.parametrize("form", ["json", "jwt"])
def test_a_changed_document_is_refused_with_a_sentence_and_the_request_stays_open(side, form):
    document = side.signed(form)
    before, after = (b"2026**", b"2027**") if form == "json" else (document[-60:-40], document[-60:-40].swapcase())

    answer = side.client.post(side.link, data={"act": "sign", "document": document.replace(before, after).decode()})

    assert answer.status_code == 422
    assert "cannot be taken" in answer.text
    assert (side.kept, state(side.service)) == ([], "requested")


@pytest.mark.parametrize("pasted", ["", "hello", "{", "ey.ey.ey", "x" * 200_000, "{}" + "\x00", '{"@context":[]}'])
def test_what_is_no_endorsement_is_refused_with_a_sentence(client, service, link, pasted):
    answer = client.post(link, data={"act": "sign", "document": pasted})

    assert answer.status_code in {413, 422}
    assert state(service) == "requested"


@BOTH_DATABASES
def test_words_with_the_character_nul_are_kept_without_it(side):
    with side.service.database.read() as session:
        pin = pins.pin_of(session, side.service.office, side.about)
    stated = json.loads(_BOARD.json(side.about, pin=pin))
    subject = stated["credentialSubject"]
    subject["endorsementComment"] += " \0Well done."
    more = {"credentialSubject": subject, "issuer": {**stated["issuer"], "name": "The\0 Board"}}
    document = _BOARD.json_with(side.about, more, pin=pin)

    answer = side.client.post(side.link, data={"act": "sign", "document": document.decode()})

    assert answer.status_code == 200
    assert side.kept == [document]


@BOTH_DATABASES
@pytest.mark.parametrize(
    "fields", [{"act": "decline", "reason": "Not\0 our field."}, {"act": "sign", "document": "\0"}]
)
def test_a_form_with_the_character_nul_is_refused_with_a_sentence(client, service, link, fields):
    assert client.post(link, data=fields).status_code == 422
    assert state(service) == "requested"


def test_a_no_needs_a_reason_and_ends_the_request(client, service, link):
    without = client.post(link, data={"act": "decline"})
    with_one = client.post(link, data={"act": "decline", "reason": "Not our field."})

    assert (without.status_code, with_one.status_code) == (422, 200)
    assert state(service) == "declined"
    assert client.get(link).status_code == 410


@pytest.mark.parametrize("path", ["/endorse/x", "/endorse/", f"/endorse/{'A' * 43}", "/endorse/x/endorsement.json"])
def test_a_link_that_is_none_is_not_there(client: TestClient, path: str):
    assert client.get(path).status_code == 404
    assert client.post("/endorse/x", data={"document": "{}"}).status_code == 404


# -- where it is shown ----------------------------------------------------------------------------------------


@pytest.fixture
def accepted(side: Side) -> str:
    """The id of an endorsement that was handed in and accepted."""
    side.client.post(side.link, data={"document": side.signed().decode()})
    with side.service.database.write() as session:
        (found,) = received_endorsements.of_issuer(session, side.issuer.id)
        received_endorsements.accept(session, found, accepted=True, actor="test")
        return found.id


def test_it_is_shown_with_who_signed_it_once_it_is_accepted(client, accepted, about):
    page = client.get(about.removeprefix("http://badges.test"), headers={"Accept": "text/html"}).text

    assert "Board of Nursing" in page
    assert "did:key:" in page
    assert f"%2Fendorsements%2F{accepted}" in page


def test_another_version_names_it_and_says_that_it_is_not_covered(client, service, accepted, about):
    achievement_id = about.rsplit("/", 2)[1]
    with service.database.write() as session:
        achievement = achievements.by_id(session, achievement_id)
        facts = achievements.current_facts(session, achievement).model_copy(update={"description": "Other words."})
        achievements.change(session, achievement, facts=facts, actor="test")
        achievements.publish(session, service.office, achievement, actor="test")

    page = client.get(f"/achievements/{achievement_id}", headers={"Accept": "text/html"}).text

    assert "That does not cover this version" in page
    assert f"%2Fendorsements%2F{accepted}" not in page


def test_its_bytes_are_served_as_they_came_and_can_be_checked_here(client, side, accepted):
    answer = client.get(f"/endorsements/{accepted}")
    report = client.post("/verify", json={"address": f"http://badges.test/endorsements/{accepted}"})

    assert answer.content == side.signed()
    assert report.json()["verdict"] == "good"


def test_one_that_nobody_accepted_is_not_there_for_others(side):
    side.client.post(side.link, data={"document": side.signed().decode()})
    with side.service.database.read() as session:
        (found,) = received_endorsements.of_issuer(session, side.issuer.id)

    assert side.client.get(f"/endorsements/{found.id}").status_code == 404


def test_one_that_has_ended_says_so_on_the_badge_s_page(client, service, accepted, about, make_award):
    with service.database.write() as session:
        received_endorsements.note(session, accepted, _revoked(), actor="test")
        achievement = session.get_one(Achievement, about.rsplit("/", 2)[1])
    award = make_award(achievement)

    page = client.get(f"/b/{award.id}", headers={"Accept": "text/html"}).text

    assert "Taken back by who signed it" in page
    assert "endorsement" not in json.loads(client.get(f"/b/{award.id}.json").content)


def _revoked() -> Any:
    return Report((), Verdict.REVOKED, "Taken back.")
