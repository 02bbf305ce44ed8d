"""Both ways into a wallet on a real socket, from the holder's browser to a document that another program verifies."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from openbadgeslib.ob3.ldp import verify_data_integrity_proof

from app.credentials.multibase import from_base58btc
from app.issuing import accounts
from app.issuing.awards import Award
from app.main import application
from app.service import Service
from app.settings import Settings
from app.web.signed_in import csrf_of
from tests.web.wallets.conftest import ANA, Told
from tests.web.wallets.simulator import Key, Wallet, request_of


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    """A port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as opened:
        yield opened


@pytest.fixture
def settings(settings: Settings, listening: socket.socket) -> Settings:
    return settings.model_copy(update={"public_base_url": f"http://localhost:{listening.getsockname()[1]}"})


@pytest.fixture
def http(service: Service, listening: socket.socket) -> Iterator[httpx.Client]:
    """Somebody on the network of a running server."""
    server = uvicorn.Server(uvicorn.Config(application(service), log_config=None, lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    with httpx.Client(timeout=60, base_url=service.settings.public_base_url) as opened:
        yield opened
    server.should_exit = True
    thread.join(timeout=10)


def offered(service: Service, http: httpx.Client, award: Award, **fields: str) -> Told:
    """What Ana sees in her browser when she adds her badge to a wallet."""
    with service.database.write() as session:
        account = accounts.people.of_confirmed_address(session, ANA)
        token = accounts.sessions.begin(session, account, accounts.Strength.LINK)
    headers = {"Origin": service.settings.public_base_url, "Accept": "text/html", "Cookie": f"lanyard={token}"}
    answer = http.post(f"/me/badges/{award.id}/wallet", data={"csrf": csrf_of(token), **fields}, headers=headers)
    assert answer.status_code == 200, answer.text
    return Told(answer.text)


def holds_for_another_library(http: httpx.Client, badge: dict[str, Any]) -> bool:
    """Whether openbadgeslib finds the proof good, with the key that the issuer publishes in its DID document."""
    did = http.get("/issuers/northfield/did.json").json()
    [proof] = badge["proof"]
    [method] = [each for each in did["verificationMethod"] if each["id"] == proof["verificationMethod"]]
    verify_data_integrity_proof({**badge, "proof": proof}, pem_of(method["publicKeyMultibase"]))
    return True


def pem_of(multikey: str) -> bytes:
    """The key as openbadgeslib takes it."""
    key = Ed25519PublicKey.from_public_bytes(from_base58btc(multikey)[2:])
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def test_a_holder_adds_a_badge_to_each_kind_of_wallet(service: Service, http: httpx.Client, award: Award):
    told = offered(service, http, award, tx_code="yes")
    wallet = Wallet(http)

    badge = wallet.take(told.link, tx_code=told.tx_code)

    assert badge["credentialSubject"]["id"] == wallet.key.did_key
    assert holds_for_another_library(http, badge)
    learner_wallet = Wallet(http, Key("EdDSA"))
    asked = request_of(str(offered(service, http, award).request))
    shown = learner_wallet.presentation(challenge=asked["challenge"])
    given = http.post(asked["vc_request_url"], json=shown).json()
    assert given["credentialSubject"]["id"] == learner_wallet.key.did_key
    assert holds_for_another_library(http, given)
    checked = http.post("/verify", data={"badge": json.dumps(given)}, headers={"Accept": "application/json"}).json()
    assert checked["verdict"] == "good"


def test_ten_wallets_at_once_with_one_offer_are_one_claim(service: Service, http: httpx.Client, award: Award):
    link = offered(service, http, award).link
    wallets = [Wallet(http) for _ in range(10)]
    found = wallets[0].open(link)

    with ThreadPoolExecutor(10) as at_once:
        answers = list(at_once.map(lambda each: each.ask_for_token(found), wallets))

    assert sorted(each.status_code for each in answers) == [200] + [400] * 9
    assert {each.json()["error"] for each in answers if each.status_code == 400} == {"invalid_grant"}
