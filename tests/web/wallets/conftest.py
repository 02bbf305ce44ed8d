"""A badge, its holder at a browser, and wallets on the same network."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.issuing import awards, wallets
from app.issuing.awards import Award
from app.issuing.office import Office
from app.service import Service
from app.web.wallets.offer_view import links_of
from tests.web.wallets.simulator import Key, Wallet

ANA = "ana.ortiz@example.org"


@dataclass
class Told:
    """What a holder is shown of an offer."""

    page: str

    def _link(self, scheme: str) -> str | None:
        found = re.search(rf'href="({scheme}:[^"]+)"', self.page)
        return html.unescape(found[1]) if found else None

    @property
    def link(self) -> str:
        """Of any wallet."""
        return str(self._link("openid-credential-offer"))

    @property
    def request(self) -> str | None:
        """Of the Learner Credential Wallet."""
        return self._link("dccrequest")

    @property
    def tx_code(self) -> str:
        """What the wallet asks for."""
        found = re.search(r'<strong class="figures">(\d{6})</strong>', self.page)
        assert found is not None
        return found[1]


@pytest.fixture
def offered(enter: Callable[..., Any]) -> Callable[..., Told]:
    """`offered(award)`: what Ana sees when she adds her badge to a wallet; fields are of the form."""

    def offer(award: Award, **fields: str) -> Told:
        answer = enter(ANA).post(f"/me/badges/{award.id}/wallet", **fields)
        assert answer.status_code == 200, answer.text
        return Told(answer.text)

    return offer


@pytest.fixture
def link(service: Service, award: Award) -> str:
    """The link of an offer of Ana's badge, as any wallet opens it."""
    return new_link(service, award)


def new_link(service: Service, award: Award, **how: Any) -> str:
    """The link of a new offer, made by the office."""
    return links(service, award, **how)[0]


def links(service: Service, award: Award, *, office: Office | None = None, **how: Any) -> tuple[str, str | None]:
    """Both links of a new offer."""
    with service.database.write() as session:
        found = awards.by_id(session, award.id)
        made = wallets.offers.make(session, office or service.office, found, actor="test", **how)
        return links_of(service.office, "northfield", made.offer, made.code)


@pytest.fixture
def wallet(client: TestClient) -> Wallet:
    """A wallet with a key on P-256."""
    return Wallet(client)


@pytest.fixture
def other(client: TestClient) -> Wallet:
    """Somebody else's, with an Ed25519 key."""
    return Wallet(client, Key("EdDSA"))
