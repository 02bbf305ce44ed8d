"""Pathways: conditions over awards that lead to further awards; drafts, versions, and the world they stand in."""

from app.issuing.pathways.facts import NodeFacts, PathwayFacts, parse
from app.issuing.pathways.keeping import (
    all_of,
    archive,
    by_id,
    by_slug,
    change,
    create,
    current_facts,
    look_at,
    newest,
    publish,
    restore,
    version_of,
    versions_of,
)
from app.issuing.pathways.tables import PathwayRow, PathwayState, PathwayVersion

__all__ = [
    "NodeFacts",
    "PathwayFacts",
    "PathwayRow",
    "PathwayState",
    "PathwayVersion",
    "all_of",
    "archive",
    "by_id",
    "by_slug",
    "change",
    "create",
    "current_facts",
    "look_at",
    "newest",
    "parse",
    "publish",
    "restore",
    "version_of",
    "versions_of",
]
