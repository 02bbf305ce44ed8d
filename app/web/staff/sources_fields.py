"""Settings of a source as fields of a form: what was typed becomes the setting's value, and the value text again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.credentials import strict_json
from app.errors import InvalidInput, MalformedJson, ServiceError
from app.web import told as sentences
from app.web.forms import Form
from app.web.inside import Refusal, refusal
from app.web.languages import gettext as _

OPTION = "option_"  # before the names of fields that are options of the way to prove oneself
_NAMED = re.compile(r"`([a-z_]+)(?:[./]([a-z_]+))?[^`]*`")


class Kind(StrEnum):
    """How a setting is asked for. LIST is one entry a line, DATA a JSON object, YES a box."""

    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    LIST = "list"
    DATA = "data"
    YES = "yes"


@dataclass(frozen=True, slots=True)
class Field:
    """One setting. `choices` are pairs of value and words; `is_rare` ones are folded away.

    Texts are English as they are written here, and translated where they are shown. `otherwise` stands in the field of
    a new source.
    """

    name: str
    label: str
    hint: str = ""
    kind: Kind = Kind.TEXT
    choices: tuple[tuple[str, str], ...] = ()
    is_required: bool = False
    is_rare: bool = False
    placeholder: str = ""
    otherwise: str = ""

    def read(self, form: Form, *, prefix: str = "") -> Any:
        """The setting's value as it was typed; None when the field was left empty. Raises InvalidInput."""
        name = prefix + self.name
        match self.kind:
            case Kind.YES:
                return True if form.is_ticked(name) else None
            case Kind.LIST:
                return [line.strip() for line in form.text(name).splitlines() if line.strip()] or None
            case Kind.NUMBER:
                return _whole(form.optional(name, most=20), name)
            case Kind.DATA:
                return _object(form.optional(name, most=100_000), name)
            case Kind.TEXT | Kind.CHOICE:
                return form.optional(name, most=1_000)

    def written(self, value: Any) -> str:
        """The value as text for the field. A box is `yes` or empty."""
        if value is None:
            return ""
        match self.kind:
            case Kind.YES:
                return "yes" if value is True else ""
            case Kind.LIST:
                return "\n".join(str(each) for each in value) if isinstance(value, list) else str(value)
            case Kind.DATA:
                return json.dumps(value, ensure_ascii=False, indent=2)
            case Kind.TEXT | Kind.NUMBER | Kind.CHOICE:
                return str(value)


def read_all(fields: Iterable[Field], form: Form, *, prefix: str = "") -> dict[str, Any]:
    """The values of the fields that were filled in."""
    found = {field.name: field.read(form, prefix=prefix) for field in fields}
    return {name: value for name, value in found.items() if value is not None}


def typed(fields: Iterable[Field], form: Form, *, prefix: str = "") -> dict[str, str]:
    """What stood in the fields of a form that was refused, to be shown again."""
    return {prefix + field.name: form.text(prefix + field.name, most=100_000) for field in fields}


def of_settings(fields: Iterable[Field], settings: Mapping[str, Any], *, prefix: str = "") -> dict[str, str]:
    """What stands in the fields by the settings that hold."""
    return {prefix + field.name: field.written(settings.get(field.name)) for field in fields}


def fresh(fields: Iterable[Field], *, prefix: str = "") -> dict[str, str]:
    """What stands in the fields of a source that is not made yet."""
    return {prefix + field.name: field.otherwise for field in fields}


def refused(error: ServiceError, fields: Iterable[Field], options: Iterable[Field]) -> Refusal:
    """The refusal, about the field that its first sentence names, with what people call the settings."""
    told = refusal(error)
    if told.field not in {"", "settings"}:
        return told
    labels = {field.name: field.label for field in fields}
    labels_of_options = {field.name: field.label for field in options}
    about = ""
    for found in _NAMED.finditer(told.sentence):
        name = OPTION + found[2] if found[1] == "auth_options" and found[2] else found[1]
        if not about and name.removeprefix(OPTION) in labels | labels_of_options:
            about = name

    def words(found: re.Match[str]) -> str:
        label = labels_of_options.get(found[2]) if found[1] == "auth_options" else labels.get(found[1])
        return f"“{_(label)}”" if label else found[0].strip("`")

    return Refusal(_NAMED.sub(words, told.sentence), about, told.status)


def _whole(text: str | None, name: str) -> int | None:
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise InvalidInput(_("This is a whole number"), pointer=f"/{name}")
    return int(text)


def _object(text: str | None, name: str) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        value = strict_json.loads(text)
    except MalformedJson as error:
        raise InvalidInput(
            _("This is no JSON: %(why)s", why=sentences.told(error.detail)), pointer=f"/{name}"
        ) from error
    if not isinstance(value, dict):
        raise InvalidInput(_("This is a JSON object, between { and }"), pointer=f"/{name}")
    return value
