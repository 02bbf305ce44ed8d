"""Pages in Spanish are Spanish to the last sentence, whoever raised it: refusals, errors, reports, findings."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app import errors
from app.credentials.jsonld import UnsafeDocument
from app.errors import ServiceError
from app.issuing.achievements import Achievement
from app.issuing.awards import Award
from app.issuing.issuers import Issuer
from app.main import application
from app.outbound.network import Network
from app.service import Service
from app.web.problems import STATUS
from tests.web.english import english_in

SPANISH = {"Accept": "text/html", "Accept-Language": "es"}
ROUTES = (Path(__file__).parent / "authorisation.txt").read_text(encoding="utf-8")
FORMS = sorted(
    set(re.findall(r"POST +(/staff/\{slug\}/[a-z0-9/_-]+)(?=\s)", ROUTES))
)  # whole forms of staff: no id stands in their addresses


@pytest.fixture
def olga(enter: Callable[..., Any], issuer: Issuer) -> Any:
    """An owner who reads Spanish."""
    browser = enter("olga@example.org", role="owner", at=issuer)
    browser.client.headers["Accept-Language"] = "es"
    return browser


@pytest.fixture
def broken(service: Service, network: Network) -> Iterator[TestClient]:
    """The whole service, with an address that raises any error by its slug."""
    app = application(service, network=network)

    def fail(slug: str) -> None:
        kind = next(each for each in STATUS if each.slug == slug)
        raise _made(kind)

    app.add_api_route("/fails/{slug}", fail)
    app.router.routes.insert(0, app.router.routes.pop())
    with TestClient(app, base_url="http://badges.test", raise_server_exceptions=False) as client:
        yield client


def _made(kind: type[ServiceError]) -> ServiceError:
    sentence = "There is no event type award.made"
    made: dict[str, Callable[[], ServiceError]] = {
        "FetchFailed": lambda: errors.FetchFailed("test"),
        "MailRefused": lambda: errors.MailRefused("The mail server did not answer in time", permanent=False),
        "PlatformRefused": lambda: errors.PlatformRefused("the platform answered 500"),
        "SignInRefused": lambda: errors.SignInRefused(sentence, reason="test"),
        "Throttled": lambda: errors.Throttled(3),
        "UnsafeDocument": lambda: UnsafeDocument("context.missing", "", "The document has no list of contexts"),
    }
    return made.get(kind.__name__, lambda: kind(sentence))()


def test_english_is_found_where_it_is(client: TestClient):
    assert english_in(client.get("/b/nothing", headers={"Accept": "text/html"}).text)


@pytest.mark.parametrize("path", FORMS)
def test_a_form_of_staff_that_is_sent_empty_is_refused_in_spanish(olga: Any, path: str):
    page = olga.post(path.replace("{slug}", "northfield"))

    assert page.status_code < 500
    assert english_in(page.text) == []


def test_there_are_many_forms():
    assert len(FORMS) >= 12


@pytest.mark.parametrize("slug", [kind.slug for kind in STATUS if kind is not errors.NotSignedIn])
def test_every_error_is_a_spanish_page(broken: TestClient, slug: str):
    page = broken.get(f"/fails/{slug}", headers=SPANISH)
    kind = next(each for each in STATUS if each.slug == slug)

    assert page.status_code == STATUS[kind]
    assert english_in(page.text) == []
    assert kind.title not in page.text


def test_an_error_stays_english_for_programs_whatever_they_accept(broken: TestClient):
    answer = broken.get("/fails/not-found", headers={"Accept": "application/problem+json", "Accept-Language": "es"})

    assert answer.json()["title"] == "There is nothing at this address"
    assert answer.json()["detail"] == "There is no event type award.made"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/b/nothing", 404), ("GET", "/nothing/at/all", 404), ("DELETE", "/verify", 405), ("GET", "/claim/x", 404),
     ("GET", "/share/x", 404), ("GET", "/problems/none", 404), ("GET", "/issuers/none", 404)],
)  # fmt: skip
def test_what_anybody_can_ask_wrongly_is_answered_in_spanish(client: TestClient, method: str, path: str, status: int):
    page = client.request(method, path, headers=SPANISH)

    assert page.status_code == status
    assert english_in(page.text) == []


@pytest.mark.parametrize("kind", [each.slug for each in STATUS])
def test_the_page_of_each_problem_is_in_spanish(client: TestClient, kind: str):
    assert english_in(client.get(f"/problems/{kind}", headers=SPANISH).text) == []


def test_a_form_of_another_site_is_refused_in_spanish(olga: Any):
    olga.client.headers["Origin"] = "https://other.example"

    page = olga.post("/staff/northfield/groups")

    assert page.status_code in {403, 404, 405}
    assert english_in(page.text) == []


def test_a_tampered_badge_is_told_of_in_spanish(client: TestClient, award: Award):
    signed = client.get(f"/b/{award.id}.json").json()
    signed["credentialSubject"]["achievement"]["name"] = "Surgery"

    page = client.post("/verify", files={"file": ("badge.json", json.dumps(signed))}, headers=SPANISH)

    assert "El documento se modificó después de firmarlo" in page.text
    assert english_in(page.text) == []
    assert '<span lang="en"' not in page.text


@pytest.mark.parametrize("text", ["", "{}", "[]", "nothing", '{"a": 1', "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_badge_is_told_of_in_spanish(client: TestClient, text: str):
    assert english_in(client.post("/verify", data={"text": text}, headers=SPANISH).text) == []


def test_the_doctor_speaks_spanish(olga: Any):
    page = olga.get("/staff/northfield/settings/doctor").text

    assert "La base de datos responde." in page
    assert english_in(page) == []


@pytest.mark.parametrize("path", ["/sign-in", "/staff/sign-in"])
def test_who_signs_in_with_nothing_is_told_in_spanish(client: TestClient, path: str):
    page = client.post(
        path, data={"email": "nobody", "password": "x"}, headers=SPANISH | {"Origin": "http://badges.test"}
    )

    assert english_in(page.text) == []


def test_the_checklist_of_an_achievement_is_in_spanish(olga: Any, make_achievement: Callable[..., Achievement]):
    page = olga.get(f"/staff/northfield/achievements/{make_achievement().id}/publish")

    assert page.status_code == 200
    assert english_in(page.text) == []
