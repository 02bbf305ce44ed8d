"""What an issuer tells health-record systems, as resources of HL7 FHIR R4 (4.0.1): facts in, JSON objects out. Pure."""

from app.projections.fhir import bundles, definitions, names, outcomes, resources, statements
from app.projections.fhir.facts import (
    Home,
    OrganizationFacts,
    PersonFacts,
    Qualification,
    QualificationStatus,
    RoleFacts,
    Written,
)
from app.projections.fhir.identifiers import own_id, wire_id

__all__ = [
    "Home",
    "OrganizationFacts",
    "PersonFacts",
    "Qualification",
    "QualificationStatus",
    "RoleFacts",
    "Written",
    "bundles",
    "definitions",
    "names",
    "outcomes",
    "own_id",
    "resources",
    "statements",
    "wire_id",
]
