"""What went wrong, as an OperationOutcome."""

from __future__ import annotations

from typing import Any

# HTTP status -> a code of http://hl7.org/fhir/issue-type
_TYPES = {
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    409: "conflict",
    410: "deleted",
    413: "too-long",
    415: "not-supported",
    422: "processing",
    429: "throttled",
    500: "exception",
    503: "transient",
}
_FAULT_OF_SERVER = 500


def outcome(status: int, sentence: str) -> dict[str, Any]:
    """An error of this HTTP status, and what to do about it in a sentence."""
    fallback = "processing" if status < _FAULT_OF_SERVER else "exception"
    issue = {"severity": "error", "code": _TYPES.get(status, fallback), "diagnostics": sentence}
    return {"resourceType": "OperationOutcome", "issue": [issue]}
