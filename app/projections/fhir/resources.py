"""The four resources about people and organisations. The mapping is written out in docs/fhir.md."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from json import dumps
from typing import Any

from app.projections.fhir import names
from app.projections.fhir.facts import (
    Home,
    OrganizationFacts,
    PersonFacts,
    Qualification,
    QualificationStatus,
    RoleFacts,
    instant,
)

URI = "urn:ietf:rfc:3986"
# Of the National Directory (STU1), whose profile fixes the status to `active`: so it stands only there.
NDH_QUALIFICATION = "http://hl7.org/fhir/us/ndh/StructureDefinition/base-ext-practitioner-qualification"
STATUS, OPEN_BADGE = "qualification-status", "open-badge"
ACHIEVEMENTS, JOBS = "achievements", "jobs"
_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
_VERIFIED = {
    QualificationStatus.ACTIVE: "validated",
    QualificationStatus.INACTIVE: "req-revalid",
    QualificationStatus.SUSPENDED: "reval-fail",
    QualificationStatus.REVOKED: "reval-fail",
}
VERIFICATION_STATUSES: dict[str, frozenset[QualificationStatus]] = {
    code: frozenset(each for each, said in _VERIFIED.items() if said == code) for code in _VERIFIED.values()
}
_PROCESS = (
    "Awarded and digitally signed by the issuer, who keeps the status. Anybody can check the signature and the status "
    "at the address that the qualification's extension open-badge gives for it."
)


def practitioner(home: Home, issuer: OrganizationFacts, person: PersonFacts) -> dict[str, Any]:
    """Somebody and what they hold, in the order in which the qualifications are given."""
    return _resource(
        "Practitioner",
        person.id,
        person.changed_at,
        identifier=[{"system": system, "value": value} for system, value in person.identifiers],
        active=True,
        name=[_name(person.name)] if person.name and person.name.strip() else [],
        telecom=[{"system": "email", "value": email} for email in person.emails],
        qualification=[_qualification(home, issuer, each) for each in person.qualifications],
    )


def practitioner_role(home: Home, role: RoleFacts) -> dict[str, Any]:
    """Where somebody works, and what as."""
    job = {"coding": [_known(system=home.codes(JOBS), code=role.code, display=role.job)], "text": role.job}
    return _resource(
        "PractitionerRole",
        role.id,
        role.changed_at,
        active=True,
        practitioner=_reference("Practitioner", role.person_id, role.person_name),
        organization=_reference("Organization", role.organization_id, role.organization_name),
        code=[job] if role.code and role.job else [],
    )


def organization(facts: OrganizationFacts) -> dict[str, Any]:
    """The issuer, or a unit of it."""
    return _resource(
        "Organization",
        facts.id,
        facts.changed_at,
        identifier=[{"system": system, "value": value} for system, value in facts.identifiers],
        active=True,
        name=facts.name,
        telecom=[{"system": "url", "value": facts.url}] if facts.url else [],
        partOf={"reference": f"Organization/{facts.part_of}"} if facts.part_of else None,
    )


def verification_result(
    home: Home, issuer: OrganizationFacts, person: PersonFacts, held: Qualification
) -> dict[str, Any]:
    """Who vouches for one qualification, how, and how it stands. The id is the qualification's."""
    status = _VERIFIED[held.status]
    source = {
        "who": _reference("Organization", issuer.id, issuer.name),
        "type": [_concept("primary-source-type", "issuer", "Issuing source")],
        "validationStatus": _concept(
            "validation-status", "successful" if status == "validated" else "failed", status.capitalize()
        ),
        "validationDate": instant(held.changed_at),
    }
    return _resource(
        "VerificationResult",
        held.id,
        held.changed_at,
        extension=[_open_badge(home, held)],
        target=[_reference("Practitioner", person.id, person.name)],
        targetLocation=[f"Practitioner.qualification.where(identifier.value = '{held.badge_url}')"],
        status=status,
        statusDate=instant(held.changed_at),
        validationType=_concept("validation-type", "primary", "Primary Source"),
        validationProcess=[{"text": _PROCESS}],
        primarySource=[source],
    )


def _qualification(home: Home, issuer: OrganizationFacts, held: Qualification) -> dict[str, Any]:
    begins = instant(held.begins) if held.ends is None or held.begins <= held.ends else None
    extensions = [{"url": home.structure(STATUS), "valueCode": held.status.value}, _open_badge(home, held)]
    if held.status is QualificationStatus.ACTIVE:
        active = [{"url": "status", "valueCode": held.status.value}]
        extensions.append({"url": NDH_QUALIFICATION, "extension": active})
    return {
        "extension": extensions,
        "identifier": [{"system": URI, "value": held.badge_url}],
        "code": {
            "coding": [{"system": home.codes(ACHIEVEMENTS), "code": held.code, "display": held.name}],
            "text": f"{held.name} ({held.code})",
        },
        "period": _known(start=begins, end=instant(held.ends) if held.ends else None),
        "issuer": _reference("Organization", issuer.id, issuer.name),
    }


def _open_badge(home: Home, held: Qualification) -> dict[str, Any]:
    parts = {"credential": held.badge_url, "achievement": held.achievement_url, "verify": held.verify_url}
    return {
        "url": home.structure(OPEN_BADGE),
        "extension": [{"url": name, "valueUrl": address} for name, address in parts.items()],
    }


def _name(written: str) -> dict[str, Any]:
    parts = names.split(written)
    return _known(text=parts.text, family=parts.family, given=list(parts.given), suffix=list(parts.suffix))


def _reference(resource_type: str, resource_id: str, display: str | None) -> dict[str, Any]:
    return _known(reference=f"{resource_type}/{resource_id}", display=display)


def _concept(system: str, code: str, display: str) -> dict[str, Any]:
    return {"coding": [{"system": f"{_TERMINOLOGY}/{system}", "code": code, "display": display}]}


def _resource(resource_type: str, resource_id: str, changed_at: datetime, **elements: Any) -> dict[str, Any]:
    """The resource; the version is made from what it says, so that it is the same as long as that is."""
    said = _known(**elements)
    version = sha256(dumps(said, sort_keys=True).encode()).hexdigest()[:32]
    meta = {"versionId": version, "lastUpdated": instant(changed_at)}
    return {"resourceType": resource_type, "id": resource_id, "meta": meta, **said}


def _known(**elements: Any) -> dict[str, Any]:
    return {name: value for name, value in elements.items() if value not in (None, [], {})}
