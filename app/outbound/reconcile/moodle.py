"""Moodle by its web services: who is enrolled in a course, and who has completed it.

One step is one course. Moodle tells no id of a completion here, so that what a push brought is known by learner,
course and day. Source: Moodle, "core_enrol_get_enrolled_users", "core_completion_get_course_completion_status",
"core_user_get_users_by_field".
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from app.errors import PlatformRefused
from app.issuing.identification import FoundPerson
from app.issuing.reconciling import PullConfig
from app.lms.base import ActivityFacts, Completion, CompletionKind, Item, LearnerFacts, MomentSource, Unreadable
from app.lms.moodle import ADAPTER
from app.lms.moodle.settings import MoodleSettings
from app.lms.reading import Fields, bounded_key, email
from app.outbound.reconcile.asking import Asker
from app.outbound.reconcile.base import Page

SERVICE = "/webservice/rest/server.php"
GUEST = "1"
PER_PAGE = 100
_FIELDS = "id,fullname,email"
# What Moodle says of a person of whom nothing is tracked: a teacher, somebody suspended, of another group.
_NOT_TRACKED = frozenset({"nocriteriaset", "usernotenroled", "usernotenrolled", "cannotviewreport", "usersuspended"})
# What it says when no question will be answered; anything else concerns one person or one course.
_FATAL = frozenset({"invalidtoken", "accessexception", "invalidfunction", "webservicesdisabled", "sitemaintenance"})


class MoodleReconciler:
    """Asks Moodle with the token of a web service user. The token travels in the form, never in the address."""

    source_type = "moodle"
    tells_keys = False

    def namespace(self, config: PullConfig) -> str | None:
        """The site's host, as its pushes are read."""
        return MoodleSettings.read(config.lms.settings, ADAPTER.auth_schemes, []).host

    def headers(self, token: str) -> dict[str, str]:
        """None: Moodle takes its token as a field."""
        del token
        return {}

    def pages(
        self, config: PullConfig, asker: Asker, *, place: dict[str, Any] | None, kept: dict[str, Any], now: datetime
    ) -> Iterator[Page]:
        """One page for each hundred users of a course."""
        del kept, now
        begin, first = (0, 0) if place is None else (int(place["course"]), int(place.get("user", 0)))
        for number, course_id in enumerate(config.courses[begin:], begin):
            while True:
                users = _users(config, asker, course_id, first)
                items = tuple(each for user in users if (each := _item(config, asker, course_id, user)) is not None)
                first += PER_PAGE
                is_last = len(users) < PER_PAGE
                following = {"course": number + 1} if is_last else {"course": number, "user": first}
                yield Page(items, following, f"course {course_id}")
                if is_last:
                    first = 0
                    break

    def kept(self, config: PullConfig, place: dict[str, Any] | None, *, started_at: datetime) -> dict[str, Any]:
        """Nothing: the whole course is looked at each time."""
        del config, place, started_at
        return {}

    def find(self, asker: Asker, config: PullConfig, source_id: str) -> FoundPerson | None:
        """The user by id."""
        form = {"field": "id", "values[0]": source_id}
        found = _call(config, asker, "core_user_get_users_by_field", **form)
        if not isinstance(found, list) or not found or not isinstance(found[0], dict):
            return None
        address, name = found[0].get("email"), found[0].get("fullname")
        return FoundPerson(
            address if isinstance(address, str) and address else None, name if isinstance(name, str) else None
        )


def _users(config: PullConfig, asker: Asker, course_id: str, first: int) -> list[Any]:
    """A hundred of a course's users, teachers among them, with no more fields than are needed."""
    options = {"userfields": _FIELDS, "limitfrom": str(first), "limitnumber": str(PER_PAGE)}
    form: dict[str, str] = {}
    for number, (name, value) in enumerate(options.items()):
        form |= {f"options[{number}][name]": name, f"options[{number}][value]": value}
    found = _call(config, asker, "core_enrol_get_enrolled_users", courseid=course_id, **form)
    if not isinstance(found, list):
        raise PlatformRefused("Moodle answered with something else than a list of users")
    return found


def _item(config: PullConfig, asker: Asker, course_id: str, user: Any) -> Item | None:
    """The completion of one user, or what Moodle said of this one; None for who has not completed the course."""
    try:
        return _completion(config, asker, course_id, user) if isinstance(user, dict) else None
    except PlatformRefused as refusal:
        if not refusal.code or refusal.code in _FATAL:
            raise
        if refusal.code in _NOT_TRACKED:
            return None
        return Unreadable("refused", f"Moodle says {refusal.code} of user {user.get('id')}", "")


def _completion(config: PullConfig, asker: Asker, course_id: str, user: dict[str, Any]) -> Item | None:
    """The completion of one user; None for who has not completed it, and for the guest. Raises PlatformRefused."""
    user_id = str(user.get("id", ""))
    if user_id in {"", GUEST}:
        return None
    status = _call(config, asker, "core_completion_get_course_completion_status", courseid=course_id, userid=user_id)
    stated = status.get("completionstatus") if isinstance(status, dict) else None
    if not isinstance(stated, dict) or stated.get("completed") is not True:
        return None
    times = [
        each["timecompleted"]
        for each in stated.get("completions", [])
        if isinstance(each, dict) and isinstance(each.get("timecompleted"), int) and each["timecompleted"] > 0
    ]
    if not times:
        return None
    settings = MoodleSettings.read(config.lms.settings, ADAPTER.auth_schemes, [])
    host = settings.host or ""
    address, notes = email(Fields(user), "email")
    name = user.get("fullname")
    return Completion(
        kind=CompletionKind.COMPLETED,
        dedupe_key=bounded_key(f"md:{host}:pull:{user_id}:{course_id}:{max(times)}"),
        learner=LearnerFacts(host, user_id, address, display_name=name if isinstance(name, str) else None),
        activity=ActivityFacts(host, course_id),
        completed=True,
        occurred_at=datetime.fromtimestamp(max(times), UTC),
        occurred_at_source=MomentSource.PAYLOAD,
        learning_kind=settings.learning_kind,
        notes=notes,
    )


def _call(config: PullConfig, asker: Asker, function: str, **arguments: str) -> Any:
    """What a web service function answers. Raises FetchFailed, PlatformRefused among them."""
    form = {"wstoken": config.token, "wsfunction": function, "moodlewsrestformat": "json", **arguments}
    found, _ = asker.post(SERVICE, form)
    if isinstance(found, dict) and "exception" in found:
        code = str(found.get("errorcode", ""))[:80]
        told = code if code.isalnum() and code.isascii() else "an unknown error"
        raise PlatformRefused(f"Moodle refused {function}: {told}", code=told)
    return found
