"""A Moodle of invented people, as its plug-ins send its events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.lms.base import Secret
from tests.lms.conftest import Letterbox, changed

TOKEN = "tk_4f9b2c7d8e1a6053"
HOST = "lms.hospital.test"
COURSE_COMPLETED = {
    "eventname": "\\core\\event\\course_completed",
    "component": "core",
    "action": "completed",
    "target": "course",
    "objecttable": "course_completions",
    "objectid": 881,
    "crud": "u",
    "edulevel": 2,
    "contextid": 40,
    "contextlevel": 50,
    "contextinstanceid": "12",
    "userid": "0",
    "courseid": "12",
    "relateduserid": "57",
    "anonymous": 0,
    "other": {"relateduserid": 57},
    "timecreated": 1772446501,
    "host": HOST,
    "extra": "",
}
GRADED = COURSE_COMPLETED | {
    "eventname": "\\core\\event\\user_graded",
    "objecttable": "grade_grades",
    "objectid": "4021",
    "userid": "3",
    "other": {"itemid": 41, "overridden": False, "finalgrade": "44.00000"},
}
MODULE = COURSE_COMPLETED | {
    "eventname": "\\core\\event\\course_module_completion_updated",
    "objecttable": "course_modules_completion",
    "objectid": 5512,
    "contextlevel": 70,
    "contextinstanceid": 77,
    "other": {"relateduserid": 57, "overrideby": None, "completionstate": 1},
}
TEMPLATE = {
    "event": "course_completed",
    "user_id": "57",
    "user_email": "mira.holm@hospital.test",
    "user_name": "Mira Holm",
    "user_username": "mholm",
    "user_idnumber": "S-9",
    "user_deleted": "0",
    "course_id": "12",
    "course_name": "Basic Life Support",
    "course_idnumber": "BLS.2026",
    "completed_at": "1772446501",
    "completion_id": "881",
}


@pytest.fixture
def moodle() -> Letterbox:
    """A source with a token in the body, as local_webhooks sends it."""
    return Letterbox("moodle", {"host": HOST}, (Secret("t1", TOKEN),))


@pytest.fixture
def completed() -> Callable[..., dict[str, Any]]:
    """A `course_completed` event with changes."""
    return lambda **changes: changed(COURSE_COMPLETED, changes)


@pytest.fixture
def graded() -> Callable[..., dict[str, Any]]:
    """A `user_graded` event with changes."""
    return lambda **changes: changed(GRADED, changes)


@pytest.fixture
def module() -> Callable[..., dict[str, Any]]:
    """A `course_module_completion_updated` event with changes."""
    return lambda **changes: changed(MODULE, changes)


@pytest.fixture
def template() -> Callable[..., dict[str, str]]:
    """The fields of our template for tool_trigger, with changes."""
    return lambda **changes: changed(TEMPLATE, changes)
