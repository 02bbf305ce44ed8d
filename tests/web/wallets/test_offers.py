"""Offers: the page that people see, what integrators make, and what is forgotten in time."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select

from app import clock
from app.issuing import access, stored_about, wallets
from app.issuing.access import Scope
from app.issuing.accounts import people
from app.issuing.awards import Award
from app.issuing.issuers import Issuer
from app.issuing.wallets import WalletNonce, WalletOffer
from app.service import Service
from app.web import rates
from tests.web.wallets.conftest import ANA, Told, new_link
from tests.web.wallets.simulator import Wallet, request_of


@pytest.fixture
def key(service: Service, issuer: Issuer) -> dict[str, str]:
    """The header of an integrator who may award."""
    with service.database.write() as session:
        made = access.create(session, issuer, name="LMS", scopes=[Scope.AWARDS_WRITE], days=1, actor="test")
    return {"Authorization": f"Bearer {made.text}"}


def test_an_integrator_makes_an_offer_that_a_wallet_takes(
    client: TestClient, key: dict[str, str], award: Award, wallet: Wallet
):
    path = f"/api/v1/awards/{award.id}/wallet-offers"

    made = client.post(path, json={"tx_code": True}, headers=key)

    told = made.json()
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    assert told["learner_wallet_link"] is None
    badge = wallet.take(told["offer_link"], tx_code=told["tx_code"])
    assert badge["credentialSubject"]["id"] == wallet.key.did_key
    plain = client.post(path, json={}, headers=key).json()
    assert plain["tx_code"] is None
    assert request_of(plain["learner_wallet_link"])["vc_request_url"].startswith(
        "http://badges.test/wallets/northfield/"
    )
    assert client.post(path, json={"tx_code": "yes", "x": 1}, headers=key).status_code == 422


def test_the_page_of_an_offer_opens_wallets_and_says_when_it_was_used(
    client: TestClient, key: dict[str, str], award: Award, wallet: Wallet
):
    told = client.post(f"/api/v1/awards/{award.id}/wallet-offers", json={}, headers=key).json()
    browser = {"Accept": "text/html"}

    page = client.get(told["page_url"], headers=browser)

    assert page.status_code == 200
    assert Told(page.text).link == told["offer_link"]
    assert Told(page.text).request == told["learner_wallet_link"]
    assert (page.headers["cache-control"], page.headers["x-robots-tag"]) == ("no-store", "noindex")
    assert "<script" not in page.text
    wallet.take(told["offer_link"])
    after = client.get(told["page_url"], headers=browser)
    assert after.status_code == 410
    assert "A wallet took the badge, or began to, on" in after.text


def test_a_badge_that_was_revoked_is_not_offered(
    enter: Callable[..., Any], client: TestClient, key: dict[str, str], award: Award
):
    assert client.post(f"/api/v1/awards/{award.id}/revoke", json={"reason": "x"}, headers=key).status_code == 200

    by_program = client.post(f"/api/v1/awards/{award.id}/wallet-offers", json={}, headers=key)
    by_holder = enter(ANA).post(f"/me/badges/{award.id}/wallet")

    assert (by_program.status_code, by_program.json()["type"].rpartition("/")[2]) == (409, "already-revoked")
    assert by_holder.status_code == 409
    assert "was revoked" in by_holder.text


def test_a_badge_is_offered_so_many_times_in_an_hour(
    enter: Callable[..., Any], award: Award, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(rates, "OFFERS", (rates.RateLimitItemPerHour(2),))
    browser = enter(ANA)

    found = [browser.post(f"/me/badges/{award.id}/wallet").status_code for _ in range(3)]

    assert found == [200, 200, 429]


def test_what_a_wallet_took_is_in_what_is_stored_about_its_holder(service: Service, wallet: Wallet, link: str):
    wallet.take(link)

    with service.database.write() as session:
        account = people.of_confirmed_address(session, ANA)
        told = stored_about.of_account(session, service.office, account)

    [badge] = told["issuers"][0]["badges"]
    [kept] = badge["in_wallets"]
    assert kept["holder"] == wallet.key.did_key
    assert json.loads(kept["document"])["credentialSubject"]["id"] == wallet.key.did_key


def test_offers_that_nobody_took_and_used_nonces_are_forgotten_in_time(
    service: Service, award: Award, wallet: Wallet, link: str
):
    wallet.take(link)
    new_link(service, award)

    with time_machine.travel(clock.now() + timedelta(days=31), tick=False), service.database.write() as session:
        count = wallets.forget_old(session)

    with service.database.read() as session:
        assert count == 2
        assert len(session.scalars(select(WalletOffer)).all()) == 1  # what was taken came from it
        assert session.scalars(select(WalletNonce)).all() == []
