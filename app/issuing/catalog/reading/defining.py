"""An entry that becomes a definition of the home issuer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.issuing import definitions
from app.issuing.catalog.lines import Entry
from app.issuing.catalog.plan import PlannedDefinition
from app.issuing.catalog.reading.file import CatalogFile
from app.issuing.definitions import Kind


def define(
    file: CatalogFile, kind: Kind, entry: Entry, document: Mapping[str, Any], keys: Mapping[str, str] | None = None
) -> PlannedDefinition | None:
    """The definition that an entry comes to; None with problems. `keys`: where the file's names are other ones."""
    slug = str(entry.get("id"))
    file.check_slug(entry, slug)
    facts = file.facts(entry, lambda given: definitions.parse(kind, given), document, keys or {})
    return None if facts is None else PlannedDefinition(kind, slug, facts, entry.line)
