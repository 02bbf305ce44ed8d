"""An Open edX of invented people, as its plug-in and its event bus send events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.lms.base import Secret
from tests.lms.conftest import Letterbox, changed

PAIR = "lanyard:pw_4f9b2c7d8e1a6053"
USER = {
    "id": 4,
    "is_active": True,
    "pii": {"username": "mholm", "email": "mira.holm@hospital.test", "name": "Mira Holm"},
}
COURSE = {"course_key": "course-v1:StAnna+BLS+2026", "display_name": "Basic Life Support", "start": None, "end": None}
DATA: dict[str, tuple[str, str, dict[str, Any]]] = {
    "certificate": (
        "openedx_events.learning.data.CertificateData",
        "certificate.created.v1",
        {
            "user": USER,
            "course": COURSE,
            "mode": "verified",
            "grade": "0.92",
            "download_url": "",
            "name": "Mira Holm",
            "current_status": "downloadable",
            "previous_status": "unavailable",
        },
    ),
    "passing": (
        "openedx_events.learning.data.CoursePassingStatusData",
        "course.passing.status.updated.v1",
        {"is_passing": True, "course": COURSE, "user": USER},
    ),
    "ccx": (
        "openedx_events.learning.data.CcxCoursePassingStatusData",
        "ccx.course.passing.status.updated.v1",
        {
            "is_passing": True,
            "user": USER,
            "course": {
                "ccx_course_key": "ccx-v1:StAnna+BLS+2026+ccx@1",
                "master_course_key": "course-v1:StAnna+BLS+2026",
                "display_name": "BLS, group 1",
                "coach_email": "coach@hospital.test",
                "start": None,
                "end": None,
                "max_students_allowed": 20,
            },
        },
    ),
    "grade": (
        "openedx_events.learning.data.PersistentCourseGradeData",
        "course.persistent_grade_summary.changed.v1",
        {
            "user_id": 4,
            "course": COURSE,
            "course_edited_timestamp": "2026-01-01 00:00:00+00:00",
            "course_version": "v7",
            "grading_policy_hash": "aGFzaA==",
            "percent_grade": 0.87,
            "letter_grade": "Pass",
            "passed_timestamp": "2026-03-02 09:00:00+00:00",
        },
    ),
    "program": (
        "openedx_events.learning.data.ProgramCertificateData",
        "program.certificate.awarded.v1",
        {
            "user": USER,
            "program": {"uuid": "6F1C2F4E-3C5B-4F5E-9C56-2B0C9A1D7E11", "title": "Emergency care", "program_type": "X"},
            "uuid": "0d9f8a3e-0000-4000-8000-000000000001",
            "status": "awarded",
            "url": "/credentials/1",
            "certificate_available_date": None,
        },
    ),
}


def flattened(document: Any, before: str = "") -> dict[str, str]:
    """As the plug-in flattens it: names joined by "_", every value as Python's text."""
    flat: dict[str, str] = {}
    for name, value in document.items():
        joined = f"{before}_{name}" if before else name
        flat |= flattened(value, joined) if isinstance(value, dict) else {joined: str(value)}
    return flat


@pytest.fixture
def openedx() -> Letterbox:
    """A source whose address carries user and password."""
    return Letterbox("openedx", {"host": "courses.hospital.test"}, (Secret("p1", PAIR),))


@pytest.fixture
def event() -> Callable[..., dict[str, Any]]:
    """An event as the plug-in sends it, with changes: `event("passing", is_passing=False)`."""

    def make(kind: str, event_type: str = "", time: str = "2026-03-02 10:15:26.615000+00:00", **changes: Any) -> Any:
        path, own_type, data = DATA[kind]
        metadata = {
            "id": "457f0c26-a1a5-11ed-afe6-0242ac140007",
            "event_type": f"org.openedx.learning.{event_type or own_type}",
            "minorversion": 0,
            "source": "openedx/lms/web",
            "sourcehost": "8616aa50f067",
            "time": time,
            "sourcelib": [11, 2, 0],
        }
        return {path: changed(data, changes), "event_metadata": metadata}

    return make


@pytest.fixture
def cloud_event() -> Callable[..., dict[str, Any]]:
    """An event as the bus carries it, in CloudEvents' structured form."""

    def make(kind: str, event_type: str = "", **changes: Any) -> Any:
        _, own_type, data = DATA[kind]
        return {
            "specversion": "1.0",
            "id": "c8bee32c-a1a5-11ed-baf0-0242ac140007",
            "type": f"org.openedx.learning.{event_type or own_type}",
            "source": "/openedx/lms/web",
            "sourcehost": "8616aa50f067",
            "time": "2026-03-02T10:15:26.615000+00:00",
            "datacontenttype": "application/json",
            "data": {kind: changed(data, changes)},
        }

    return make
