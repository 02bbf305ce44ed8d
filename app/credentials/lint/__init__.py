"""Rules that a document must keep before it may be signed: one function per rule, each naming its clause.

A rule lives beside its kind (`envelope`, `classes`, `embedded`, …); `examine` runs them all and then
JSON-LD's safe mode, whose canonical form it hands on so that nobody computes it twice.
"""

from __future__ import annotations

from typing import Any

from app.credentials import jsonld
from app.credentials.lint import (  # noqa: F401 - importing registers the rules
    classes,
    embedded,
    envelope,
    extensions,
    privacy,
    results,
    status,
)
from app.credentials.lint.registry import RULES, Document, Finding, Rule, rules_for

__all__ = ["RULES", "SAFE_MODE", "Finding", "Rule", "examine", "lint"]

SAFE_MODE = "OB3-03"
_SAFE_MODE_CLAUSE = "OB 3.0 certification guide 1.3: issuer badges pass JSON-LD safe mode"


def lint(document: dict[str, Any]) -> tuple[Finding, ...]:
    """Everything that is wrong with an unsigned document, a badge or a status list; empty when it may be signed."""
    return examine(document)[0]


def examine(document: dict[str, Any]) -> tuple[tuple[Finding, ...], bytes | None]:
    """The findings, and the canonical N-Quads (None when safe mode refuses the document)."""
    read = Document(document)
    findings = [Finding(rule.name, rule.clause, *found) for rule in rules_for(read.kind) for found in rule.find(read)]
    try:
        canonical = jsonld.canonicalise(document)
    except jsonld.UnsafeDocument as error:
        findings.append(Finding(SAFE_MODE, _SAFE_MODE_CLAUSE, error.pointer, error.detail))
        return tuple(findings), None
    return tuple(findings), canonical
