"""What the server can do: the CapabilityStatement, and SMART's configuration."""

from __future__ import annotations

from typing import Any

from app.projections.fhir import definitions
from app.projections.fhir.definitions import BADGE_BUNDLE, CODE_PARAMETER, FHIR_VERSION, NDJSON, STATUS_PARAMETER
from app.projections.fhir.facts import Home

JSON_TYPES = ("application/fhir+json", "application/json", "json")
ALGORITHMS = ("RS384", "ES384")
_OF_ALL = {"_id": "token", "_lastUpdated": "date"}
PARAMETERS: dict[str, dict[str, str]] = {
    "Practitioner": {
        **_OF_ALL,
        "identifier": "token",
        "name": "string",
        "family": "string",
        "given": "string",
        "active": "token",
        CODE_PARAMETER: "token",
        STATUS_PARAMETER: "token",
    },
    "PractitionerRole": {
        **_OF_ALL,
        "practitioner": "reference",
        "organization": "reference",
        "role": "token",
        "active": "token",
    },
    "Organization": {**_OF_ALL, "identifier": "token", "name": "string", "active": "token", "partof": "reference"},
    "VerificationResult": {**_OF_ALL, "target": "reference", "status": "token"},
}
REVERSE_INCLUDES = {"Practitioner": "PractitionerRole:practitioner"}
INCLUDES = {"PractitionerRole": "PractitionerRole:practitioner"}
_STANDARD = "http://hl7.org/fhir/SearchParameter"
_FROM_ELSEWHERE = {"_id": "Resource-id", "_lastUpdated": "Resource-lastUpdated"}
_OAUTH = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"


def capability_statement(home: Home, *, issuer_name: str, version: str, token_url: str) -> dict[str, Any]:
    """What this base offers, and how one gets in."""
    security = {
        "extension": [{"url": _OAUTH, "extension": [{"url": "token", "valueUri": token_url}]}],
        "service": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
                        "code": "SMART-on-FHIR",
                    }
                ]
            }
        ],
        "description": "SMART Backend Services (client_credentials with private_key_jwt), or an API key as a bearer "
        "token.",
    }
    return {
        "resourceType": "CapabilityStatement",
        "id": "lanyard",
        "url": f"{home.base}/metadata",
        "version": version,
        "name": "Lanyard",
        "title": f"Qualifications awarded by {issuer_name}",
        "status": "active",
        "date": definitions.WRITTEN,
        "kind": "instance",
        "software": {"name": "Lanyard", "version": version},
        "implementation": {"description": issuer_name, "url": home.base},
        "fhirVersion": FHIR_VERSION,
        "format": list(JSON_TYPES),
        "rest": [
            {
                "mode": "server",
                "documentation": "Read only. People are here who agreed to it, and nothing is told of anybody else.",
                "security": security,
                "resource": [_resource(home, each) for each in definitions.TYPES],
            }
        ],
    }


def smart_configuration(*, token_url: str) -> dict[str, Any]:
    """What SMART App Launch 2 reads at `.well-known/smart-configuration`, of a server for backend services."""
    return {
        "token_endpoint": token_url,
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "grant_types_supported": ["client_credentials"],
        "scopes_supported": [f"system/{each}.rs" for each in ("*", *definitions.TYPES)],
        "response_types_supported": [],
        "code_challenge_methods_supported": ["S256"],
        "capabilities": ["client-confidential-asymmetric", "permission-v2"],
    }


def _resource(home: Home, resource_type: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": resource_type,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "versioned",
        "readHistory": False,
        "conditionalRead": "not-match",
        "searchParam": [
            _parameter(home, resource_type, name, kind) for name, kind in PARAMETERS[resource_type].items()
        ],
    }
    if resource_type in INCLUDES:
        found["searchInclude"] = [INCLUDES[resource_type]]
    if resource_type in REVERSE_INCLUDES:
        found["searchRevInclude"] = [REVERSE_INCLUDES[resource_type]]
    names = (BADGE_BUNDLE, NDJSON) if resource_type == "Practitioner" else (NDJSON,)
    found["operation"] = [{"name": name, "definition": home.of("OperationDefinition", name)} for name in names]
    return found


def _parameter(home: Home, resource_type: str, name: str, kind: str) -> dict[str, str]:
    if name in (CODE_PARAMETER, STATUS_PARAMETER):
        definition = home.of("SearchParameter", name)
    else:
        definition = f"{_STANDARD}/{_FROM_ELSEWHERE.get(name, f'{resource_type}-{name}')}"
    return {"name": name, "definition": definition, "type": kind}
