"""Rules on result descriptions and results."""

from __future__ import annotations

from typing import Any

from app.credentials.lint.registry import Document, Found, is_text, is_uri, rule, types
from app.credentials.lint.vocabulary import RESULT_STATUSES


@rule("OB3-19", "OB 3.0 data model, Result: names a result description of the same achievement")
def results(document: Document) -> Found:
    """A score without its scale means nothing, and a status belongs to results of type Status."""
    described = {str(each.get("id")): each for _, each in document.of("ResultDescription")}
    listed = document.at("credentialSubject").get("result", [])
    for position, each in enumerate(listed if isinstance(listed, list) else []):
        pointer = f"/credentialSubject/result/{position}"
        if not isinstance(each, dict) or "Result" not in types(each):
            yield pointer, "A result must be an object of type Result"
            continue
        description = described.get(str(each.get("resultDescription")))
        if description is None:
            yield f"{pointer}/resultDescription", "The result names no result description of this achievement"
        elif problem := _problem(each, description):
            yield pointer, problem


def _problem(result: dict[str, Any], description: dict[str, Any]) -> str | None:
    status = result.get("status")
    if status is not None and str(status) not in RESULT_STATUSES:
        return "The status of the result is not one of the standard"
    if description.get("resultType") == "Status":
        return None if status is not None else "A result of type Status must state its status"
    return None if is_text(result.get("value")) else "A result must state its value, as text"


@rule("RESULT-01", "OB 3.0 data model, ResultDescription: id, type, name, resultType")
def result_descriptions(document: Document) -> Found:
    """Results point to the id."""
    listed = document.at("credentialSubject", "achievement").get("resultDescription", [])
    for position, each in enumerate(listed if isinstance(listed, list) else []):
        good = isinstance(each, dict) and "ResultDescription" in types(each) and is_uri(each.get("id"))
        if not good or not is_text(each.get("name")) or not is_text(each.get("resultType")):
            pointer = f"/credentialSubject/achievement/resultDescription/{position}"
            yield pointer, "A result description needs an id, a name and a type of result"
