"""Headers that protect every answer, and errors as people and programs get them (T40)."""

from __future__ import annotations

from itertools import product

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from app.errors import Busy
from app.issuing.awards import Award
from app.main import application
from app.service import Service
from app.web import problems
from app.web.headers import PROTECTION, PublicHeaders

PATHS = [
    "/",
    "/catalogue",
    "/compare",
    "/nothing",
    "/b/nothing",
    "/static/x/style.css",
    "/hooks/x",
    "/.well-known/jwks.json",
]


def test_every_answer_of_any_kind_carries_the_protection(client: TestClient, award: Award):
    answers = [client.get(path) for path in [*PATHS, f"/b/{award.id}", f"/b/{award.id}.png"]]
    answers += [client.post("/verify", content=b"{"), client.request("BREW", "/"), client.post("/")]
    answers += [client.post("/verify", headers={"Content-Length": "-1"}), client.options("/verify")]

    for answer in answers:
        for name in set(PROTECTION) - {"Cross-Origin-Resource-Policy"}:
            assert answer.headers[name] == PROTECTION[name], (answer.url, name)


def test_only_the_page_that_takes_badges_may_ask_for_the_camera(client: TestClient, award: Award):
    """With everything else that protects it unchanged; it scans QR codes."""
    form, form_again = client.get("/verify"), client.post("/verify", headers={"Accept": "text/html"})
    answer = client.get(
        "/verify", params={"badge": f"http://badges.test/b/{award.id}"}, headers={"Accept": "text/html"}
    )

    for page in (form, form_again):
        assert page.headers["permissions-policy"].startswith("camera=(self), geolocation=()")
        same = set(PROTECTION) - {"Cross-Origin-Resource-Policy", "Permissions-Policy"}
        assert {name: page.headers[name] for name in same} == {name: PROTECTION[name] for name in same}
    assert answer.headers["permissions-policy"] == PROTECTION["Permissions-Policy"]


def test_no_policy_lets_anything_inline_run(client: TestClient):
    policy = client.get("/").headers["content-security-policy"]

    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "data:" not in policy


@pytest.mark.parametrize("is_https", [True, False])
def test_browsers_are_told_to_stay_on_https_when_we_are(is_https: bool):  # noqa: FBT001 - a value of the table
    app = FastAPI()
    app.add_middleware(PublicHeaders, is_https=is_https)

    assert ("strict-transport-security" in TestClient(app).get("/").headers) == is_https


HOSTS = ["evil.example", "evil.example:80", "x/..%2f", "evil.example/api/", "badges.test@evil.example", "evil.example#"]


@pytest.mark.parametrize("sent_as", ["Host", "X-Forwarded-Host"])
def test_no_answer_leads_to_the_host_that_a_request_names(client: TestClient, award: Award, sent_as: str):
    """T40. With a stroke at the end too, where frameworks like to redirect."""
    paths = [*PATHS, f"/b/{award.id}", "/issuers/northfield", "/api/v1/issuer", "/healthz", "//evil.example/b"]

    for path, host in product([*paths, *(f"{path}/" for path in paths)], HOSTS):
        answer = client.get(path, headers={sent_as: host, "Accept": "text/html"}, follow_redirects=False)

        assert "location" not in answer.headers, (path, host)
        assert host not in answer.text + str(answer.headers), (path, host)


def broken(service: Service, error: Exception) -> TestClient:
    """The service with a door that fails."""
    app = application(service)

    @app.get("/broken")
    def door() -> None:
        raise error

    return TestClient(app, base_url="http://badges.test", raise_server_exceptions=False)


def test_a_fault_of_ours_is_a_calm_answer_with_the_protection_and_without_its_text(service: Service):
    client = broken(service, RuntimeError("a secret of the inside"))

    with capture_logs() as logged:
        page, document = (client.get("/broken", headers={"Accept": each}) for each in ("text/html", "*/*"))

    assert "a secret of the inside" in str(logged)
    assert page.status_code == document.status_code == 500
    assert document.headers["content-type"] == "application/problem+json"
    assert "Try again later" in page.text
    assert "secret" not in page.text + document.text
    assert page.headers["content-security-policy"] == PROTECTION["Content-Security-Policy"]


def test_a_busy_service_says_when_to_come_back(service: Service):
    client = broken(service, Busy("The database is busy", retry_after_seconds=5))

    page = client.get("/broken", headers={"Accept": "text/html"})

    assert (page.status_code, page.headers["retry-after"]) == (503, "5")
    assert "Try again in a few seconds." in page.text


def test_a_person_gets_an_error_as_a_page_and_a_program_as_a_document(client: TestClient):
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

    page = client.get("/b/nothing", headers={"Accept": browser})
    document = client.get("/b/nothing", headers={"Accept": "application/json"})

    assert page.status_code == document.status_code == 404
    assert "<h1>There is nothing at this address</h1>" in page.text
    assert "Check the address" in page.text
    assert document.json()["type"] == "http://badges.test/problems/not-found"
    assert page.headers["cache-control"] == document.headers["cache-control"] == "no-store"
    assert (page.headers["vary"], document.headers["vary"]) == ("Accept, Accept-Language, Cookie", "Accept")


def test_doors_for_programs_answer_with_documents_even_to_a_browser(client: TestClient):
    answer = client.post("/hooks/nothing", headers={"Accept": "text/html"})

    assert answer.headers["content-type"] == "application/problem+json"


def test_there_is_a_page_behind_every_problem_type(client: TestClient):
    for error in problems.STATUS:
        page = client.get(f"/problems/{error.slug}")

        assert page.status_code == 200
        assert "<h2>What to do</h2>" in page.text


def test_a_problem_that_there_is_not_has_no_page(client: TestClient):
    assert client.get("/problems/no-such-problem").status_code == 404


def test_the_front_page_lists_who_awards_badges(client: TestClient, award: Award):
    assert award.id not in client.get("/").text
    assert 'href="/issuers/northfield"' in client.get("/").text


def test_the_front_page_of_an_empty_service_is_calm(client: TestClient):
    assert "Nobody yet." in client.get("/").text
