"""The pages on which somebody pending says who they are."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.issuing import claim_links, learners
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.outbox import OutboxMessage
from app.service import Service
from tests.web.english import english_in


@pytest.fixture
def link(service: Service, issuer: Issuer) -> str:
    """The path of a link for somebody whom a platform named."""
    with service.database.write() as session:
        facts = {"namespace": "lms.x", "source_id": "7", "email": None, "display_name": None}
        learner = learners.resolve(session, issuer, sealer=service.office.sealer, **facts)
        assert learner is not None
        url = claim_links.create(session, service.office, learner, actor="test").url
    return url.removeprefix("http://badges.test")


def state_of(service: Service) -> str:
    with service.database.read() as session:
        return session.scalars(select(Learner.state)).one()


def confirmation(service: Service) -> str:
    """The path in the mail."""
    with service.database.read() as session:
        text = session.scalars(select(OutboxMessage)).one().payload["text"]
    return next(line for line in text.splitlines() if "/claim/confirm/" in line).removeprefix("http://badges.test")


def test_a_person_states_an_address_confirms_it_and_is_known(client: TestClient, service: Service, link: str):
    form = client.get(link)
    sent = client.post(link, data={"email": "ana@hospital.test"})
    asked = client.get(confirmation(service))
    before = state_of(service)
    done = client.post(confirmation(service))

    assert [page.status_code for page in (form, sent, asked, done)] == [200] * 4
    assert "Northfield Health Academy" in form.text
    assert "ana@hospital.test" in sent.text
    assert (before, state_of(service)) == ("pending", "known")
    assert {page.headers["cache-control"] for page in (form, sent, asked, done)} == {"no-store"}
    assert {page.headers["x-robots-tag"] for page in (form, sent, asked, done)} == {"noindex"}


def test_a_scanner_that_opens_every_link_uses_nothing_up(client: TestClient, service: Service, link: str):
    client.post(link, data={"email": "ana@hospital.test"})
    for _ in range(3):
        client.get(link)
        client.get(confirmation(service))
        client.head(confirmation(service))

    assert state_of(service) == "pending"
    assert client.post(confirmation(service)).status_code == 200


@pytest.mark.parametrize("email", ["", "ana", "noemail@x.example", '"><script>@x'])
def test_an_address_that_is_none_is_said_beside_the_form(client: TestClient, link: str, email: str):
    answer = client.post(link, data={"email": email})

    assert answer.status_code == 422
    assert "This is not an e-mail address that mail can be sent to" in answer.text
    assert "<script>" not in answer.text


def test_a_link_that_was_used_is_gone_and_another_was_never_there(client: TestClient, service: Service, link: str):
    client.post(link, data={"email": "ana@hospital.test"})
    client.post(confirmation(service))

    assert client.get(link).status_code == 410
    assert client.get("/claim/nonsense").status_code == client.post("/claim/confirm/nonsense").status_code == 404


def test_the_whole_way_is_in_spanish_for_who_reads_it(client: TestClient, link: str):
    spanish = {"Accept": "text/html", "Accept-Language": "es"}

    pages = [
        client.get(link, headers=spanish),
        client.post(link, data={"email": "nobody"}, headers=spanish),
        client.post(link, data={"email": "ana@example.org"}, headers=spanish),
        client.get("/claim/none", headers=spanish),
    ]

    assert "¿Adónde deben ir sus insignias?" in pages[0].text
    assert "Esta no es una dirección de correo" in pages[1].text
    assert [english_in(page.text) for page in pages] == [[], [], [], []]
