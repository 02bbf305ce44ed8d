"""Wallets that are known by a DID, such as the Learner Credential Wallet: a link, a challenge, and the badge."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select

from app import clock
from app.issuing import award_status, awards
from app.issuing.audit import AuditEntry
from app.issuing.awards import Award
from app.issuing.wallets import WalletCredential
from app.service import Service
from tests.web.wallets.conftest import Told, links
from tests.web.wallets.simulator import Key, Wallet, request_of

BOTH_DATABASES = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
HERE = "http://badges.test"


@pytest.fixture
def asked(service: Service, award: Award) -> dict[str, str]:
    """What the link of an offer of Ana's badge asks of the Learner Credential Wallet."""
    return request_of(str(links(service, award)[1]))


def answer_to(wallet: Wallet, asked: dict[str, str], shown: Any) -> httpx.Response:
    """What comes back for this body."""
    return wallet.http.post(asked["vc_request_url"], json=shown)


def refused(answer: httpx.Response, status: int) -> str:
    """The sentence of a refusal."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["detail"])


@BOTH_DATABASES
def test_the_wallet_of_a_link_signs_the_challenge_and_gets_the_badge(
    award: Award, offered: Any, other: Wallet, service: Service, client: TestClient
):
    told: Told = offered(award)
    asked = request_of(str(told.request))
    assert (asked["auth_type"], asked["issuer"]) == ("bearer", HERE)

    answer = answer_to(other, asked, other.presentation(challenge=asked["challenge"]))

    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["credentialSubject"]["id"] == other.key.did_key
    with service.database.read() as session:
        assert session.scalars(select(WalletCredential)).one().document == answer.content
        entries = session.scalars(select(AuditEntry).where(AuditEntry.object_id == award.id)).all()
    assert "award.wallet-claimed" in [each.action for each in entries]
    checked = client.post("/verify", data={"badge": answer.text}, headers={"Accept": "application/json"})
    assert checked.json()["verdict"] == "good"


def test_a_wallet_that_asks_first_is_told_what_to_sign(asked: dict[str, str], other: Wallet):
    said = answer_to(other, asked, {}).json()["verifiablePresentationRequest"]

    [query] = said["query"]
    assert query["type"] == "DIDAuthentication"
    assert {"cryptosuite": "Ed25519Signature2020"} in query["acceptedCryptosuites"]
    assert said["interact"]["service"] == [
        {"type": "VerifiableCredentialApiExchangeService", "serviceEndpoint": asked["vc_request_url"]}
    ]
    assert (said["challenge"], said["domain"]) == (asked["challenge"], HERE)
    shown = other.presentation(challenge=said["challenge"], domain=said["domain"])
    given = answer_to(other, asked, {"verifiablePresentation": shown}).json()["verifiablePresentation"]
    [badge] = given["verifiableCredential"]
    assert badge["credentialSubject"]["id"] == other.key.did_key


def test_the_signature_may_be_of_either_suite_and_either_data_model(service: Service, award: Award, other: Wallet):
    for old, v1 in ((True, True), (True, False), (False, False), (False, True)):
        asked = request_of(str(links(service, award)[1]))

        answer = answer_to(other, asked, other.presentation(challenge=asked["challenge"], old=old, v1=v1))

        assert answer.status_code == 200, answer.text


def test_another_challenge_another_domain_and_every_tampering_is_refused(asked: dict[str, str], other: Wallet):
    good = other.presentation(challenge=asked["challenge"], domain=HERE)
    stranger = Key("EdDSA")
    proof = good["proof"]
    bad: list[Any] = [
        other.presentation(challenge="another"),
        other.presentation(challenge=asked["challenge"], domain="https://elsewhere.example"),
        {**good, "proof": {**proof, "challenge": "another"}},
        {**good, "proof": {**proof, "created": "2020-01-01T00:00:00Z"}},
        {**good, "proof": {**proof, "proofPurpose": "assertionMethod"}},
        {**good, "proof": {**proof, "proofValue": proof["proofValue"][:-1] + "1"}},
        {**good, "proof": {**proof, "verificationMethod": f"{stranger.did_key}#{stranger.multikey}"}},
        {**good, "proof": [proof, proof]},
        {**good, "proof": {**proof, "cryptosuite": "eddsa-rdfc-2022"}},
        {**good, "holder": stranger.did_key},
        {**good, "holder": "did:web:wallet.example"},
        {**good, "holder": {"id": other.key.did_key}},
        {**good, "verifiableCredential": [{"type": "x"}]},
        {name: value for name, value in good.items() if name != "proof"},
        {"verifiablePresentation": "x"},
        {"verifiablePresentation": {}},
        {"hello": "there"},
    ]

    sentences = [refused(answer_to(other, asked, each), 400) for each in bad]

    assert all(sentences)
    assert "another challenge" in sentences[0]
    assert "another domain" in sentences[1]
    assert answer_to(other, asked, good).status_code == 200  # nobody was kept out by all that


def test_an_answer_is_good_once_and_for_some_minutes(
    service: Service, award: Award, asked: dict[str, str], other: Wallet
):
    shown = other.presentation(challenge=asked["challenge"])
    assert answer_to(other, asked, shown).status_code == 200

    replayed = refused(answer_to(other, asked, shown), 410)

    late = request_of(str(links(service, award)[1]))
    with time_machine.travel(clock.now() + timedelta(minutes=10, seconds=1), tick=False):
        ended = refused(answer_to(other, late, other.presentation(challenge=late["challenge"])), 410)
        asked_late = refused(answer_to(other, late, {}), 410)
    assert "used" in replayed
    assert "ended" in ended
    assert "ended" in asked_late


def test_what_is_no_offer_is_not_there(asked: dict[str, str], make_issuer: Any, other: Wallet, client: TestClient):
    make_issuer("riverside", "Riverside Hospital")
    shown = other.presentation(challenge=asked["challenge"])

    for path in ("northfield/exchanges/nothing", "northfield/exchanges/a.b", "nobody/exchanges/x"):
        assert client.post(f"/wallets/{path}", json={}).status_code == 404
    of_another = {**asked, "vc_request_url": asked["vc_request_url"].replace("northfield", "riverside")}
    assert answer_to(other, of_another, shown).status_code == 404


def test_bodies_of_every_kind_are_refused_in_words(asked: dict[str, str], client: TestClient):
    url, json_type = asked["vc_request_url"], {"Content-Type": "application/json"}

    found = [
        client.post(url, content=content, headers=json_type).status_code
        for content in (b"[]", b"{", b'"x"', b"{}" * 20_000, b'{"a":' + b"[" * 2_000)
    ]
    other_type = client.post(url, content=b"x", headers={"Content-Type": "text/plain"}).status_code

    assert found == [400, 400, 400, 413, 400]
    assert other_type == 415


def test_an_offer_with_a_transaction_code_is_for_wallets_that_ask_for_it(
    service: Service, award: Award, client: TestClient
):
    link, request = links(service, award, with_tx_code=True)
    url = link.rpartition("%2F")[2]

    answer = client.post(f"/wallets/northfield/exchanges/{url}", json={})

    assert request is None
    assert "asks for a code" in refused(answer, 409)


def test_a_badge_that_was_revoked_meanwhile_is_given_to_nobody(
    service: Service, award: Award, asked: dict[str, str], other: Wallet
):
    with service.database.write() as session:
        award_status.revoke(session, service.office, awards.by_id(session, award.id), reason="x", actor="test")

    answer = answer_to(other, asked, other.presentation(challenge=asked["challenge"]))

    assert "was revoked" in refused(answer, 409)


@BOTH_DATABASES
def test_two_answers_at_once_are_one_claim(service: Service, award: Award, client: TestClient):
    asked = request_of(str(links(service, award)[1]))
    both = [Wallet(client, Key("EdDSA")) for _ in range(2)]
    shown = [each.presentation(challenge=asked["challenge"]) for each in both]

    with ThreadPoolExecutor(2) as at_once:
        answers = list(at_once.map(lambda each: answer_to(both[0], asked, each), shown))

    assert sorted(each.status_code for each in answers) == [200, 410]
    with service.database.read() as session:
        assert len(session.scalars(select(WalletCredential)).all()) == 1


def test_a_token_and_an_answer_do_not_both_take_one_offer(
    service: Service, award: Award, wallet: Wallet, other: Wallet
):
    link, request = links(service, award)
    asked = request_of(str(request))
    wallet.take(link)

    answer = answer_to(other, asked, other.presentation(challenge=asked["challenge"]))

    assert "used" in refused(answer, 410)
    assert json.loads(answer.text)["used_at"]
