"""Prior learning: people apply for an achievement with evidence, an assessor decides with reasons (SEED-28)."""

from app.issuing.applications import applying, deciding, histories, papers, queries, switches
from app.issuing.applications.tables import (
    Application,
    ApplicationEvent,
    ApplicationEvidence,
    ApplicationState,
    LearningKind,
)

__all__ = [
    "Application",
    "ApplicationEvent",
    "ApplicationEvidence",
    "ApplicationState",
    "LearningKind",
    "applying",
    "deciding",
    "histories",
    "papers",
    "queries",
    "switches",
]
