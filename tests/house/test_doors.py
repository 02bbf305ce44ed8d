"""Every door says whom it is for, answers nonsense calmly, and sends the headers that protect its pages."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from app import migrating
from app.main import create_app
from app.settings import Settings
from app.web.forms import sent
from tests.routes_of import routes_of

AUDIENCES = {"source", "public", "integrator", "operator", "learner", "staff"}
NONSENSE = ["x", "0", "%00", "..%2f..%2fetc%2fpasswd", "%F0%9F%8E%93", "a" * 300, "' OR 1=1 --"]
HEADERS = {
    "content-security-policy": r"default-src '(none|self)'(?!.*unsafe-)",
    "x-content-type-options": r"nosniff",
    "referrer-policy": r".+",
    "x-frame-options": r"DENY|SAMEORIGIN",
    "permissions-policy": r".+",
}


def without_audience(application: FastAPI) -> list[str]:
    """Routes whose tags do not name exactly one audience."""
    return [str(r.path) for r in routes_of(application) if len(AUDIENCES & {str(tag) for tag in r.tags}) != 1]


def unguarded(application: FastAPI) -> list[str]:
    """Routes for browsers that change something and do not ask whether the form is ours (T31)."""
    found = []
    for route in routes_of(application):
        is_for_browsers = {"learner", "staff"} & {str(tag) for tag in route.tags}
        changes = (route.methods or set()) - {"GET", "HEAD"}
        original = route.original_route
        if is_for_browsers and changes and isinstance(original, APIRoute) and not _asks(original.dependant, sent):
            found.append(f"{route.path} {' '.join(sorted(changes))}")
    return found


def _asks(dependant: Dependant, wanted: object) -> bool:
    return any(each.call is wanted or _asks(each, wanted) for each in dependant.dependencies)


def addresses(application: FastAPI) -> list[str]:
    """Each GET route with each nonsense in the place of its parameters."""
    paths = [str(route.path) for route in routes_of(application) if "GET" in (route.methods or set())]
    return sorted({re.sub(r"\{[^}]+\}", word, path) for path in paths for word in NONSENSE})


def failures(client: TestClient, paths: list[str]) -> list[str]:
    """Addresses that answer with a fault of the server; /readyz may say that there is no worker."""
    answers = {path: client.get(path, follow_redirects=False).status_code for path in paths if path != "/readyz"}
    return [f"{path} {status}" for path, status in answers.items() if status >= 500]


def unprotected(client: TestClient, paths: list[str]) -> list[str]:
    """Answers in which a protecting header is missing or weak."""
    found = []
    for path in paths:
        headers = client.get(path, follow_redirects=False).headers
        wanted = {
            name: pattern for name, pattern in HEADERS.items() if not is_framed(path) or name != "x-frame-options"
        }
        found += [f"{path} {name}" for name in wanted if not re.search(wanted[name], headers.get(name, ""))]
        if ("frame-ancestors *" in headers.get("content-security-policy", "")) and not is_framed(path):
            found.append(f"{path} may be framed")
    return found


def is_framed(path: str) -> bool:
    """Whether it is the one page that others may show inside of theirs: /b/{id}/embed."""
    return re.fullmatch(r"/b/[^/]+/embed", path) is not None


@pytest.fixture
def application(settings: Settings) -> FastAPI:
    """The service on an empty database, with every door open that can be."""
    migrating.upgrade(settings.database_url)
    return create_app(settings.model_copy(update={"vc_api": "open", "vc_api_issuer": "nobody"}))


@pytest.fixture
def client(application: FastAPI) -> Iterator[TestClient]:
    with TestClient(application, base_url="http://badges.test", raise_server_exceptions=False) as opened:
        yield opened


def test_every_route_names_its_audience(application: FastAPI):
    assert len(routes_of(application)) > 10
    assert without_audience(application) == []


def test_nonsense_in_an_address_is_never_a_fault_of_the_server(application: FastAPI, client: TestClient):
    assert failures(client, addresses(application)) == []


def test_every_answer_carries_the_protecting_headers(application: FastAPI, client: TestClient):
    paths = [*addresses(application), "/no/such/page", "/static/no-such-file.css"]

    assert unprotected(client, paths) == []


def test_every_form_of_a_browser_is_checked_to_be_ours(application: FastAPI):
    assert unguarded(application) == []


def test_a_form_that_is_not_checked_is_found():
    router = APIRouter(tags=["staff"])

    @router.post("/revoke")
    def revoke() -> None:
        """Revoke whatever another site wants."""

    application = FastAPI()
    application.include_router(router)
    assert unguarded(application) == ["/revoke POST"]


@pytest.fixture
def careless() -> FastAPI:
    """A service that keeps none of these rules."""
    router = APIRouter(prefix="/tea", tags=["everybody"])

    @router.get("/{pot}")
    def pour(pot: str) -> int:
        return int(pot)

    application = FastAPI()
    application.include_router(router)
    return application


def test_each_fault_of_a_door_is_found(careless: FastAPI):
    client = TestClient(careless, raise_server_exceptions=False)

    assert without_audience(careless) == ["/tea/{pot}"]
    assert "/tea/x 500" in failures(client, addresses(careless))
    assert len(unprotected(client, ["/tea/1"])) == len(HEADERS)
