"""Statements of invented people, for the tests of the letterbox and of the door."""

from __future__ import annotations

import base64
from typing import Any

from app.lms.base import Secret
from tests.lms.conftest import Letterbox, changed

PASSWORD = "a-password-of-more-than-sixteen"
PAIR = f"lrs:{PASSWORD}"
COURSE = "https://lms.hospital.test/course/view.php?id=12"
STATEMENT_ID = "7d1e0cc2-6d1f-4f0b-9f43-2f1f0a5f0c11"
STATEMENT: dict[str, Any] = {
    "id": STATEMENT_ID,
    "actor": {"name": "Mira Holm", "mbox": "mailto:mira.holm@hospital.test"},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/completed", "display": {"en": "completed"}},
    "object": {
        "id": COURSE,
        "definition": {
            "type": "https://w3id.org/xapi/cmi5/activitytype/course",
            "name": {"de": "Basismaßnahmen", "en-GB": "Basic Life Support"},
        },
    },
    "result": {"completion": True, "success": True, "score": {"scaled": 0.95}},
    "timestamp": "2026-03-02T10:15:00.250Z",
}
# What Moodle's logstore sends for a finished course: no result, and an account instead of an address.
MOODLE: dict[str, Any] = {
    "actor": {"name": "Mira Holm", "account": {"homePage": "https://lms.hospital.test", "name": "57"}},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/completed", "display": {"en": "completed"}},
    "object": STATEMENT["object"],
    "timestamp": "2026-03-02T11:15:00+01:00",
    "context": {
        "platform": "Moodle",
        "language": "en",
        "extensions": {"http://lrs.learninglocker.net/define/extensions/info": {"event_name": "course_completed"}},
        "contextActivities": {"category": [{"id": "https://moodle.org"}]},
    },
}


def statement(**changes: Any) -> dict[str, Any]:
    """The statement with changes by path: `statement(**{"verb.id": "…"})`; `...` removes a member."""
    made: dict[str, Any] = changed(STATEMENT, changes)
    return made


def verb(name: str) -> dict[str, Any]:
    """The change that gives a statement another verb."""
    cmi5 = {"satisfied", "waived", "abandoned"}
    home = "https://w3id.org/xapi/adl/verbs" if name in cmi5 else "http://adlnet.gov/expapi/verbs"
    return {"verb.id": f"{home}/{name}"}


def basic(pair: str = PAIR) -> dict[str, str]:
    """The header of a user and a password."""
    return {"authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def letterbox(**settings: Any) -> Letterbox:
    """A source of statements with one password."""
    return Letterbox("xapi", settings, (Secret("s1", PAIR),))
