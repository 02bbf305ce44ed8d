"""One address pasted into the platform connects both sides (dynamic registration)."""

from __future__ import annotations

import time
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient

from app.issuing import lti
from app.issuing.issuers import Issuer
from app.service import Service
from tests.campus import CLIENT_ID, DEPLOYMENT, ISS, Campus

TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
OPENID = {"openid_configuration": f"{ISS}/openid", "registration_token": "for-you"}


@pytest.fixture
def token(service: Service, issuer: Issuer) -> str:
    with service.database.write() as session:
        return lti.platforms.invite(session, issuer, actor="test")


def platforms(service: Service, issuer: Issuer) -> list[Any]:
    with service.database.read() as session:
        return lti.platforms.of_issuer(session, issuer)


def test_both_know_each_other_afterwards(
    browser: TestClient, campus: Campus, service: Service, issuer: Issuer, token: str
):
    answer = browser.get(f"/lti/register/{token}", params=OPENID)

    (platform,) = platforms(service, issuer)
    (said,) = campus.registered
    assert answer.status_code == 200
    assert "lti_close" in answer.text
    assert (platform.iss, platform.client_id, platform.deployments) == (ISS, CLIENT_ID, [DEPLOYMENT])
    assert said["token"] == "Bearer for-you"
    assert said["token_endpoint_auth_method"] == "private_key_jwt"
    assert said["initiate_login_uri"].endswith("/lti/login/northfield")
    assert {message["type"] for message in said[TOOL]["messages"]} == {
        "LtiResourceLinkRequest",
        "LtiDeepLinkingRequest",
    }
    assert browser.get("/lti/jwks.json").json()["keys"]


def test_an_invitation_is_good_for_one_platform(browser: TestClient, service: Service, issuer: Issuer, token: str):
    answers = [browser.get(f"/lti/register/{token}", params=OPENID).status_code for _ in range(2)]

    assert answers == [200, 404]
    assert len(platforms(service, issuer)) == 1


@pytest.mark.parametrize("guess", ["x", "A" * 43])
def test_nobody_without_an_invitation_registers_anything(browser: TestClient, campus: Campus, guess: str):
    assert browser.get(f"/lti/register/{guess}", params=OPENID).status_code == 404
    assert campus.asked == []


def test_an_invitation_ends(browser: TestClient, token: str):
    with time_machine.travel(time.time() + 73 * 3600, tick=False):
        assert browser.get(f"/lti/register/{token}", params=OPENID).status_code == 404


def test_opened_in_a_browser_it_says_what_to_do(browser: TestClient, token: str):
    answer = browser.get(f"/lti/register/{token}", headers={"Accept": "text/html"})

    assert answer.status_code == 422
    assert "dynamic registration" in answer.text


@pytest.mark.parametrize("address", ["http://campus.example/openid", "https://127.0.0.1/openid", "file:///etc/passwd",
                                     "https://nobody.example/openid", "https://campus.example/nothing"])  # fmt: skip
def test_an_address_that_leads_nowhere_good_uses_the_invitation_not_up(
    browser: TestClient, service: Service, issuer: Issuer, token: str, address: str
):
    answer = browser.get(f"/lti/register/{token}", params={"openid_configuration": address})

    assert answer.status_code == 422
    assert platforms(service, issuer) == []
    assert browser.get(f"/lti/register/{token}", params=OPENID).status_code == 200


@pytest.mark.parametrize(
    "said",
    [{"issuer": "https://evil.example"}, {"issuer": None}, {"registration_endpoint": None},
     {"registration_endpoint": "https://127.0.0.1/register"}, {"jwks_uri": "http://campus.example/jwks"}],
    ids=["another host", "nobody", "nowhere", "an inner host", "keys in the clear"],
)  # fmt: skip
def test_a_configuration_that_cannot_be_right_connects_nothing(  # noqa: PLR0917 - fixtures
    browser: TestClient, campus: Campus, service: Service, issuer: Issuer, token: str, said: dict[str, Any]
):
    campus.configuration = said

    assert browser.get(f"/lti/register/{token}", params=OPENID).status_code == 422
    assert platforms(service, issuer) == []


def test_a_platform_that_refuses_connects_nothing(browser: TestClient, campus: Campus, token: str):
    campus.refuses = {"/register"}

    assert browser.get(f"/lti/register/{token}", params=OPENID).status_code == 422
