"""Searches: every parameter that the CapabilityStatement names, pages, and what is not understood."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from app import clock
from app.issuing.learners import Learner
from app.issuing.learners.sharing import SharedRecord
from app.projections.fhir import wire_id
from tests.web.fhir.conftest import Hospital
from tests.web.fhir.ehr import FORM, Ehr

BOTH_DATABASES = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


def names(found: list[dict[str, Any]]) -> list[str]:
    """What those who were found are called."""
    return sorted(each["name"][0]["text"] for each in found)


@pytest.fixture
def ward(hospital: Hospital) -> list[Learner]:
    """Five people."""
    return [hospital.person(name) for name in ("Ana Ortiz", "Ánna Øster", "Juana de la Cruz", "Ortiz, Bea", "Li 李")]


BY_NAME = {
    "name=ort": ["Ana Ortiz", "Ortiz, Bea"],
    "name=an": ["Ana Ortiz", "Ánna Øster"],
    "name=ÁN": ["Ana Ortiz", "Ánna Øster"],
    "name=ana ort": ["Ana Ortiz"],
    "name=rtiz": [],
    "family=ortiz": ["Ana Ortiz", "Ortiz, Bea"],
    "family=oster": ["Ánna Øster"],
    "family=de la": ["Juana de la Cruz"],
    "family=cruz": ["Juana de la Cruz"],
    "given=bea": ["Ortiz, Bea"],
    "given=cruz": [],
    "given=ana&family=ortiz": ["Ana Ortiz"],
    "name=bea,juana": ["Juana de la Cruz", "Ortiz, Bea"],
    "name=李": ["Li 李"],
    "name=%25": [],
    "active=true&name=li": ["Li 李"],
    "active=false": [],
    "active=|false": [],
    "active=nonsense": [],
    "active=true,false&name=li": ["Li 李"],
    "active=true&active=false": [],
}


@BOTH_DATABASES
@pytest.mark.usefixtures("ward")
def test_names_are_found_by_their_beginnings_without_case_and_accents(ehr: Ehr):
    assert {search: names(ehr.every(f"Practitioner?{search}")) for search in BY_NAME} == BY_NAME


def test_an_identifier_is_found_in_all_four_forms_of_a_token(hospital: Hospital, ana: Learner, ehr: Ehr):
    hospital.person("Bea Lind", namespace="urn:oid:1.2.3", source_id="4711")
    ours = f"{ehr.base}/systems/hr.example.org"

    def found(token: str) -> list[str]:
        return names(ehr.every(f"Practitioner?identifier={quote(token, safe='')}"))

    assert found("4711") == ["Ana Ortiz", "Bea Lind"]
    assert found(f"{ours}|4711") == ["Ana Ortiz"]
    assert found("urn:oid:1.2.3|4711") == ["Bea Lind"]
    assert found("|4711") == []
    assert found("urn:oid:1.2.3|") == ["Bea Lind"]
    assert found(f"{ehr.base}/people|{wire_id(ana.id)}") == ["Ana Ortiz"]
    assert found(wire_id(ana.id)) == ["Ana Ortiz"]
    assert found(f"{ehr.base}/people|") == ["Ana Ortiz", "Bea Lind"]
    assert found("ana.ortiz@hospital.test") == []
    assert found(f"{ours}|4711,urn:oid:1.2.3|4711") == ["Ana Ortiz", "Bea Lind"]


def test_people_are_found_by_id_and_by_what_they_hold(hospital: Hospital, ana: Learner, ehr: Ehr):
    bea = hospital.person("Bea Lind")
    hospital.achievement("cpr", name="Resuscitation", abbreviation="CPR")
    hospital.award(ana)
    hospital.award(bea, "cpr")
    codes = f"{ehr.base}/CodeSystem/achievements"

    assert names(ehr.every(f"Practitioner?_id={wire_id(ana.id)},{wire_id(bea.id)}")) == ["Ana Ortiz", "Bea Lind"]
    assert names(ehr.every(f"Practitioner?_id={wire_id(ana.id)}&_id={wire_id(bea.id)}")) == []
    assert names(ehr.every("Practitioner?qualification-code=PHLB")) == ["Ana Ortiz"]
    assert names(ehr.every(f"Practitioner?qualification-code={quote(codes)}%7CCPR")) == ["Bea Lind"]
    assert names(ehr.every("Practitioner?qualification-code=https://other.example%7CCPR")) == []
    assert names(ehr.every("Practitioner?qualification-code=PHLB,CPR&qualification-status=active")) == [
        "Ana Ortiz", "Bea Lind",
    ]  # fmt: skip
    assert names(ehr.every("Practitioner?qualification-code=PHLB&qualification-code=CPR")) == []


@BOTH_DATABASES
def test_what_changed_since_a_moment_is_found_and_what_did_not_is_not(hospital: Hospital, ana: Learner, ehr: Ehr):
    hospital.person("Bea Lind")
    award = hospital.award(ana)
    long_ago = clock.now() - timedelta(days=9)
    with hospital.service.database.write() as session:
        for record in session.query(SharedRecord):
            record.shared_at = record.changed_at = long_ago
    since = (clock.now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    tomorrow = (clock.now() + timedelta(days=1)).date().isoformat()

    hospital.revoke(award)

    assert "Ana Ortiz" in names(ehr.every(f"Practitioner?_lastUpdated=ge{since}"))
    assert names(ehr.every(f"Practitioner?_lastUpdated=gt{tomorrow}")) == []
    assert names(ehr.every(f"Practitioner?_lastUpdated=lt{tomorrow}")) == ["Ana Ortiz", "Bea Lind"]
    assert names(ehr.every("Practitioner?_lastUpdated=lt2020")) == []
    assert len(ehr.every(f"VerificationResult?_lastUpdated=ge{since}&status=reval-fail")) == 1
    assert ehr.every(f"VerificationResult?_lastUpdated=lt{since}&status=reval-fail") == []
    assert ehr.every(f"PractitionerRole?_lastUpdated=ge{since}") == []


def test_pages_hold_everybody_once_and_know_how_many_only_where_that_costs_nothing(
    hospital: Hospital, ward: list[Learner], ehr: Ehr
):
    hospital.works(ward[0])

    pages = list(ehr.pages("Practitioner?_count=2&_revinclude=PractitionerRole:practitioner"))
    found = [entry["resource"]["id"] for page in pages for entry in page["entry"] if entry["search"]["mode"] == "match"]

    assert [len([e for e in page["entry"] if e["search"]["mode"] == "match"]) for page in pages] == [2, 2, 1]
    assert sorted(found) == sorted(wire_id(each.id) for each in ward)
    assert sum(entry["search"]["mode"] == "include" for page in pages for entry in page["entry"]) == 1
    assert "total" not in pages[0]
    assert ehr.read("Practitioner")["total"] == 5
    assert ehr.read("Practitioner?_count=2&_total=accurate")["total"] == 5
    assert ehr.read("Practitioner?_count=0") | {"timestamp": ""} == {
        "resourceType": "Bundle", "type": "searchset", "timestamp": "", "total": 5,
        "link": [{"relation": "self", "url": f"{ehr.base}/Practitioner?_count=0"}],
    }  # fmt: skip


def test_a_ward_s_staff_is_one_search_and_its_people_come_along(hospital: Hospital, ward: list[Learner], ehr: Ehr):
    for learner in ward[:3]:
        hospital.works(learner)
    hospital.works(ward[3], unit=None)
    unit = hospital.unit()

    roles = ehr.every(f"PractitionerRole?organization=Organization/{unit}&_count=2")
    along = [
        entry["resource"]["name"][0]["text"]
        for page in ehr.pages(f"PractitionerRole?organization={unit}&_include=PractitionerRole:practitioner")
        for entry in page["entry"]
        if entry["search"]["mode"] == "include"
    ]

    assert {each["practitioner"]["display"] for each in roles} == {"Ana Ortiz", "Ánna Øster", "Juana de la Cruz"}
    assert sorted(along) == sorted(each["practitioner"]["display"] for each in roles)
    assert roles[0]["code"][0]["text"] == "Phlebotomist"
    assert len(ehr.every("PractitionerRole?role=phlebotomist")) == 4
    assert len(ehr.every(f"PractitionerRole?practitioner=Practitioner/{wire_id(ward[0].id)}")) == 1
    assert len(ehr.every(f"PractitionerRole?practitioner:Practitioner={wire_id(ward[0].id)}")) == 1
    assert ehr.every(f"PractitionerRole?organization=Practitioner/{unit}") == []
    assert ehr.every(f"PractitionerRole?_id={roles[0]['id']}") == [roles[0]]
    assert ehr.read(f"PractitionerRole/{roles[0]['id']}") == roles[0]


def test_organisations_are_the_issuer_and_its_units(hospital: Hospital, ana: Learner, ehr: Ehr):
    hospital.works(ana)
    unit, issuer = hospital.unit(), wire_id(hospital.issuer.id)

    assert {each["id"] for each in ehr.every("Organization?_count=1")} == {unit, issuer}
    assert [each["id"] for each in ehr.every("Organization?name=WARD")] == [unit]
    assert [each["id"] for each in ehr.every(f"Organization?partof=Organization/{issuer}")] == [unit]
    assert [each["id"] for each in ehr.every("Organization?identifier=ward-3")] == [unit]
    assert [each["id"] for each in ehr.every(f"Organization?_id={issuer}&active=true")] == [issuer]
    assert ehr.every("Organization?_lastUpdated=lt2020") == []
    assert ehr.read(f"Organization/{unit}")["name"] == "Ward 3"


def test_verification_results_are_found_by_person_and_read_by_id(hospital: Hospital, ana: Learner, ehr: Ehr):
    bea = hospital.person("Bea Lind")
    awards = [hospital.award(ana), hospital.award(bea)]

    (of_ana,) = ehr.every(f"VerificationResult?target=Practitioner/{wire_id(ana.id)}")

    assert of_ana["id"] == wire_id(awards[0].id)
    assert of_ana["primarySource"][0]["who"]["reference"] == f"Organization/{wire_id(hospital.issuer.id)}"
    assert len(ehr.every("VerificationResult?_count=1")) == 2
    assert len(ehr.every("VerificationResult?status=validated")) == 2
    assert ehr.read(f"VerificationResult/{of_ana['id']}") == of_ana


@BOTH_DATABASES
@pytest.mark.usefixtures("ward")
def test_a_search_by_post_is_the_search_by_get(ehr: Ehr):
    by_get = ehr.every("Practitioner?name=ortiz&_count=1")
    by_post = ehr.every("Practitioner/_search", method="POST", headers=FORM, content="name=ortiz&_count=1")
    mixed = ehr.every("Practitioner/_search?_count=1", method="POST", data={"name": "ortiz"})
    bare = ehr.every("Practitioner/_search", method="POST")

    assert by_get == by_post == mixed
    assert len(bare) == 5


@pytest.mark.usefixtures("ana")
def test_what_is_not_known_is_passed_over_or_refused_where_the_client_is_strict(ehr: Ehr):
    strict = {"Prefer": "return=minimal; handling=strict"}
    for unknown in ("favourite-colour=blue", "_sort=name", "practitioner.name=x", "_has:X:y:z=1", "_include=x"):
        answer = ehr.read(f"Practitioner?name=ana&{unknown}")
        assert answer["link"][0]["url"] == f"{ehr.base}/Practitioner?name=ana"
        assert ehr.refused(f"Practitioner?name=ana&{unknown}", headers=strict) == 400
    assert ehr.read("Practitioner?name=ana&identifier=", headers=strict)["total"] == 1
    assert ehr.refused("Practitioner?_revinclude=Encounter:participant") == 400


NOT_UNDERSTOOD = (
    "name:exact=Ana", "_count=many", "_count=-1", "_lastUpdated=yesterday", "_lastUpdated=ge2026-13-01",
    "_lastUpdated=ap2026", "_lastUpdated=2026-11-29T25:00:00Z", "_lastUpdated=ge9999-12-31", "_lastUpdated=0000",
    "_lastUpdated=0001-01-01T00:00:00%2B14:00", "_after=x", "_after=%F0%9F%92%A5", "qualification-status=splendid",
    "_total=guess", "name=%00", "name=%FF", "&".join(["name=a"] * 60), f"name={'x' * 600}",
    "name=" + ",".join("abc" * 67), "&".join(["name=" + ",".join("abcde")] * 41),
    "&".join(f"{name}={','.join('ab' * 26)}" for name in ("name", "family", "given", "identifier")),
    "_lastUpdated=" + ",".join(["ne2026"] * 11), "&".join(["_lastUpdated=lt2026,ge2026"] * 6),
)  # fmt: skip


@BOTH_DATABASES
def test_the_widest_search_there_is_gets_an_answer(hospital: Hospital, ana: Learner, ehr: Ehr):
    hospital.award(ana)
    widest = ("_lastUpdated=" + ",".join(["ne2025-01-01"] * 10)) + "".join(
        f"&{name}={','.join(['a'] * 47)},{last}"
        for name, last in (("name", "an"), ("family", "or"), ("identifier", "4711"), ("qualification-code", "PHLB"))
    )  # fmt: skip

    assert names(ehr.every(f"Practitioner?{widest[: widest.index('&qualification')]}")) == ["Ana Ortiz"]
    assert ehr.refused(f"Practitioner?{widest}") == 400


@BOTH_DATABASES
def test_characters_that_no_database_keeps_find_nobody(hospital: Hospital, ana: Learner, ehr: Ehr):
    assert hospital.issuer.id
    for system in ("%2500", "%2500own", "hr.example.org%2500"):
        for value in ("x", wire_id(ana.id), ana.id):
            assert ehr.every(f"Practitioner?identifier={ehr.base}/systems/{system}%7C{value}") == []
    for address in ("Practitioner/%00", "PractitionerRole/%00", "VerificationResult/%00", "Organization/%00"):
        assert ehr.refused(address) == 404
    ehr.token = "lrt_x"
    for slug in ("%00", "north%00field", "%FF", "x" * 200):
        assert ehr.refused(ehr.base.replace("northfield", f"{slug}/Practitioner")) == 401


@pytest.mark.usefixtures("ana")
def test_a_type_that_the_address_asks_for_stays_on_every_page(hospital: Hospital, ehr: Ehr):
    hospital.person("Bea Lind")
    ehr.headers = {"Accept": "text/html"}

    for kind in ("json", "application/fhir%2Bjson"):
        assert names(ehr.every(f"Practitioner?_count=1&_format={kind}")) == ["Ana Ortiz", "Bea Lind"]
    by_form = "Practitioner/_search?_format=json"
    assert len(ehr.every(by_form, method="POST", headers=FORM, content="_count=1&_format=xml")) == 2


@pytest.mark.usefixtures("ana")
def test_what_cannot_be_understood_is_said(ehr: Ehr):
    assert {search: ehr.refused(f"Practitioner?{search}") for search in NOT_UNDERSTOOD} == dict.fromkeys(
        NOT_UNDERSTOOD, 400
    )
    assert ehr.refused("VerificationResult?_after=1.2") == 400


def test_a_resource_that_somebody_knows_already_is_not_sent_again(ana: Learner, ehr: Ehr):
    address = f"Practitioner/{wire_id(ana.id)}"
    first = ehr.ask(address)

    assert first.headers["etag"] == f'W/"{first.json()["meta"]["versionId"]}"'
    assert ehr.ask(address, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    assert ehr.ask(address, headers={"If-None-Match": f'"x", {first.headers["etag"]}'}).status_code == 304
    assert ehr.ask(address, headers={"If-None-Match": "*"}).status_code == 304
    assert ehr.ask(address, headers={"If-None-Match": 'W/"x", "*"'}).status_code == 200
    assert ehr.ask(address, headers={"If-None-Match": 'W/"another"'}).status_code == 200
    for moment in ("last week", "Mon, 99999999999999999999 Jan 2026 00:00:00 GMT", "Fri, 31 Dec 9999 00:00:00 GMT"):
        assert ehr.ask(address, headers={"If-Modified-Since": moment}).status_code == 200
    assert first.headers["cache-control"] == "private, no-cache"


TYPES = (
    ("application/fhir+json", "", 200, "application/fhir+json"),
    ("*/*", "", 200, "application/fhir+json"),
    ("application/json", "", 200, "application/json"),
    ("application/fhir+json; fhirVersion=4.0", "", 200, "application/fhir+json"),
    ("application/fhir+xml", "", 406, "application/fhir+json"),
    ("text/html", "", 406, "application/fhir+json"),
    ("text/html", "_format=json", 200, "application/fhir+json"),
    ("application/fhir+xml", "_format=application/fhir+json", 200, "application/fhir+json"),
    ("*/*", "_format=xml", 406, "application/fhir+json"),
    ("*/*", "_format=text/turtle", 406, "application/fhir+json"),
)


@pytest.mark.usefixtures("ana")
def test_json_is_what_there_is_under_three_names(ehr: Ehr):
    found = []
    for accept, query, _status, _type in TYPES:
        answer = ehr.ask(f"Practitioner?{query}", headers={"Accept": accept})
        found.append((accept, query, answer.status_code, answer.headers["content-type"].partition(";")[0]))

    assert tuple(found) == TYPES


def test_every_error_is_an_outcome(ana: Learner, ehr: Ehr):
    person = f"Practitioner/{wire_id(ana.id)}"
    assert ehr.refused("Practitioner/_search", method="POST", content="{}", headers={"Content-Type": "text/x"}) == 415
    assert ehr.refused("Practitioner/_search", method="POST", content=b"x" * 2_000_000, headers=FORM) == 413
    assert ehr.refused("Practitioner", method="DELETE") == 405
    assert ehr.refused(person, method="PUT", json={}) == 405
    for nothing in ("Patient", "Patient/1", "Practitioner/1", f"Practitioner/{'0' * 32}", "Practitioner/x/_history",
                    "PractitionerRole/1", "Organization/1", "VerificationResult/1", "CodeSystem/none",
                    "StructureDefinition/none", ""):  # fmt: skip
        assert ehr.refused(nothing) == 404
    assert ehr.refused("Practitioner?access_token=x") == 400
    ehr.token = "lyd_000000000000_" + "0" * 43
    answer = ehr.ask("Practitioner")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    ehr.token = None
    assert ehr.refused(person) == 401


def test_addresses_are_the_same_with_a_slash_at_their_end_and_with_head(ana: Learner, ehr: Ehr):
    assert ehr.read("Practitioner/")["total"] == 1
    assert ehr.read(f"Practitioner/{wire_id(ana.id)}/")["id"] == wire_id(ana.id)
    assert ehr.read("metadata/")["kind"] == "instance"
    head = ehr.http.head(f"{ehr.base}/metadata")
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.usefixtures("ana")
def test_whatever_the_capability_statement_names_is_there(ehr: Ehr):
    ehr.token, key = None, ehr.token
    statement = ehr.read("metadata")
    resources = {each["type"]: each for each in statement["rest"][0]["resource"]}
    definitions = {
        each["definition"]
        for resource in resources.values()
        for each in resource["searchParam"] + resource["operation"]
        if each["definition"].startswith(ehr.base)
    }

    assert sorted(resources) == ["Organization", "Practitioner", "PractitionerRole", "VerificationResult"]
    assert {ehr.read(each)["url"] for each in definitions} == definitions
    for name in ("StructureDefinition/qualification-status", "StructureDefinition/open-badge",
                 "CodeSystem/achievements", "CodeSystem/jobs"):  # fmt: skip
        assert ehr.read(name)["url"] == f"{ehr.base}/{name}"
    ehr.token = key
    strict = {"Prefer": "handling=strict"}
    samples = {"token": "x", "string": "x", "reference": "x", "date": "2026"}
    for kind, resource in resources.items():
        for each in resource["searchParam"]:
            value = "active" if each["name"] == "qualification-status" else samples[each["type"]]
            ehr.read(f"{kind}?{each['name']}={value}", headers=strict)


def test_the_code_system_names_what_can_be_earned(hospital: Hospital, ehr: Ehr):
    hospital.achievement()
    hospital.achievement("phlb-2", name="Phlebotomy Again")

    assert [each["code"] for each in ehr.read("CodeSystem/achievements")["concept"]] == ["PHLB"]
