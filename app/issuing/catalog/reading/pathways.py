"""Pathways of a file."""

from __future__ import annotations

from ruamel.yaml.comments import CommentedMap

from app.issuing import pathways
from app.issuing.catalog.lines import Entry, plain
from app.issuing.catalog.plan import PlannedPathway
from app.issuing.catalog.reading import organizations
from app.issuing.catalog.reading.file import CatalogFile

STATED = (
    "name", "description", "stack_type", "mode", "entry", "completion", "on_component_loss", "on_new_version",
    "grandfather_months", "open_to_learners", "tags",
)  # fmt: skip
NODE_KEYS = frozenset({"id", "name", "condition", "level", "required", "awards", "description"})
STATES = ("published", "draft")
HIGHEST_NUMBER = 1_000_000


def read(file: CatalogFile) -> list[PlannedPathway]:
    """Every pathway that is to be there. What must hold to publish one is looked at by `checking`."""
    found = [_pathway(file, slug, entry) for slug, entry in file.tables["pathways"].items()]
    return [each for each in found if each is not None]


def _pathway(file: CatalogFile, slug: str, entry: Entry) -> PlannedPathway | None:
    before = len(file.problems)
    file.check_slug(entry, slug)
    owner = file.refer(entry, "owner", "organizations", name=str(entry.get("owner")))
    number = entry.get("version", 1)
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= HIGHEST_NUMBER:
        file.note(entry.line_of("version"), f"{slug}: a version is a whole number from 1 on")
    status = entry.get("status", STATES[0])
    if status not in STATES:
        file.note(entry.line_of("status"), f"{slug}: a status is one of {', '.join(STATES)}")
    for node in file.maps(entry, "nodes"):
        file.check_keys(node, NODE_KEYS, about=f"{slug}: {node.get('id')}")
    nodes = (
        [
            {name: value for name, value in plain(node).items() if value is not None and name in NODE_KEYS}
            for node in entry.get("nodes") or ()
            if isinstance(node, CommentedMap)
        ]
        if isinstance(entry.get("nodes"), list)
        else []
    )
    document = {name: plain(entry.get(name)) for name in STATED} | {"nodes": nodes}
    facts = file.facts(entry, pathways.parse, document, {})
    if facts is None or owner is None or len(file.problems) > before:
        return None
    return PlannedPathway(
        slug=slug,
        issuer_slug=organizations.slug_of(owner),
        number=int(number),
        facts=facts,
        is_draft=status == "draft",
        line=entry.line,
    )
