"""Catalogue files: an issuer's whole offer as YAML, read with line numbers, imported again and again, exported."""

from app.issuing.catalog.exporting import Exported, export
from app.issuing.catalog.importing import Change, import_plan
from app.issuing.catalog.lines import Problem
from app.issuing.catalog.plan import Plan
from app.issuing.catalog.reading import read

__all__ = ["Change", "Exported", "Plan", "Problem", "export", "import_plan", "read"]
