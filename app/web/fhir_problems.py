"""Errors at the addresses of FHIR: the same status and sentence as everywhere, as an OperationOutcome."""

from __future__ import annotations

import re
from typing import Any

from fastapi.responses import Response

from app.credentials import strict_json
from app.projections import fhir

MEDIA_TYPE = "application/fhir+json"
# Where tokens are asked for, errors are those of OAuth.
_HERE = re.compile(r"/fhir/(?![^/]+/token/?$)")


def wanted(path: str) -> bool:
    """Whether an address answers in FHIR."""
    return _HERE.match(path) is not None


def answer(document: dict[str, Any], headers: dict[str, str]) -> Response:
    """The outcome that says what a problem document does."""
    status = int(document["status"])
    sentence = str(document.get("detail") or document["title"])
    body = strict_json.dumps(fhir.outcomes.outcome(status, sentence))
    return Response(body, status_code=status, media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"} | headers)
