"""One service for all tests of a file, a program that wants to be let in, and holders who let it in.

Each test has a program and a holder of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app import migrating
from app import service as services
from app.issuing import accounts, achievements, awards, issuers, learners, signing_keys, status_lists
from app.issuing.achievement_facts import parse
from app.issuing.achievements import Achievement
from app.issuing.awards import Award, Earned
from app.issuing.issuers import Issuer
from app.main import application
from app.outbound.network import Network
from app.service import Service
from app.settings import Mode, Settings
from app.web.rates import Rates
from app.web.signed_in import csrf_of
from tests.web.badge_connect.consumer import Consumer
from tests.web.conftest import PHLEBOTOMY, Browser, nobody

BASE = "http://badges.test"
DISCOVERY = f"{BASE}/ims/ob/v3p0/discovery"
_numbers = count(1)


@dataclass
class House:
    """The service, with an issuer and an achievement."""

    service: Service
    app: FastAPI
    issuer: Issuer
    achievement: Achievement
    loop: Any

    def client(self) -> TestClient:
        """Somebody on the internet."""
        made = TestClient(self.app, base_url=BASE, raise_server_exceptions=False)
        made.portal = self.loop  # the one loop of the service
        return made

    def enter(self, email: str) -> Browser:
        """A browser that is signed in as a learner is."""
        with self.service.database.write() as session:
            account = accounts.people.of_confirmed_address(session, email)
            token = accounts.sessions.begin(session, account, accounts.Strength.LINK)
        made = self.client()
        made.headers.update({"Origin": BASE, "Accept": "text/html"})
        made.cookies.set("lanyard", token)
        return Browser(made, account.id, csrf_of(token))

    def award(self, email: str, number: int = 1, *, validity: int | None = None, **changes: Any) -> Award:
        """A badge for this address, good for so many days (None = for good); changes are of its row."""
        with self.service.database.write() as session:
            issuer = issuers.by_id(session, self.issuer.id)
            achievement = self.achievement
            if number > 1 or validity is not None:
                good_for = {} if validity is None else {"validity": {"kind": "days", "amount": validity}}
                facts = parse(PHLEBOTOMY | {"name": f"Skill {number}"} | good_for)
                slug = f"skill-{next(_numbers)}"
                achievement = achievements.create(session, issuer, slug=slug, facts=facts, actor="test")
                achievements.publish(session, self.service.office, achievement, actor="test")
            who = {"namespace": None, "source_id": None, "email": email, "display_name": "Ana Ortiz"}
            learner = learners.resolve(session, issuer, **who)
            assert learner is not None
            earned = Earned(achievement, learner, datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
            made = awards.award(session, self.service.office, earned, actor="test").award
            for name, value in changes.items():
                setattr(made, name, value)
        return made


@pytest.fixture(scope="module")
def way_out() -> Network:
    """A world without other hosts, unless the file makes another."""
    return Network(resolve=nobody)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, way_out: Network) -> Iterator[House]:
    """The service of a file."""
    folder = tmp_path_factory.mktemp("badge-connect")
    settings = Settings(
        _env_file=None,
        mode=Mode.DEVELOPMENT,
        public_base_url=BASE,
        secret="a secret of the tests, and of nothing else",
        database_url=f"sqlite:///{folder}/lanyard.sqlite3",
        keys_dir=folder / "keys",
        var_dir=folder / "var",
        run_worker=False,
    )
    migrating.upgrade(settings.database_url)
    service = services.build(settings)
    with service.database.write() as session:
        named = {"slug": "northfield", "name": "Northfield Health Academy", "url": "https://northfield.example/"}
        issuer = issuers.create(session, **named, email="badges@northfield.example", actor="test")
        signing_keys.rotate(session, service.office, issuer, actor="test")
        status_lists.open_lists(session, service.office, issuer)
        achievement = achievements.create(session, issuer, slug="phlb", facts=parse(PHLEBOTOMY), actor="test")
        achievements.publish(session, service.office, achievement, actor="test")
    made = application(service, network=way_out)
    with TestClient(made) as opened:
        yield House(service, made, issuer, achievement, opened.portal)


@pytest.fixture
def ana() -> str:
    """The holder's address, which no other test has."""
    return f"ana.ortiz-{next(_numbers)}@example.org"


@pytest.fixture
def client(house: House) -> TestClient:
    """Somebody on the internet, who comes for the first time."""
    house.app.state.rates = Rates(verify_per_minute=0)
    made = house.client()
    made.headers["Accept"] = "application/json"
    return made


@pytest.fixture
def consumer(client: TestClient) -> Consumer:
    """A program that has read our description and is registered."""
    made = Consumer(client, DISCOVERY)
    made.discover()
    assert made.register().status_code == 201
    return made


@pytest.fixture
def agree(consumer: Consumer, house: House, ana: str) -> Callable[..., str]:
    """Ana looks at the question and answers: `agree(**fields)` gives the address to which her browser is sent."""

    def answer(*, email: str = ana, says: str = "agree", **fields: Any) -> str:
        browser = house.enter(email)
        asked = browser.get(consumer.question(**fields))
        assert asked.status_code == 303, asked.text
        page = browser.get(asked.headers["location"])
        assert page.status_code == 200
        back = browser.post(asked.headers["location"], answer=says)
        assert back.status_code == 303
        return str(back.headers["location"])

    return answer


@pytest.fixture
def let_in(consumer: Consumer, agree: Callable[..., str]) -> Consumer:
    """The program, let in by Ana with everything that it asked for."""
    assert consumer.exchange(consumer.come_back(agree())).status_code == 200
    return consumer


def words_of(text: str) -> str:
    """The words of a page, without marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())
