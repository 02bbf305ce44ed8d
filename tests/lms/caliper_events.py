"""Events of an invented sensor, for the tests of the letterbox and of the door."""

from __future__ import annotations

from typing import Any

from app.lms.base import Secret
from tests.lms.conftest import Letterbox, changed

TOKEN = "a-token-of-more-than-sixteen"
LEARNER = "https://lms.hospital.test/users/57"
QUIZ = "https://lms.hospital.test/quizzes/355"
COURSE = "https://lms.hospital.test/courses/565"
ATTEMPT = "https://lms.hospital.test/quizzes/355/attempts/9"
GRADE: dict[str, Any] = {
    "@context": "http://purl.imsglobal.org/ctx/caliper/v1p1",
    "id": "urn:uuid:a50ca17f-5971-47bb-8fca-4e6e6879001d",
    "type": "GradeEvent",
    "actor": {"id": "https://lms.hospital.test/users/1", "type": "Person", "name": "A Teacher"},
    "action": "Graded",
    "object": {
        "id": ATTEMPT,
        "type": "Attempt",
        "assignee": {"id": LEARNER, "type": "Person", "name": "Mira Holm"},
        "assignable": {"id": QUIZ, "type": "AssignableDigitalResource", "name": "BLS final test"},
        "count": 1,
    },
    "generated": {"id": f"{ATTEMPT}/score", "type": "Score", "scoreGiven": 18, "maxScore": 20},
    "group": {"id": COURSE, "type": "CourseOffering"},
    "eventTime": "2026-03-02T10:15:00.250Z",
}


def grade(**changes: Any) -> dict[str, Any]:
    """The event with changes by path: `grade(**{"object.assignee": "…"})`; `...` removes a member."""
    made: dict[str, Any] = changed(GRADE, changes)
    return made


def envelope(*data: Any, version: str = "v1p1") -> dict[str, Any]:
    """What a sensor sends."""
    return {
        "sensor": "https://lms.hospital.test/",
        "sendTime": "2026-03-02T10:15:05.000Z",
        "dataVersion": f"http://purl.imsglobal.org/ctx/caliper/{version}",
        "data": list(data),
    }


def letterbox(**settings: Any) -> Letterbox:
    """A source of envelopes with one secret."""
    return Letterbox("caliper", settings, (Secret("s1", TOKEN),))
