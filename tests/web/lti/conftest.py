"""A platform that is connected, and a browser that launches from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from app.issuing import lti
from app.issuing.achievements import Achievement
from app.issuing.issuers import Issuer
from app.issuing.lti import LtiPlatform
from app.issuing.lti.keys import KeyPair
from app.main import application
from app.service import Service
from tests import campus as campuses
from tests.campus import CLIENT_ID, ISS, REGISTRATION, Campus
from tests.strangers import Strangers, strangers


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Strangers]:
    with strangers(tmp_path, campuses.HOST) as opened:
        yield opened


@pytest.fixture(autouse=True)
def campus(world: Strangers) -> Campus:
    made = Campus()
    world.services[campuses.HOST] = made.answer
    return made


@pytest.fixture
def browser(service: Service, world: Strangers) -> Iterator[TestClient]:
    """A browser; it keeps cookies as browsers do over https."""
    made = application(service, network=world.network())
    with TestClient(made, base_url="https://badges.test", raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def achievement(make_achievement: Callable[..., Achievement]) -> Achievement:
    return make_achievement()


@pytest.fixture(scope="session")
def fresh() -> KeyPair:
    """A key pair for the tool."""
    return lti.keys.generate()


@pytest.fixture
def platform(service: Service, issuer: Issuer, campus: Campus, fresh: KeyPair) -> LtiPlatform:
    with service.database.write() as session:
        made = lti.platforms.register(session, service.office, issuer, REGISTRATION, actor="test", fresh=fresh)
        campus.tool_jwks = lti.keys.published(session)
    return made


@pytest.fixture
def begin(browser: TestClient, platform: LtiPlatform) -> Callable[..., dict[str, str]]:
    """Begin a launch; what the browser is led to the platform with."""
    del platform

    def begin_it(**said: str) -> dict[str, str]:
        stated = {"iss": ISS, "login_hint": "u-17", "client_id": CLIENT_ID, "lti_message_hint": "m", **said}
        answer = browser.post("/lti/login/northfield", data=stated, follow_redirects=False)
        assert answer.status_code == 302, answer.text
        asked = urlsplit(answer.headers["location"])
        return {name: values[0] for name, values in parse_qs(asked.query).items()}

    return begin_it


@pytest.fixture
def launch(browser: TestClient, campus: Campus, begin: Callable[..., dict[str, str]]) -> Callable[..., Response]:
    """Launch as a browser does it, with claims as changed."""

    def launch_it(claims: Callable[..., dict[str, Any]] = campus.claims, **changed: Any) -> Response:
        asked = begin()
        token = campus.sign(claims(asked["nonce"], **changed))
        return browser.post("/lti/launch", data={"id_token": token, "state": asked["state"]})

    return launch_it
