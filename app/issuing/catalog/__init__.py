"""Catalogue files: issuers and achievements as YAML, read with line numbers and imported as often as one likes."""

from app.issuing.catalog.importing import Change, import_plan
from app.issuing.catalog.reading import Plan, Problem, read

__all__ = ["Change", "Plan", "Problem", "import_plan", "read"]
