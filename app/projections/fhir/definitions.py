"""What this service adds to FHIR: extensions, search parameters, operations and code systems, each by its address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.projections.fhir.facts import Home
from app.projections.fhir.resources import ACHIEVEMENTS, JOBS, OPEN_BADGE, STATUS

WRITTEN = "2026-11-29"  # when these definitions were last changed
FHIR_VERSION = "4.0.1"
CODE_PARAMETER, STATUS_PARAMETER = "qualification-code", "qualification-status"
BADGE_BUNDLE, NDJSON = "badge-bundle", "ndjson"
QUALIFICATION_STATUSES = "http://hl7.org/fhir/qualification-status"
TYPES = ("Practitioner", "PractitionerRole", "Organization", "VerificationResult")


def extensions(home: Home) -> dict[str, dict[str, Any]]:
    """The extensions of a qualification, by name."""
    status = _extension(
        home, STATUS, "QualificationStatus", "How the qualification stands, in a code of FHIR R6: active, inactive "
        "(expired), suspended or revoked.",
        [
            {"id": "Extension.extension", "path": "Extension.extension", "max": "0"},
            _fixed_url(home.structure(STATUS)),
            {
                "id": "Extension.value[x]", "path": "Extension.value[x]", "min": 1, "type": [{"code": "code"}],
                "short": f"A code of {QUALIFICATION_STATUSES}",
            },
        ],
    )  # fmt: skip
    badge = _extension(
        home, OPEN_BADGE, "OpenBadge", "The signed badge behind a qualification: its address, what was earned, and "
        "where anybody can check it.",
        [
            {
                "id": "Extension.extension", "path": "Extension.extension", "min": 3,
                "slicing": {"discriminator": [{"type": "value", "path": "url"}], "rules": "closed"},
            },
            *(part for name in ("credential", "achievement", "verify") for part in _part(name)),
            _fixed_url(home.structure(OPEN_BADGE)),
            {"id": "Extension.value[x]", "path": "Extension.value[x]", "max": "0"},
        ],
    )  # fmt: skip
    return {STATUS: status, OPEN_BADGE: badge}


def search_parameters(home: Home) -> dict[str, dict[str, Any]]:
    """What a search for Practitioner takes beside what FHIR defines, by name."""
    code = _search(
        home, CODE_PARAMETER, "People who hold a qualification with this code that is shown to the caller.",
        "Practitioner.qualification.code",
    )  # fmt: skip
    status = _search(
        home, STATUS_PARAMETER, "People with a qualification that stands so. Those that are suspended or revoked are "
        "left out of the answer unless they are asked for.",
        f"Practitioner.qualification.extension('{home.structure(STATUS)}').value",
    )  # fmt: skip
    return {CODE_PARAMETER: code, STATUS_PARAMETER: status}


def operations(home: Home) -> dict[str, dict[str, Any]]:
    """The operations, by name."""
    bundle = _operation(
        home, BADGE_BUNDLE, "BadgeBundle", "Somebody with everything that is told of them: Practitioner, "
        "PractitionerRole, VerificationResult and Organization, as far as the caller may see it.",
        ["Practitioner"], is_of_one=True, returns="Bundle",
    )  # fmt: skip
    lines = _operation(
        home, NDJSON, "Ndjson", "Every resource of the type, one to a line, for systems that load files.",
        list(TYPES), is_of_one=False, returns="Binary",
    )  # fmt: skip
    return {BADGE_BUNDLE: bundle, NDJSON: lines}


def code_system(home: Home, name: str, title: str, concepts: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """A code system of the issuer; concepts are pairs of code and display, the codes all different."""
    listed = [{"code": code, "display": display} for code, display in concepts]
    found = {
        **_canonical(home, "CodeSystem", name, name.capitalize(), title),
        "title": title,
        "caseSensitive": True,
        "content": "complete",
        "count": len(listed),
    }
    return {**found, "concept": listed} if listed else found


CODE_SYSTEMS = {
    ACHIEVEMENTS: "What can be earned from this issuer, by abbreviation",
    JOBS: "The jobs that this issuer knows",
}


def _canonical(home: Home, resource_type: str, name: str, computable: str, description: str) -> dict[str, Any]:
    return {
        "resourceType": resource_type,
        "id": name,
        "url": home.of(resource_type, name),
        "name": computable,
        "status": "active",
        "experimental": False,
        "date": WRITTEN,
        "description": description,
    }


def _extension(
    home: Home, name: str, computable: str, description: str, elements: list[dict[str, Any]]
) -> dict[str, Any]:
    root = {"id": "Extension", "path": "Extension", "max": "1", "short": description}
    return {
        **_canonical(home, "StructureDefinition", name, computable, description),
        "fhirVersion": FHIR_VERSION,
        "kind": "complex-type",
        "abstract": False,
        "context": [{"type": "element", "expression": "Practitioner.qualification"}]
        + ([{"type": "element", "expression": "VerificationResult"}] if name == OPEN_BADGE else []),
        "type": "Extension",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Extension",
        "derivation": "constraint",
        "differential": {"element": [root, *elements]},
    }


def _part(name: str) -> list[dict[str, Any]]:
    here = f"Extension.extension:{name}"
    return [
        {"id": here, "path": "Extension.extension", "sliceName": name, "min": 1, "max": "1"},
        {"id": f"{here}.extension", "path": "Extension.extension.extension", "max": "0"},
        {"id": f"{here}.url", "path": "Extension.extension.url", "fixedUri": name},
        {
            "id": f"{here}.value[x]",
            "path": "Extension.extension.value[x]",
            "min": 1,
            "type": [{"code": "url"}],
        },
    ]


def _fixed_url(url: str) -> dict[str, Any]:
    return {"id": "Extension.url", "path": "Extension.url", "fixedUri": url}


def _search(home: Home, name: str, description: str, expression: str) -> dict[str, Any]:
    computable = name.title().replace("-", "")
    return {
        **_canonical(home, "SearchParameter", name, computable, description),
        "code": name,
        "base": ["Practitioner"],
        "type": "token",
        "expression": expression,
        "multipleOr": True,
        "multipleAnd": True,
    }


def _operation(
    home: Home, name: str, computable: str, description: str, types: list[str], *, is_of_one: bool, returns: str
) -> dict[str, Any]:
    return {
        **_canonical(home, "OperationDefinition", name, computable, description),
        "kind": "operation",
        "affectsState": False,
        "code": name,
        "resource": types,
        "system": False,
        "type": not is_of_one,
        "instance": is_of_one,
        "parameter": [{"name": "return", "use": "out", "min": 1, "max": "1", "type": returns}],
    }
