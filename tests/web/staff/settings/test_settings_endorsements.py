"""Endorsements at work: ask, read what is asked, sign or decline, look at what came, show it, take one's word back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from app.issuing import endorsements, received_endorsements, verification
from app.issuing.achievements import Achievement
from app.issuing.issuers import Issuer
from app.issuing.outbox import OutboxMessage
from app.issuing.received_endorsements import Judged
from app.service import Service
from tests.endorsers import endorser

PAGE = "/staff/northfield/settings/endorsements"
BOARD = "/staff/board/settings/endorsements"
QUESTION = {"message": "Please look at our course.", "days": "30"}


@pytest.fixture
def board(make_issuer: Callable[..., Issuer]) -> Issuer:
    return make_issuer("board", "Board of Nursing")


@pytest.fixture
def owner(enter: Any, issuer: Issuer) -> Any:
    return enter("olga@example.org", role="owner", at=issuer)


@pytest.fixture
def signer(enter: Any, board: Issuer) -> Any:
    """An owner of the board."""
    return enter("bea@board.example", role="owner", at=board, name="Bea Board")


@pytest.fixture
def about(service: Service, make_achievement: Callable[..., Achievement]) -> str:
    return service.office.addresses.achievement_version(make_achievement().id, 1)


def asked_of_board(owner: Any, signer: Any, about: str) -> str:
    """The path of a request on the board's pages."""
    answer = owner.post(f"{PAGE}/ask", about=about, to="board", **QUESTION)
    assert answer.status_code == 303, answer.text
    found = re.search(rf"{BOARD}/asked/[\w-]+", signer.get(BOARD).text)
    assert found is not None
    return found[0]


def test_an_issuer_here_reads_what_is_asked_in_a_mail_and_on_its_pages_and_signs(
    service: Service, owner: Any, signer: Any, about: str
):
    path = asked_of_board(owner, signer, about)
    page = signer.get(path)

    signed = signer.post(path, act="sign", comment="Good training.", until="2031-12-31")

    assert "Please look at our course." in page.text
    assert signed.status_code == 303
    with service.database.read() as session:
        (mail,) = session.query(OutboxMessage).filter(OutboxMessage.event.startswith("endorsement.asked"))
        (made,) = session.query(endorsements.Endorsement)
        assert mail.payload["to"] == "bea@board.example"
        assert path in mail.payload["text"]
        assert verification.judge(session, service.office, made.json).is_good
        assert f"{made.valid_until:%Y-%m-%d %H:%M}" == "2031-12-31 23:59"


def test_what_was_signed_is_shown_once_the_issuer_says_so(client: Any, owner: Any, signer: Any, about: str):
    signer.post(asked_of_board(owner, signer, about), act="sign", comment="Good training.")
    path = about.removeprefix("http://badges.test")
    before = client.get(path, headers={"Accept": "text/html"}).text
    received = re.search(rf"{PAGE}/received/[\w-]+", owner.get(PAGE).text)
    assert received is not None

    owner.post(received[0], act="accept")

    after = client.get(path, headers={"Accept": "text/html"}).text
    assert ("Good training." in before, "Good training." in after) == (False, True)


def test_a_no_needs_a_reason_which_who_asked_reads(owner: Any, signer: Any, about: str):
    path = asked_of_board(owner, signer, about)

    assert signer.post(path, act="decline").status_code == 422
    assert signer.post(path, act="decline", reason="Not our field.").status_code == 303

    page = owner.get(PAGE).text
    assert "Not our field." in page
    assert "Declined" in page


def test_an_answer_is_given_once(owner: Any, signer: Any, about: str):
    path = asked_of_board(owner, signer, about)
    signer.post(path, act="decline", reason="Not our field.")

    again = signer.post(path, act="sign", comment="Good after all.")

    assert (again.status_code, "This request is over" in again.text) == (409, True)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"about": ""}, "Choose what shall be endorsed"),
        ({"to": "nobody"}, "no such issuer"),
        ({"to": "", "name": "Board", "email": "no address"}, "e-mail address"),
        ({"message": ""}, "Write what you would like"),
        ({"days": "900"}, "180 days"),
        ({"about": "https://elsewhere.example/x"}, "your own"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_with_what_was_written(
    owner: Any, board: Issuer, about: str, fields: dict[str, str], sentence: str
):
    answer = owner.post(f"{PAGE}/ask", **{"about": about, "to": board.slug, **QUESTION, **fields})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert fields.get("message", QUESTION["message"]) in answer.text


def test_a_request_is_withdrawn(owner: Any, about: str):
    owner.post(f"{PAGE}/ask", about=about, name="Board", email="registrar@board.test", **QUESTION)
    found = re.search(rf"{PAGE}/requests/[\w-]+", owner.get(PAGE).text)
    assert found is not None

    owner.post(found[0])

    assert "Withdrawn" in owner.get(PAGE).text


def test_a_word_is_taken_back_with_a_reason(service: Service, owner: Any, signer: Any, about: str):
    signer.post(asked_of_board(owner, signer, about), act="sign", comment="Good training.")
    given = re.search(rf"{BOARD}/given/[\w-]+", signer.get(BOARD).text)
    assert given is not None

    assert signer.post(given[0]).status_code == 422
    assert signer.post(given[0], reason="The course changed.").status_code == 303

    with service.database.read() as session:
        (made,) = session.query(endorsements.Endorsement)
        assert made.reason == "The course changed."


@pytest.mark.parametrize("role", ["designer", "awarder", "reviewer", "auditor"])
def test_others_read_and_change_nothing(enter: Any, issuer: Issuer, about: str, role: str):
    member = enter(f"{role}@example.org", role=role, at=issuer)

    assert member.get(PAGE).status_code == 200
    assert member.post(f"{PAGE}/ask", about=about, to="board", **QUESTION).status_code == 403


def test_what_somebody_elsewhere_signed_names_its_domain_before_anybody_shows_it(
    service: Service, issuer: Issuer, owner: Any
):
    did = service.office.addresses.did(issuer.slug)
    document = endorser("Famous Board <b>").json(did)
    with service.database.write() as session:
        judged = Judged(document, verification.judge(session, service.office, document))
        made = received_endorsements.take(session, service.office, issuer, did, judged, actor="test")

    page = owner.get(PAGE).text
    removed = owner.post(f"{PAGE}/received/{made.id}", act="remove")

    assert "did:key:" in page
    assert "Famous Board &lt;b&gt;" in page
    assert "Nobody else sees it yet" in page
    assert removed.status_code == 303
    assert "Famous Board" not in owner.get(PAGE).text


def test_the_overview_counts_what_waits(owner: Any, signer: Any, about: str):
    asked_of_board(owner, signer, about)

    assert re.search(r"<strong>1</strong> <span>endorsements to answer", signer.get("/staff/board").text)
    assert re.search(r"<strong>0</strong> <span>endorsements to answer", owner.get("/staff/northfield").text)


# -- handed in without a request ---------------------------------------------------------------------------------


def test_one_that_nobody_asked_for_is_checked_kept_and_shown_once_an_owner_says_so(
    service: Service, issuer: Issuer, owner: Any, client: Any
):
    did = service.office.addresses.did(issuer.slug)
    document = endorser("Board of Anatomy").json(did).decode()
    taken = owner.post(f"{PAGE}/upload", about=did, document=document)
    page = owner.get(PAGE).text
    unseen = client.get("/issuers/northfield", headers={"Accept": "text/html"}).text
    received = re.search(rf"{PAGE}/received/[\w-]+", page)[0]

    owner.post(received, act="accept")

    assert taken.headers["location"] == f"{PAGE}#of-us"
    assert "Board of Anatomy" in page
    assert "Board of Anatomy" not in unseen
    assert "Board of Anatomy" in client.get("/issuers/northfield", headers={"Accept": "text/html"}).text


def test_what_is_tampered_with_of_another_or_no_endorsement_is_not_kept_and_stays_in_the_form(
    service: Service, issuer: Issuer, board: Issuer, owner: Any
):
    did, other = (service.office.addresses.did(each.slug) for each in (issuer, board))
    good = endorser("Board of Anatomy").json(did).decode()
    tampered = good.replace("guideline", "guidelines")
    for about, document, said in (
        (did, tampered, "This endorsement cannot be taken."),
        (other, good, "Hand in endorsements of what is your own"),
        (did, "hello", "An endorsement is JSON with a proof in it"),
        (did, "", "Hand in the signed endorsement"),
        ("", good, "Choose what it is about"),
    ):
        page = owner.post(f"{PAGE}/upload", about=about, document=document)
        assert page.status_code == 422
        assert said in page.text
        assert document.partition('"')[0] in page.text
    assert "Board of Anatomy" not in owner.get(PAGE).text
