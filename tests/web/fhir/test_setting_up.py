"""Who gives what away: the holder on their page, the owner in the settings, an operator with the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi.testclient import TestClient
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from sqlalchemy import select

from app.errors import NotAuthenticated
from app.issuing import access, accounts, key_sets, stored_about
from app.issuing.access import Scope
from app.issuing.audit import AuditEntry
from app.issuing.health_records import View, clients
from app.issuing.health_records.tables import RecordClient
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner, sharing
from app.lms.jwt_body import public_key
from app.main import application
from app.outbound.key_sets import fetch_key_set
from app.projections.fhir import wire_id
from app.service import Service
from app.web.fhir import exporting
from app.web.fhir.authentication import SEARCH, Reader
from tests.strangers import Strangers, strangers
from tests.web.fhir.conftest import Hospital
from tests.web.fhir.ehr import Ehr, valid

PLACE = "keys.ehr.example/jwks.json"
SCOPES = "system/Practitioner.rs"


def published(key: Any, kid: str = "1") -> dict[str, Any]:
    """A key set with one public key."""
    return {"keys": [{**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid}]}


@pytest.fixture
def ana(hospital: Hospital) -> Learner:
    """Ana, who was not asked yet."""
    return hospital.person("Ana Ortiz", "ana.ortiz@example.org", shared=False)


def test_a_holder_agrees_and_takes_it_back_on_their_own_page(
    hospital: Hospital, ana: Learner, ehr: Ehr, enter: Callable[..., Any]
):
    mine = enter("ana.ortiz@example.org")
    assert "tells nobody of you" in mine.get("/me/settings").text
    assert ehr.read("Practitioner")["total"] == 0

    assert mine.post("/me/settings/health-records", learner=ana.id, shared="yes").status_code == 303
    assert "may tell of you" in mine.get("/me/settings").text
    assert ehr.read("Practitioner")["total"] == 1

    mine.post("/me/settings/health-records", learner=ana.id, shared="no")
    assert ehr.read("Practitioner")["total"] == 0
    with hospital.service.database.read() as session:
        logged = session.scalars(select(AuditEntry).where(AuditEntry.object_id == ana.id).order_by(AuditEntry.id)).all()
    assert [each.action for each in logged][-2:] == ["learner.record-shared", "learner.record-withdrawn"]
    assert all(each.actor == f"account:{mine.account_id}" for each in logged[-2:])


def test_nobody_agrees_for_somebody_else(hospital: Hospital, ana: Learner, enter: Callable[..., Any]):
    other = enter("bea@example.org")

    assert other.post("/me/settings/health-records", learner=ana.id, shared="yes").status_code == 404
    with hospital.service.database.read() as session:
        assert not sharing.is_shared(session, session.get_one(Learner, ana.id))


def test_an_owner_connects_a_system_and_ends_it(service: Service, issuer: Issuer, enter: Callable[..., Any]):
    owner = enter("olga@example.org", role="owner", at=issuer)
    root = "/staff/northfield/settings/health-records"
    assert "No system is connected yet" in owner.get(root).text
    keys = json.dumps(published(ec.generate_private_key(ec.SECP384R1())))

    made = owner.post(f"{root}/new", name="Planning", view="patient", jwks=keys, jwks_url="")
    with service.database.read() as session:
        (client,) = clients.of_issuer(session, issuer)
    page = owner.get(root).text

    assert made.status_code == 303
    assert (client.name, client.view, client.types) == ("Planning", "patient", "Practitioner Organization")
    assert client.id in page
    assert "http://badges.test/fhir/northfield/token" in page
    assert owner.post(f"{root}/{client.id}/end").status_code == 303
    with service.database.read() as session:
        assert session.get_one(RecordClient, client.id).ended_at is not None


def test_what_is_wrong_with_a_new_system_is_said(issuer: Issuer, enter: Callable[..., Any]):
    owner = enter("olga@example.org", role="owner", at=issuer)
    private = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP384R1()), as_dict=True) | {"kid": "1"}
    p_256, edwards = ec.generate_private_key(ec.SECP256R1()), Ed25519PrivateKey.generate()
    rs256 = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    unfit = [
        json.dumps(published(p_256)),
        json.dumps({"keys": [{**OKPAlgorithm.to_jwk(edwards.public_key(), as_dict=True), "kid": "1"}]}),
        json.dumps({"keys": [{**RSAAlgorithm.to_jwk(rs256.public_key(), as_dict=True), "kid": "1", "alg": "RS256"}]}),
    ]
    good = {"name": "EHR", "view": "full", "jwks_url": "https://ehr.example/jwks", "jwks": ""}

    for wrong in (
        {"name": ""}, {"view": "all"}, {"jwks_url": ""}, {"jwks_url": "http://ehr.example/jwks"}, {"jwks": "{}"},
        {"jwks": "nonsense", "jwks_url": ""}, {"jwks": "[]", "jwks_url": ""},
        {"jwks": json.dumps({"keys": [private]}), "jwks_url": ""},
        *({"jwks": each, "jwks_url": ""} for each in unfit),
    ):  # fmt: skip
        answer = owner.post("/staff/northfield/settings/health-records/new", **(good | wrong))
        assert answer.status_code == 422, wrong


def test_a_system_is_connected_and_ended_over_the_api(hospital: Hospital, client: TestClient):
    client.headers["Authorization"] = f"Bearer {hospital.key(Scope.READ, Scope.ISSUER_WRITE)}"
    body = {"name": "EHR", "jwks_url": "https://ehr.example/jwks", "types": ["Practitioner"]}

    made = client.post("/api/v1/record-clients", json=body)
    assert made.status_code == 201
    assert made.json()["types"] == ["Practitioner"]
    assert client.post("/api/v1/record-clients", json=body | {"view": "patient", "types": ["PractitionerRole"]}
                       ).status_code == 422  # fmt: skip
    assert client.delete(f"/api/v1/record-clients/{made.json()['id']}").status_code == 204
    assert client.get("/api/v1/record-clients").json()["items"][0]["ended_at"] is not None


class TestKeysByAddress:
    """A system that publishes its keys."""

    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[Strangers]:
        with strangers(tmp_path, "ehr.example") as opened:
            yield opened

    @pytest.fixture
    def ehr(self, service: Service, world: Strangers) -> Iterator[Ehr]:
        made = application(service, network=world.network())
        with TestClient(made, base_url="http://badges.test") as opened:
            yield Ehr(opened, "http://badges.test/fhir/northfield")

    def test_they_are_fetched_once_and_a_stranger_s_key_opens_nothing(
        self, hospital: Hospital, ehr: Ehr, world: Strangers
    ):
        key, other = ec.generate_private_key(ec.SECP384R1()), ec.generate_private_key(ec.SECP384R1())
        world.publish(PLACE, published(key))
        with hospital.service.database.write() as session:
            made = clients.connect(
                session, hospital.issuer, name="EHR", view=View.FULL, jwks_url=f"https://{PLACE}", actor="test"
            )

        def status(key: Any, kid: str = "1") -> int:
            return ehr.ask_for_token(ehr.assertion(made.id, key, "ES384", kid), SCOPES).status_code

        assert [status(key), status(key), status(other), status(other, "2")] == [200, 200, 401, 401]
        assert world.asked == [PLACE]

    def test_a_set_that_a_learning_system_s_source_names_too_has_the_keys_of_both(
        self, hospital: Hospital, ehr: Ehr, world: Strangers
    ):
        key, lms = ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65_537, 2_048)
        of_lms = {**RSAAlgorithm.to_jwk(lms.public_key(), as_dict=True), "kid": "lms", "alg": "RS256"}
        url = f"https://{PLACE}"
        world.publish(PLACE, {"keys": [of_lms, *published(key)["keys"], {"kid": "junk"}, "junk"]})
        with hospital.service.database.write() as session:
            made = clients.connect(session, hospital.issuer, name="EHR", view=View.FULL, jwks_url=url, actor="test")
            assert key_sets.take_turn(session, url)
        fetched = fetch_key_set(url, world.network())  # as for a source
        with hospital.service.database.write() as session:
            key_sets.keep(session, url, fetched)

        assert [each["kid"] for each in fetched["keys"]] == ["lms", "1"]
        assert public_key(fetched, "lms") is not None
        assert ehr.ask_for_token(ehr.assertion(made.id, key, "ES384", "1"), SCOPES).status_code == 200
        assert ehr.ask_for_token(ehr.assertion(made.id, lms, "RS256", "lms"), SCOPES).status_code == 401
        assert world.asked == [PLACE]


def test_everything_of_a_type_is_a_file_with_one_resource_to_a_line(hospital: Hospital, ehr: Ehr, portal: Ehr):
    people = [hospital.person(f"Person {number}") for number in range(3)]
    hospital.person("Not Asked", shared=False)
    hospital.award(people[0])

    answer = ehr.ask("Practitioner/$ndjson")
    told = [valid(json.loads(line)) for line in answer.text.splitlines()]

    assert sorted(each["id"] for each in told) == sorted(wire_id(each.id) for each in people)
    assert answer.headers["content-disposition"] == 'attachment; filename="northfield-Practitioner.ndjson"'
    assert len(ehr.ask("VerificationResult/$ndjson").text.splitlines()) == 1
    assert ehr.ask("PractitionerRole/$ndjson").text == ""
    assert portal.refused("PractitionerRole/$ndjson") == 403
    assert "telecom" not in portal.ask("Practitioner/$ndjson").text


def test_a_file_breaks_off_at_the_page_at_which_its_reader_was_ended(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(exporting, "GREATEST_COUNT", 1)
    for number in range(3):
        hospital.person(f"Person {number}")
    keys = published(ec.generate_private_key(ec.SECP384R1()))
    with hospital.service.database.write() as session:
        made = clients.connect(session, hospital.issuer, name="EHR", view=View.FULL, jwks=keys, actor="test")
        key = access.create(session, hospital.issuer, name="EHR", scopes=[Scope.FHIR_READ], days=1, actor="test").key
    readers = [
        Reader(hospital.issuer.id, each.id, "test", View.FULL, frozenset({("Practitioner", SEARCH)}))
        for each in (made, key)
    ]
    begun = [exporting.pages(hospital.service, each, "Practitioner") for each in readers]

    assert all(next(each).count(b"\n") == 1 for each in begun for _ in range(2))
    with hospital.service.database.write() as session:
        clients.end(session, hospital.issuer, made.id, actor="test")
        access.revoke(session, hospital.issuer, key.id, actor="test")

    for each in begun:
        with pytest.raises(NotAuthenticated):
            next(each)


def test_an_account_s_own_download_says_what_was_agreed_to(hospital: Hospital, ana: Learner):
    with hospital.service.database.write() as session:
        account = accounts.people.of_confirmed_address(session, "ana.ortiz@example.org")
        sharing.share(session, session.get_one(Learner, ana.id), actor=f"account:{account.id}")
        told = stored_about.of_account(session, hospital.service.office, account)

    assert "shown_to_health_record_systems" in json.dumps(told, default=str)
