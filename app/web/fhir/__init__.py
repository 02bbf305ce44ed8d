"""The door of health-record systems: HL7 FHIR R4, read only, one base for each issuer (`/fhir/{slug}`).

Nobody is told of who did not agree; whatever is told of people stands in the audit log first. Errors are
OperationOutcomes (`fhir_problems.py`).
"""

from fastapi import APIRouter

from app.web.fhir import conformance, exporting, people, smart
from app.web.fhir.paths import WithoutSlash

router = APIRouter()
for _part in (conformance.router, smart.router, exporting.router, people.router):
    router.include_router(_part)

__all__ = ["WithoutSlash", "router"]
