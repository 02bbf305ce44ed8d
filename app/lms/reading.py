"""Reading members of a sender's JSON, with the place in every complaint. `null` is the same as absent."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from app.credentials import strict_json
from app.credentials.identity import normalise_email
from app.errors import InvalidInput, MalformedJson
from app.lms.base import Unreadable

MAX_KEY_CHARACTERS = 255
MAX_NAME_CHARACTERS = 300
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,2})?")
_LARGEST_NUMBER = Decimal(10) ** 12
_MOST_DECIMALS = 20
_E = TypeVar("_E", bound=StrEnum)
_PLACEHOLDERS = {"noemail", "no-email", "no_email"}


def load(payload: bytes) -> Any:
    """Strict JSON with exact numbers. Raises MalformedJson or TooLarge."""
    try:
        return strict_json.loads(payload, exact_numbers=True)
    except InvalidOperation as error:  # an exponent of twenty digits is beyond Decimal itself
        raise MalformedJson("A number is too large or too small") from error


def wrong(detail: str, *, code: str, pointer: str) -> InvalidInput:
    """The complaint about one member, to be raised; `unreadable` turns it into an item."""
    return InvalidInput(detail, code=code, pointer=pointer)


def unreadable(error: InvalidInput, index: int) -> Unreadable:
    """The item for a complaint raised while reading it."""
    return Unreadable(error.facts.get("code", "invalid"), error.detail, error.facts.get("pointer", ""), index)


def clean(text: str, max_characters: int = MAX_NAME_CHARACTERS) -> str:
    """Text for people: control and direction characters become blanks, the ends are trimmed, too long is cut."""
    return _CONTROLS.sub(" ", text).strip()[:max_characters].strip()


def bounded_key(key: str) -> str:
    """The key itself, or its hash where it is longer than 255 characters or has characters no database should hold."""
    if len(key) <= MAX_KEY_CHARACTERS and key.isprintable():
        return key
    return "sha256:" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def hashed_key(*parts: str | None) -> str:
    """One stable key made of several parts; two different lists of parts never give the same key."""
    return "sha256:" + hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Fields:
    """One JSON object and the JSON Pointer that leads to it. Every reader raises InvalidInput with code and pointer."""

    members: Mapping[str, Any]
    pointer: str = ""

    @classmethod
    def of(cls, value: Any, pointer: str) -> Fields:
        """The object at `pointer`, or a complaint that it is none."""
        if not isinstance(value, dict):
            raise wrong("An object is expected here", code="ill-typed", pointer=pointer)
        return cls(value, pointer)

    def at(self, name: str) -> str:
        """The JSON Pointer of a member."""
        return f"{self.pointer}/{name.replace('~', '~0').replace('/', '~1')}"

    def has(self, name: str) -> bool:
        """Whether the member is there and not null."""
        return self.members.get(name) is not None

    def require(self, name: str) -> Any:
        """The member, whatever it is, or a complaint that it is missing."""
        if not self.has(name):
            raise wrong(f"`{name}` is missing", code="missing", pointer=self.at(name))
        return self.members[name]

    def object(self, name: str) -> Fields:
        """A required member that is an object."""
        return Fields.of(self.require(name), self.at(name))

    def identifier(self, name: str) -> str | None:
        """Text or an integer that identifies something, trimmed, 1 to 255 printable characters; "" is None."""
        value = self.members.get(name)
        if value is None or isinstance(value, bool) or not isinstance(value, str | int):
            if value is None:
                return None
            raise wrong(f"`{name}` must be text or an integer", code="ill-typed", pointer=self.at(name))
        text = str(value).strip()
        if len(text) > MAX_KEY_CHARACTERS or not text.isprintable():
            raise wrong(
                f"`{name}` must be at most {MAX_KEY_CHARACTERS} printable characters",
                code="ill-typed",
                pointer=self.at(name),
            )
        return text or None

    def required_identifier(self, name: str) -> str:
        """An identifier that must be there."""
        text = self.identifier(name)
        if text is None:
            raise wrong(f"`{name}` is missing", code="missing", pointer=self.at(name))
        return text

    def text(self, name: str, max_characters: int = MAX_NAME_CHARACTERS) -> str | None:
        """Text for people, cleaned and cut; "" is None."""
        value = self.members.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise wrong(f"`{name}` must be text", code="ill-typed", pointer=self.at(name))
        return clean(value, max_characters) or None

    def boolean(self, name: str) -> bool | None:
        """`true`, `false` or absent; "yes", 1 and "true" are none of them."""
        value = self.members.get(name)
        if value is not None and not isinstance(value, bool):
            raise wrong(f"`{name}` must be true or false", code="ill-typed", pointer=self.at(name))
        return value

    def choice(self, name: str, kind: type[_E]) -> _E | None:
        """A member of a closed set, by its value; another value is a complaint, never a default."""
        value = self.members.get(name)
        if value is None:
            return None
        for member in kind:
            if member.value == value:
                return member
        raise wrong(f"`{name}` must be one of {', '.join(kind)}", code="not-a-choice", pointer=self.at(name))

    def number(self, name: str) -> Decimal | None:
        """A number, or text that is one, exactly as sent; below 10^12 and with at most 20 decimals."""
        value = self.members.get(name)
        return None if value is None else _exact(value, self.at(name))


def _exact(value: Any, pointer: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise wrong("A number is expected here", code="ill-typed", pointer=pointer)
    if isinstance(value, str):
        value = _number_in_text(value.strip(), pointer)
    number = Decimal(value)
    exponent = number.as_tuple().exponent
    if abs(number) >= _LARGEST_NUMBER or not isinstance(exponent, int) or not -_MOST_DECIMALS <= exponent <= 12:  # noqa: PLR2004 - as _LARGEST_NUMBER
        raise wrong("The number is outside what a score can be", code="out-of-range", pointer=pointer)
    return number


def _number_in_text(text: str, pointer: str) -> str:
    if _NUMBER.fullmatch(text):
        return text
    if "," in text:
        detail = f"Write the decimal sign as a point: “{clean(text, 40)}” has a comma and is not read as a number"
    elif text.endswith("%"):
        detail = "Send the number without a percent sign, and declare its unit as percent"
    else:
        detail = "This text is not a number"
    raise wrong(detail, code="not-a-number", pointer=pointer)


def email(fields: Fields, name: str) -> tuple[str | None, tuple[str, ...]]:
    """The address as sent, trimmed, if mail could be sent to it; else None and a note that says so."""
    value = fields.members.get(name)
    if value is None or value == "":
        return None, ()
    if isinstance(value, str):
        address = value.strip()
        if address.partition("@")[0].casefold() in _PLACEHOLDERS:
            return None, ("The e-mail address is a placeholder and was left out",)
        try:
            normalise_email(address)
        except InvalidInput:
            pass
        else:
            return address, ()
    return None, ("The e-mail address cannot be used and was left out",)
