"""Resources of FHIR R4, each held against the models of an independent library."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest

from app.projections import fhir
from app.projections.fhir import Home, OrganizationFacts, PersonFacts, Qualification, QualificationStatus, RoleFacts

HOME = Home("https://badges.example/fhir/northfield")
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
ISSUER = OrganizationFacts(
    id="a" * 32, name="Northfield Health Academy", changed_at=NOW, url="https://northfield.example/",
    identifiers=(("urn:ietf:rfc:3986", "did:web:badges.example:issuers:northfield"),),
)  # fmt: skip
UNIT = OrganizationFacts(id="b" * 32, name="Ward 3", changed_at=NOW, part_of=ISSUER.id)
HELD = Qualification(
    id="c" * 32, badge_url="https://badges.example/b/x", achievement_url="https://badges.example/achievements/y/v1",
    verify_url="https://badges.example/verify?badge=x", name="Phlebotomy Fundamentals", abbreviation="PHLB",
    begins=datetime(2026, 1, 2, tzinfo=UTC), ends=datetime(2028, 1, 2, tzinfo=UTC), status=QualificationStatus.ACTIVE,
    changed_at=NOW,
)  # fmt: skip
ANA = PersonFacts(
    id="d" * 32, name="Ana de la Cruz", qualifications=(HELD,), changed_at=NOW, emails=("ana@example.org",),
    identifiers=((HOME.people, "d" * 32), (HOME.system_of("hr.example.org"), "4711")),
)  # fmt: skip
ROLE = RoleFacts(
    id="e" * 32, person_id=ANA.id, person_name=ANA.name, organization_id=UNIT.id, organization_name=UNIT.name,
    code="phlebotomist", job="Phlebotomist", changed_at=NOW,
)  # fmt: skip


def checked(resource: dict[str, Any]) -> dict[str, Any]:
    """The resource, once the library has found nothing wrong with it."""
    name = str(resource["resourceType"])
    model = getattr(import_module(f"fhir.resources.R4B.{name.lower()}"), name)
    model.model_validate(resource)
    return resource


def of_ana(**changes: Any) -> dict[str, Any]:
    """What is told of Ana's one qualification, with changes."""
    person = replace(ANA, qualifications=(replace(HELD, **changes),))
    return dict(checked(fhir.resources.practitioner(HOME, ISSUER, person))["qualification"][0])


def test_a_qualification_has_code_period_issuer_and_the_badge_behind_it():
    told = of_ana()

    assert told["identifier"] == [{"system": "urn:ietf:rfc:3986", "value": "https://badges.example/b/x"}]
    assert told["code"]["text"] == "Phlebotomy Fundamentals (PHLB)"
    assert told["code"]["coding"] == [
        {"system": f"{HOME.base}/CodeSystem/achievements", "code": "PHLB", "display": "Phlebotomy Fundamentals"}
    ]
    assert told["period"] == {"start": "2026-01-02T00:00:00Z", "end": "2028-01-02T00:00:00Z"}
    assert told["issuer"] == {"reference": f"Organization/{ISSUER.id}", "display": ISSUER.name}
    badge = next(each for each in told["extension"] if each["url"].endswith("/open-badge"))
    assert [part["url"] for part in badge["extension"]] == ["credential", "achievement", "verify"]


@pytest.mark.parametrize("status", list(QualificationStatus))
def test_every_status_is_said_by_our_extension_and_only_active_by_the_directory_s(status: QualificationStatus):
    told = of_ana(status=status)["extension"]

    assert {"url": HOME.structure("qualification-status"), "valueCode": status.value} in told
    assert any("/us/ndh/" in each["url"] for each in told) == (status is QualificationStatus.ACTIVE)


def test_a_qualification_without_an_end_has_an_open_period():
    assert of_ana(ends=None)["period"] == {"start": "2026-01-02T00:00:00Z"}


def test_the_version_of_a_resource_changes_with_what_it_says_and_with_nothing_else():
    first = fhir.resources.practitioner(HOME, ISSUER, ANA)
    later = fhir.resources.practitioner(HOME, ISSUER, replace(ANA, changed_at=datetime(2027, 1, 1, tzinfo=UTC)))
    other = fhir.resources.practitioner(HOME, ISSUER, replace(ANA, name="Ana Cruz"))

    assert first["meta"]["versionId"] == later["meta"]["versionId"] != other["meta"]["versionId"]


def test_somebody_whose_name_is_not_known_and_who_holds_nothing_is_still_a_practitioner():
    told = checked(fhir.resources.practitioner(HOME, ISSUER, PersonFacts(id="f" * 32, name=None, qualifications=(),
                                                                          changed_at=NOW)))  # fmt: skip

    assert told.keys() == {"resourceType", "id", "meta", "active"}


def test_roles_organisations_and_verification_results_are_valid_and_point_at_each_other():
    role = checked(fhir.resources.practitioner_role(HOME, ROLE))
    unit = checked(fhir.resources.organization(UNIT))
    issuer = checked(fhir.resources.organization(ISSUER))
    result = checked(fhir.resources.verification_result(HOME, ISSUER, ANA, HELD))

    assert role["organization"]["reference"] == f"Organization/{unit['id']}"
    assert unit["partOf"]["reference"] == f"Organization/{issuer['id']}"
    assert result["target"][0]["reference"] == f"Practitioner/{ANA.id}"
    assert result["status"] == "validated"


@pytest.mark.parametrize(
    ("status", "said"), [("inactive", "req-revalid"), ("suspended", "reval-fail"), ("revoked", "reval-fail")]
)
def test_what_does_not_count_is_verified_no_more(status: str, said: str):
    held = replace(HELD, status=QualificationStatus(status))

    assert checked(fhir.resources.verification_result(HOME, ISSUER, ANA, held))["status"] == said


def test_a_role_of_which_the_job_is_not_known_has_no_code():
    assert "code" not in checked(fhir.resources.practitioner_role(HOME, replace(ROLE, code=None, job=None)))


def test_bundles_are_valid_with_and_without_entries():
    ana = fhir.resources.practitioner(HOME, ISSUER, ANA)
    role = fhir.resources.practitioner_role(HOME, ROLE)
    found = [fhir.Written(ana), fhir.Written(role, "include")]
    page = checked(
        fhir.bundles.searchset(HOME, found, itself=f"{HOME.base}/Practitioner", following=None, total=1, now=NOW)
    )
    empty = checked(
        fhir.bundles.searchset(HOME, [], itself=f"{HOME.base}/Practitioner", following=None, total=0, now=NOW)
    )

    assert [entry["search"]["mode"] for entry in page["entry"]] == ["match", "include"]
    assert page["entry"][0]["fullUrl"] == f"{HOME.base}/Practitioner/{ANA.id}"
    assert empty["total"] == 0
    assert "entry" not in empty
    checked(fhir.bundles.collection(HOME, [ana, role], now=NOW))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 406, 410, 413, 415, 418, 422, 429, 500, 502, 503])
def test_every_error_is_a_valid_outcome(status: int):
    issue = checked(fhir.outcomes.outcome(status, "Something went wrong"))["issue"][0]

    assert (issue["severity"], issue["diagnostics"]) == ("error", "Something went wrong")


def test_what_the_server_can_do_names_every_parameter_and_operation():
    told = checked(
        fhir.statements.capability_statement(
            HOME, issuer_name="Northfield", version="1", token_url="https://x.example/t"
        )
    )
    people = told["rest"][0]["resource"][0]

    assert told["fhirVersion"] == "4.0.1"
    assert {each["name"] for each in people["searchParam"]} >= {"identifier", "name", "qualification-status"}
    assert people["searchRevInclude"] == ["PractitionerRole:practitioner"]
    assert [each["name"] for each in people["operation"]] == ["badge-bundle", "ndjson"]


def test_whatever_is_added_to_fhir_is_defined():
    for made in (fhir.definitions.extensions, fhir.definitions.search_parameters, fhir.definitions.operations):
        for name, told in made(HOME).items():
            assert checked(told)["url"] == f"{HOME.base}/{told['resourceType']}/{name}"
    codes = checked(fhir.definitions.code_system(HOME, "achievements", "What can be earned", [("PHLB", "Phlebotomy")]))
    assert codes["count"] == 1
    checked(fhir.definitions.code_system(HOME, "jobs", "Jobs", []))


def test_a_resource_that_is_wrong_is_found():
    with pytest.raises(ValueError, match="target"):
        checked({"resourceType": "VerificationResult", "status": "validated", "target": "nobody"})


@pytest.mark.parametrize(
    ("written", "family", "given"),
    [
        ("Ana Ortiz", "Ortiz", ("Ana",)),
        ("Ortiz, Ana María", "Ortiz", ("Ana", "María")),
        ("Ludwig van Beethoven", "van Beethoven", ("Ludwig",)),
        ("Juana de la Cruz", "de la Cruz", ("Juana",)),
        ("Jo Miller RN", "Miller", ("Jo",)),
        ("Jo Miller, RN, BSN", "Miller", ("Jo",)),
        ("Prince", "Prince", ()),
        ("  Mira   Holm ", "Holm", ("Mira",)),
        ("Ortiz,", "Ortiz,", ()),
        ("van Gogh", "Gogh", ("van",)),
    ],
)
def test_names_are_split_sensibly_and_kept_whole(written: str, family: str, given: tuple[str, ...]):
    parts = fhir.names.split(written)

    assert (parts.family, parts.given) == (family, given)
    assert parts.text == " ".join(written.split())


def test_a_search_by_beginnings_meets_every_word():
    assert fhir.names.beginnings("ana maria ortiz") == ("ana maria ortiz", "maria ortiz", "ortiz")


def test_an_id_goes_to_the_wire_and_back_and_nothing_else_is_one():
    own = "Zm9v_mFyYmF6cXV1eC0-Aw"

    assert fhir.own_id(fhir.wire_id(own)) == own
    for wrong in ("", own, "A" * 32, "0" * 31, "0" * 33, "../../etc"):
        assert fhir.own_id(wrong) is None


def test_namespaces_become_systems_and_are_found_again():
    for namespace in ("hr.example.org", "lms/1 2", "https://lms.example.org", "urn:oid:1.2.3"):
        assert HOME.namespace_of(HOME.system_of(namespace)) == namespace
    assert HOME.system_of("urn:oid:1.2.3") == "urn:oid:1.2.3"
