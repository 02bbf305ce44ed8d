"""Canvas by its REST interface: who completed which course, and with which final score.

One step is one course: its students with addresses and grades, and the progress of all of them. A completion has the
key that its Live Event has, so that what was pushed is known again. Source: Canvas LMS REST API, "Users",
"Courses: get users in course", "Bulk user progress".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote

from app.credentials import strict_json
from app.errors import FetchFailed
from app.issuing.identification import FoundPerson
from app.issuing.reconciling import PullConfig
from app.lms import ADAPTERS
from app.lms.base import Item
from app.lms.source_settings import SettingsReader
from app.outbound.reconcile.asking import Asker
from app.outbound.reconcile.base import Page

PER_PAGE = 100
MOST_PAGES = 500
_NEXT = re.compile(r'<([^<>]{1,2000})>\s*;\s*rel="?next"?', re.IGNORECASE)


class CanvasReconciler:
    """Asks Canvas with the access token of an administrator."""

    source_type = "canvas"
    tells_keys = True

    def namespace(self, config: PullConfig) -> str | None:
        """The account, which the source's settings name."""
        return SettingsReader(config.lms.settings, []).text("root_account_uuid")

    def headers(self, token: str) -> dict[str, str]:
        """As a bearer token."""
        return {"Authorization": f"Bearer {token}"}

    def pages(
        self, config: PullConfig, asker: Asker, *, place: dict[str, Any] | None, kept: dict[str, Any], now: datetime
    ) -> Iterator[Page]:
        """One page a course."""
        del kept
        begin = 0 if place is None else int(place["course"])
        for number, course_id in enumerate(config.courses[begin:], begin):
            events = self._events(config, asker, course_id, now)
            yield Page(events, {"course": number + 1}, f"course {course_id}")

    def kept(self, config: PullConfig, place: dict[str, Any] | None, *, started_at: datetime) -> dict[str, Any]:
        """Nothing: the whole course is looked at each time."""
        del config, place, started_at
        return {}

    def find(self, asker: Asker, config: PullConfig, source_id: str) -> FoundPerson | None:
        """The user's profile."""
        del config
        try:
            found, _ = asker.get(f"/api/v1/users/{quote(source_id, safe='')}/profile")
        except FetchFailed as error:
            if error.status == 404:  # noqa: PLR2004 - nobody of this id
                return None
            raise
        if not isinstance(found, dict):
            return None
        email, name = found.get("primary_email"), found.get("name")
        return FoundPerson(email if isinstance(email, str) and email else None, name if isinstance(name, str) else None)

    def _events(self, config: PullConfig, asker: Asker, course_id: str, now: datetime) -> tuple[Item, ...]:
        course = quote(course_id, safe="")
        students = {
            str(each["id"]): each
            for each in _listed(
                asker,
                f"/api/v1/courses/{course}/users",
                enrollment_type=["student"],
                include=["email", "enrollments"],
            )
            if isinstance(each, dict) and "id" in each
        }
        items: list[Item] = []
        for each in _listed(asker, f"/api/v1/courses/{course}/bulk_user_progress"):
            progress = each.get("progress") if isinstance(each, dict) else None
            if isinstance(progress, dict) and progress.get("completed_at"):
                student = students.get(str(each.get("id")), {})
                items.extend(self._completed(config, course_id, each, student, now))
        return tuple(items)

    def _completed(
        self, config: PullConfig, course_id: str, row: dict[str, Any], student: dict[str, Any], now: datetime
    ) -> tuple[Item, ...]:
        """The Live Event that Canvas would have sent, read by the adapter that reads those."""
        event = {
            "metadata": {
                "event_name": "course_completed",
                "event_time": row["progress"]["completed_at"],
                "root_account_uuid": self.namespace(config),
            },
            "body": {
                "course": {"id": course_id},
                "progress": row["progress"],
                "user": {
                    "id": str(row.get("id")),
                    "name": student.get("name") or row.get("display_name"),
                    "email": student.get("email"),
                },
            },
        }
        return ADAPTERS["canvas"].parse(strict_json.dumps(event), config.lms, received_at=now)


def _listed(asker: Asker, path: str, **query: Any) -> Iterator[Any]:
    """Every element of a list that comes in pages, by its `Link` headers."""
    found, headers = asker.get(path, per_page=PER_PAGE, **query)
    for _ in range(MOST_PAGES):
        if not isinstance(found, list):
            raise FetchFailed("Canvas answered with something else than a list")
        yield from found
        following = _NEXT.search(headers.get("link", ""))
        if following is None:
            return
        found, headers = asker.get(following[1])
    raise FetchFailed(f"Canvas' answer has more than {MOST_PAGES} pages")
