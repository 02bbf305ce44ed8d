r"""One event of a Moodle, however it came: whole (`eventname`), or as the few fields of our template (`event`).

Sources: Moodle, "Events API", `\core\event\base::get_data`; the plug-ins local_webhooks and tool_trigger.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.errors import InvalidInput
from app.lms.base import ActivityFacts, ActivityType, LearnerFacts
from app.lms.moments import Calendar, EpochUnit, Moment
from app.lms.moodle import serialised
from app.lms.moodle.settings import MoodleSettings
from app.lms.reading import Fields, clean, email, load, wrong

TEMPLATE: Mapping[str, str] = {
    "objectid": "completion_id",
    "relateduserid": "user_id",
    "courseid": "course_id",
    "timecreated": "completed_at",
    "contextinstanceid": "module_id",
    "itemid": "item_id",
    "finalgrade": "grade",
    "grademax": "grade_max",
    "completionstate": "state",
}
"""What our template calls the members of an event. The person's and the course's names are its own."""

_CORE = re.compile(r"\\?core\\event\\([a-z_]{1,100})", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\{[-_A-Za-z0-9]{1,100}\}")
_CALENDAR = Calendar(epoch_unit=EpochUnit.SECONDS)
_YES = {"1", "true", "yes"}


@dataclass(frozen=True, slots=True)
class Event:
    """An event with what all of them have. Readers raise InvalidInput with the place."""

    name: str
    host: str
    fields: Fields
    settings: MoodleSettings
    received_at: datetime
    index: int
    is_template: bool
    notes: tuple[str, ...] = ()

    def _called(self, name: str) -> str:
        return TEMPLATE.get(name, name) if self.is_template else name

    def id(self, name: str) -> str:
        """A required id; 0 is Moodle's word for nobody and nothing."""
        called = self._called(name)
        text = self.fields.required_identifier(called)
        if text == "0":
            raise wrong(f"`{called}` is 0, which names nothing", code="missing", pointer=self.fields.at(called))
        return text

    def optional(self, name: str) -> str | None:
        """An id that may be absent."""
        return self.fields.identifier(self._called(name))

    def other(self) -> Event:
        """The event's own details: the member `other` (an object, JSON, or as PHP writes it), or members `other_…`."""
        if self.is_template:
            return self
        value, pointer = self.fields.members.get("other"), self.fields.at("other")
        if isinstance(value, str):
            value = _details(value, pointer)
        if value is None:
            prefix = "other_"
            flat = {
                name.removeprefix(prefix): each for name, each in self.fields.members.items() if name.startswith(prefix)
            }
            return self._with(Fields(flat, self.fields.pointer))
        return self._with(Fields.of(value, pointer))

    def _with(self, fields: Fields) -> Event:
        return Event(
            self.name, self.host, fields, self.settings, self.received_at, self.index, self.is_template, self.notes
        )

    def number(self, name: str) -> Any:
        """A number, as Decimal; None where it is absent."""
        return self.fields.number(self._called(name))

    def at(self, name: str) -> str:
        """The JSON Pointer of a member."""
        return self.fields.at(self._called(name))

    def moment(self) -> Moment:
        """When it happened: whole seconds since 1970."""
        called = self._called("timecreated")
        return _CALENDAR.read(self.fields.require(called), pointer=self.fields.at(called), received_at=self.received_at)

    def learner(self) -> tuple[LearnerFacts, tuple[str, ...]]:
        """Who learned: `relateduserid`. `userid` is whoever caused the event, often a teacher or the site's clock."""
        user_id = self.id("relateduserid")
        username = self.fields.text("user_username")
        address, notes = email(self.fields, "user_email")
        is_guest = user_id == self.settings.guest_user_id or username == "guest"
        learner = LearnerFacts(
            self.host,
            user_id,
            address,
            username,
            self.fields.identifier("user_idnumber"),
            self.fields.text("user_name"),
            is_test_user=is_guest,
        )
        return learner, notes

    def course(self) -> ActivityFacts:
        """The course that the event is of."""
        return ActivityFacts(
            self.host,
            self.id("courseid"),
            ActivityType.COURSE,
            self.fields.text("course_name"),
            self.fields.identifier("course_idnumber"),
        )

    def is_deleted_user(self) -> bool:
        """Whether the template says that the account was deleted; Moodle keeps the row and scrambles its address."""
        return (self.fields.text("user_deleted") or "").casefold() in _YES

    def is_anonymous(self) -> bool:
        """Whether Moodle says that nobody may be named by this event."""
        return str(self.fields.members.get("anonymous", "0")) in _YES


def opened(value: Any, pointer: str, index: int, *, settings: MoodleSettings, received_at: datetime) -> Event:
    """The event in one object. Raises InvalidInput where it has no name or no site."""
    members, notes = _filled(Fields.of(value, pointer).members)
    fields = Fields(members, pointer)
    is_template = "eventname" not in members
    stated = fields.required_identifier("event" if is_template else "eventname")
    host = (fields.identifier("host") or settings.host or "").lower()
    if not host:
        raise wrong(
            "No `host` names the Moodle site; set it in the source's settings",
            code="missing",
            pointer=fields.at("host"),
        )
    return Event(_name(stated), host, fields, settings, received_at, index, is_template, notes)


def _name(stated: str) -> str:
    """The short name of a core event; another plug-in's event keeps its whole name, so that it is none of these."""
    match = _CORE.fullmatch(stated)
    return match[1].lower() if match else clean(stated, 100)


def _filled(members: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Without empty texts, and without placeholders that tool_trigger had no value for and left as they were."""
    left = [name for name, value in members.items() if isinstance(value, str) and _PLACEHOLDER.fullmatch(value.strip())]
    notes = tuple(
        f"`{clean(name, 60)}` came as the placeholder {clean(members[name], 60)}: the workflow lacks the step for it"
        for name in left[:5]
    )
    return {name: value for name, value in members.items() if name not in left and value != ""}, notes


def _details(text: str, pointer: str) -> Any:
    if text in {"N;", "null"}:
        return None
    found: Any = serialised.read(text)
    if found is not None:
        return found
    try:
        return load(text.encode("utf-8", "surrogatepass"))
    except InvalidInput as error:
        raise wrong("`other` is neither an object nor one in writing", code="ill-typed", pointer=pointer) from error
