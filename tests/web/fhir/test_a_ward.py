"""A hospital's health-record system, written from the specifications, on a real socket from end to end."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import jwt
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from app.credentials.multibase import base64url
from app.issuing.health_records import View, clients
from app.issuing.health_records.tables import RecordClient
from app.issuing.issuers import Issuer
from app.main import application
from app.projections.fhir import wire_id
from app.service import Service
from app.settings import Settings
from tests.web.fhir.conftest import Hospital
from tests.web.fhir.ehr import Ehr

BOTH_DATABASES = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
SCOPES = "system/Practitioner.rs system/PractitionerRole.rs"


@pytest.fixture(scope="module")
def rsa_key() -> Any:
    """A private key of the health-record system."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def jwks(key: Any, kid: str = "1") -> dict[str, Any]:
    """What the system publishes of a key."""
    kind = jwt.algorithms.RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else jwt.algorithms.ECAlgorithm
    return {"keys": [{**kind.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig"}]}


@pytest.fixture
def connected(service: Service) -> Callable[..., RecordClient]:
    """A system that the hospital connected: `connected(issuer, jwks=…, types=…, view=…)`."""

    def make(issuer: Issuer, **facts: Any) -> RecordClient:
        stated = {"name": "The hospital's EHR", "view": View.FULL, "actor": "test", **facts}
        with service.database.write() as session:
            return clients.connect(session, issuer, **stated)

    return make


class TestOnASocket:
    """The whole way, as it is in a hospital."""

    @pytest.fixture
    def listening(self) -> Iterator[socket.socket]:
        with socket.create_server(("127.0.0.1", 0)) as opened:
            yield opened

    @pytest.fixture
    def settings(self, settings: Settings, listening: socket.socket) -> Settings:
        return settings.model_copy(update={"public_base_url": f"http://localhost:{listening.getsockname()[1]}"})

    @pytest.fixture
    def ehr(self, service: Service, listening: socket.socket) -> Iterator[Ehr]:
        server = uvicorn.Server(uvicorn.Config(application(service), log_config=None, lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        with httpx.Client(timeout=60) as http:
            yield Ehr(http, f"{service.settings.public_base_url}/fhir/northfield")
        server.should_exit = True
        thread.join(timeout=10)

    def test_a_system_reads_a_ward_s_staff_and_sees_a_revocation_at_its_next_poll(
        self, hospital: Hospital, ehr: Ehr, rsa_key: Any, connected: Callable[..., RecordClient]
    ):
        staff = [hospital.person(f"Nurse Number{number}", f"n{number}@hospital.test") for number in range(3)]
        hospital.person("Not Asked", shared=False)
        held = [hospital.award(each) for each in staff]
        for each in staff:
            hospital.works(each)
        client = connected(hospital.issuer, jwks=jwks(rsa_key), types=["Practitioner", "PractitionerRole"])

        assert ehr.read("metadata")["fhirVersion"] == "4.0.1"
        assert ehr.refused("Practitioner") == 401
        answer = ehr.ask_for_token(ehr.assertion(client.id, rsa_key, "RS384", "1"), SCOPES)
        assert answer.status_code == 200, answer.text
        assert (answer.json()["token_type"], answer.json()["expires_in"] <= 300) == ("bearer", True)
        ehr.token = answer.json()["access_token"]

        ward = ehr.every(f"PractitionerRole?organization=Organization/{hospital.unit()}&_count=2")
        people = [ehr.read(role["practitioner"]["reference"]) for role in ward]
        assert len(people) == 3
        assert all(each["qualification"][0]["code"]["text"] == "Phlebotomy Fundamentals (PHLB)" for each in people)

        hospital.revoke(held[0])
        again = {each["id"]: each for each in ehr.every("Practitioner?_count=1")}
        assert "qualification" not in again[wire_id(staff[0].id)]
        assert "qualification" in again[wire_id(staff[1].id)]

        hospital.withdraw(staff[1])
        assert ehr.refused(f"Practitioner/{wire_id(staff[1].id)}") == 410
        assert len(ehr.every("Practitioner")) == 2
        assert ehr.refused("VerificationResult") == 403
        assert ehr.refused("Organization") == 403

        with hospital.service.database.write() as session:
            clients.end(session, hospital.issuer, client.id, actor="test")
        assert ehr.refused("Practitioner") == 401
        assert ehr.answers > 12


class TestTokens:
    """Proofs that hold, and what tampering with them comes to."""

    @pytest.fixture
    def ehr(self, connect: Callable[[str | None], Ehr]) -> Ehr:
        return connect(None)

    def test_a_proof_is_good_once_for_this_server_from_this_key_and_for_five_minutes(
        self, hospital: Hospital, ehr: Ehr, rsa_key: Any, connected: Callable[..., RecordClient]
    ):
        other = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
        client = connected(hospital.issuer, jwks=jwks(rsa_key))
        now = int(time.time())

        def status(key: Any = rsa_key, algorithm: str = "RS384", kid: str = "1", **changes: Any) -> int:
            proof = ehr.assertion(client.id, key, algorithm, kid, **changes)
            answer = ehr.ask_for_token(proof, SCOPES)
            assert answer.status_code == 200 or answer.json()["error"] == "invalid_client"
            return answer.status_code

        assert status() == 200
        assert status(jti="once") == 200
        assert {
            "shown again": status(jti="once"),
            "for another server": status(aud="https://other.example/token"),
            "for the base": status(aud=ehr.base),
            "ended": status(exp=now - 1),
            "for an hour": status(exp=now + 3_600),
            "without an end": status(exp=None),
            "without an id": status(jti=None),
            "another subject": status(sub="somebody"),
            "another issuer": status(iss="somebody"),
            "not good yet": status(nbf=now + 100),
            "another key": status(key=other),
            "an unknown key": status(kid="2"),
            "a weaker algorithm": status(algorithm="RS256"),
            "a shared secret": status(key="x" * 48, algorithm="HS384"),
        } == dict.fromkeys(
            ["shown again", "for another server", "for the base", "ended", "for an hour", "without an end",
             "without an id", "another subject", "another issuer", "not good yet", "another key", "an unknown key",
             "a weaker algorithm", "a shared secret"], 401,
        )  # fmt: skip
        assert ehr.ask_for_token("not.a.token", SCOPES).status_code == 401
        assert ehr.ask_for_token(ehr.assertion(client.id, None, "none", "1"), SCOPES).status_code == 401

    @BOTH_DATABASES
    @pytest.mark.usefixtures("hospital")
    def test_a_proof_of_nobody_is_none_whatever_name_it_has(self, ehr: Ehr):
        for stated in ("\0", "a\0b", "\ud800", "x" * 5_000, "", 7, ["a"], {}):
            proof = ".".join(
                base64url(json.dumps(part).encode()) for part in ({"alg": "RS384"}, {"iss": stated}, "x")
            )  # fmt: skip
            assert ehr.ask_for_token(proof, SCOPES).status_code == 401, stated

    def test_an_elliptic_key_proves_as_well(self, hospital: Hospital, ehr: Ehr, connected: Callable[..., RecordClient]):
        key = ec.generate_private_key(ec.SECP384R1())
        client = connected(hospital.issuer, jwks=jwks(key, "p-384"))

        answer = ehr.ask_for_token(ehr.assertion(client.id, key, "ES384", "p-384"), "system/*.read")

        assert sorted(answer.json()["scope"].split()) == [
            "system/Organization.rs", "system/Practitioner.rs", "system/PractitionerRole.rs",
            "system/VerificationResult.rs",
        ]  # fmt: skip

    def test_a_token_does_what_its_scopes_say_and_no_more(
        self, hospital: Hospital, ehr: Ehr, rsa_key: Any, connected: Callable[..., RecordClient]
    ):
        ana = hospital.person("Ana Ortiz")
        client = connected(hospital.issuer, jwks=jwks(rsa_key), types=["Practitioner", "Organization"])

        def token(scope: str) -> httpx.Response:
            return ehr.ask_for_token(ehr.assertion(client.id, rsa_key, "RS384", "1"), scope)

        assert token("system/VerificationResult.rs").json()["error"] == "invalid_scope"
        assert token("system/Practitioner.cud patient/*.rs launch").json()["error"] == "invalid_scope"
        assert token("").json()["error"] == "invalid_scope"
        answer = token("system/Practitioner.r system/VerificationResult.rs").json()
        assert answer["scope"] == "system/Practitioner.r"
        ehr.token = answer["access_token"]
        assert ehr.read(f"Practitioner/{wire_id(ana.id)}")["active"]
        assert ehr.refused("Practitioner") == 403
        assert ehr.refused("Organization") == 403
        ehr.token = token("system/Practitioner.s").json()["access_token"]
        assert ehr.read("Practitioner")["total"] == 1
        assert ehr.refused(f"Practitioner/{wire_id(ana.id)}") == 403
        assert ehr.refused("Practitioner?_revinclude=PractitionerRole:practitioner") == 403

    @pytest.mark.usefixtures("hospital")
    def test_a_token_of_one_issuer_opens_nothing_at_another(
        self, ehr: Ehr, rsa_key: Any, make_issuer: Any, connected: Callable[..., RecordClient]
    ):
        client = connected(make_issuer(slug="riverside", name="Riverside"), jwks=jwks(rsa_key))
        here = Ehr(ehr.http, ehr.base.replace("northfield", "riverside"))
        answer = here.ask_for_token(here.assertion(client.id, rsa_key, "RS384", "1"), SCOPES)

        ehr.token = answer.json()["access_token"]

        assert ehr.refused("Practitioner") == 401
        assert ehr.ask_for_token(ehr.assertion(client.id, rsa_key, "RS384", "1"), SCOPES).status_code == 401

    def test_a_token_ends_by_itself(
        self, hospital: Hospital, ehr: Ehr, rsa_key: Any, connected: Callable[..., RecordClient],
        monkeypatch: pytest.MonkeyPatch,
    ):  # fmt: skip
        client = connected(hospital.issuer, jwks=jwks(rsa_key))
        monkeypatch.setattr("app.issuing.health_records.tokens.GOOD_FOR_SECONDS", 0)
        ehr.token = ehr.ask_for_token(ehr.assertion(client.id, rsa_key, "RS384", "1"), SCOPES).json()["access_token"]

        assert ehr.refused("Practitioner") == 401

    def test_a_request_that_is_none_is_told_why_in_the_words_of_oauth(self, hospital: Hospital, ehr: Ehr):
        url = f"{ehr.base}/token"
        assert hospital.issuer.slug in url
        assert ehr.http.post(url, json={}).json()["error"] == "invalid_request"
        assert ehr.http.post(url, data={"grant_type": "password"}).json()["error"] == "unsupported_grant_type"
        assert ehr.http.post(url, data={"grant_type": "client_credentials"}).json()["error"] == "invalid_request"
        twice = "grant_type=client_credentials&grant_type=client_credentials"
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        assert ehr.http.post(url, content=twice, headers=form).json()["error"] == "invalid_request"
        assert ehr.http.post(url, content=b"\xff=\xff", headers=form).json()["error"] == "invalid_request"
        assert (
            ehr.http.get(f"{ehr.base.replace('northfield', 'nobody')}/.well-known/smart-configuration").status_code
            == 404
        )
