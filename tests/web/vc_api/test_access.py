"""Who may use the VC-API: nobody as it comes, key holders when it is on, everybody only where nothing is at stake."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from app import service as services
from app.db import Database
from app.errors import UnsafeConfiguration
from app.issuing import access
from app.issuing.access import Scope
from app.issuing.issuers import Issuer
from app.main import application
from app.outbound.network import Network
from app.service import Service
from app.settings import Mode, Settings
from app.web import vc_api

V2 = "https://www.w3.org/ns/credentials/v2"
CREDENTIAL = {
    "@context": [V2],
    "type": ["VerifiableCredential"],
    "issuer": "did:example:issuer",
    "credentialSubject": {"id": "did:example:subject"},
}
# Each route with the scope that its caller's key needs; None = everybody may read it.
SCOPES: dict[tuple[str, str], Scope | None] = {
    ("POST", "/credentials/issue"): Scope.CREDENTIALS_ISSUE,
    ("POST", "/credentials/status"): Scope.CREDENTIALS_ISSUE,
    ("POST", "/credentials/verify"): Scope.READ,
    ("POST", "/presentations/verify"): Scope.READ,
    ("GET", "/credentials/status/{list_id}/{kid}"): None,
}
KID = "z6MkqK6fRZP4uiMYWEUbHTza2Qzj5LkrL5LzAZNrkENTPZDL"
CLOSED = [path for (_, path), scope in SCOPES.items() if scope is not None]


@pytest.fixture
def service(settings: Settings, database: Database) -> Iterator[Service]:
    """A service whose VC-API asks for keys."""
    built = services.build(settings.model_copy(update={"database_url": database.url, "vc_api": "keys"}))
    yield built
    built.close()


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    with TestClient(application(service, network=Network()), base_url="http://badges.test") as opened:
        yield opened


@pytest.fixture
def make_key(service: Service, make_issuer: Callable[..., Issuer]) -> Callable[..., str]:
    issuer = make_issuer()

    def make(*scopes: Scope) -> str:
        with service.database.write() as session:
            return access.create(session, issuer, name="suite", scopes=scopes, days=1, actor="test").text

    return make


def post(client: TestClient, path: str, key: str | None, body: Any = None) -> Any:
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    return client.post(path, json=body or {"credential": CREDENTIAL}, headers=headers)


def test_the_matrix_names_every_route():
    found = {(m, r.path) for r in vc_api.router.routes if isinstance(r, APIRoute) for m in r.methods}

    assert found == set(SCOPES)


@pytest.mark.parametrize("path", CLOSED)
def test_the_door_is_shut_as_it_comes(settings: Settings, sqlite_url: str, path: str):
    service = services.build(settings.model_copy(update={"database_url": sqlite_url}))

    with TestClient(application(service, network=Network()), base_url="http://badges.test") as client:
        assert post(client, path, None).status_code == 404
        assert post(client, path, "lyd_AAAAAAAAAAAA_" + "A" * 43).status_code == 404
        assert client.get(f"/credentials/status/AAAAAAAAAAAAAAAAAAAAAA/{KID}").status_code == 404


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("key", [None, "", "nonsense", "lyd_AAAAAAAAAAAA_" + "A" * 43])
def test_nobody_without_a_valid_key_comes_in(client: TestClient, path: str, key: str | None):
    answer = post(client, path, key)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", CLOSED)
def test_a_key_without_the_scope_is_told_which_one_is_missing(
    client: TestClient, make_key: Callable[..., str], path: str
):
    scope = SCOPES["POST", path]

    answer = post(client, path, make_key(*(other for other in Scope if other != scope)))

    assert (answer.status_code, answer.json()["scope"]) == (403, scope)


def test_a_key_with_the_scope_issues_in_its_issuer_s_name_and_another_verifies(
    client: TestClient, make_key: Callable[..., str]
):
    issued = post(client, "/credentials/issue", make_key(Scope.CREDENTIALS_ISSUE))

    credential = issued.json()["verifiableCredential"]
    reader = make_key(Scope.READ)
    assert issued.status_code == 201
    assert issued.headers["cache-control"] == "no-store"
    body = {"verifiableCredential": credential}
    assert post(client, "/credentials/verify", reader, body).status_code == 200
    assert client.get(credential["credentialStatus"]["statusListCredential"]).status_code == 200


def test_a_key_of_another_issuer_withdraws_nothing(
    client: TestClient, service: Service, make_key: Callable[..., str], make_issuer: Callable[..., Issuer]
):
    issued = post(client, "/credentials/issue", make_key(Scope.CREDENTIALS_ISSUE)).json()["verifiableCredential"]
    neighbour = make_issuer(slug="southfield")
    with service.database.write() as session:
        theirs = access.create(
            session, neighbour, name="suite", scopes=(Scope.CREDENTIALS_ISSUE,), days=1, actor="test"
        ).text

    answer = post(client, "/credentials/status", theirs, {"credentialStatus": issued["credentialStatus"]})

    assert answer.status_code == 404
    verified = post(client, "/credentials/verify", make_key(Scope.READ), {"verifiableCredential": issued})
    assert verified.status_code == 200


def test_a_key_in_the_address_is_refused(client: TestClient, make_key: Callable[..., str]):
    assert client.post(f"/credentials/issue?api_key={make_key(*Scope)}", json={}).status_code == 400


def test_an_open_door_is_refused_in_production(settings: Settings):
    production = {"mode": Mode.PRODUCTION, "public_base_url": "https://badges.example", "vc_api_issuer": "x"}

    with pytest.raises(UnsafeConfiguration, match="VC-API would sign whatever anybody sends"):
        services.build(settings.model_copy(update={**production, "vc_api": "open"}))


def test_an_open_door_needs_an_issuer(settings: Settings):
    with pytest.raises(UnsafeConfiguration, match="LANYARD_VC_API_ISSUER"):
        services.build(settings.model_copy(update={"vc_api": "open"}))


def test_an_open_door_for_an_issuer_that_is_not_there_finds_nothing(settings: Settings, sqlite_url: str):
    changes = {"database_url": sqlite_url, "vc_api": "open", "vc_api_issuer": "nobody"}
    service = services.build(settings.model_copy(update=changes))

    with TestClient(application(service, network=Network()), base_url="http://badges.test") as client:
        assert post(client, "/credentials/issue", None).status_code == 404
