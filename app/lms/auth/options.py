"""The setting `auth_options`: what a scheme needs to know beside the secret, with a sentence for what it cannot use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.lms.reading import clean

SETTING = "auth_options"
MAX_HEADERS = 4
_HEADER = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]{1,100}")


@dataclass(frozen=True, slots=True)
class Options:
    """Typed access to the options; complaints gather in `problems`, and a delivery is never proved with any."""

    members: Mapping[str, Any]
    problems: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, settings: Mapping[str, Any], *known: str) -> Options:
        """The options of a source's settings; a name that the scheme does not know is a problem."""
        value = settings.get(SETTING)
        if value is None:
            return cls({})
        if not isinstance(value, Mapping):
            return cls({}, [f"`{SETTING}` must be an object."])
        options = cls(value)
        for name in value:
            if name not in known:
                meant = f"known are {', '.join(known)}" if known else "it has none"
                options.problems.append(f"`{SETTING}`: this scheme has no option “{clean(str(name), 100)}”; {meant}.")
        return options

    def text(self, name: str, *, default: str = "", max_characters: int = 100) -> str:
        """Printable ASCII without blanks."""
        value = self.members.get(name, default)
        if not isinstance(value, str) or not re.fullmatch(rf"[!-~]{{0,{max_characters}}}", value):
            self._wrong(name, f"must be at most {max_characters} printable ASCII characters")
            return default
        return value

    def header(self, name: str) -> str:
        """The name of a header, in lower case; "" where it is absent."""
        value = self.members.get(name)
        if value is None:
            return ""
        if not isinstance(value, str) or not _HEADER.fullmatch(value.strip().lower()):
            self._wrong(name, "must be the name of a header, such as X-Signature")
            return ""
        return value.strip().lower()

    def required_header(self, name: str) -> str:
        """The name of a header that must be configured."""
        found = self.header(name)
        if name not in self.members:
            self._wrong(name, "must name the header to read, such as X-Signature")
        return found

    def headers(self, name: str) -> tuple[str, ...]:
        """One to four different names of headers."""
        value = self.members.get(name)
        found = value if isinstance(value, list) else []
        names = tuple(one.strip().lower() for one in found if isinstance(one, str))
        named = len(names) == len(found) and all(_HEADER.fullmatch(one) for one in names)
        if not named or not 1 <= len(names) <= MAX_HEADERS or len(set(names)) != len(names):
            self._wrong(name, f"must be a list of one to {MAX_HEADERS} different names of headers")
            return ()
        return names

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        """One of a closed list; the first where it is absent."""
        value = self.members.get(name, allowed[0])
        if value not in allowed:
            self._wrong(name, f"must be one of {', '.join(allowed)}")
            return allowed[0]
        return str(value)

    def seconds(self, name: str, *, most: int) -> int | None:
        """A whole number of seconds, at least 1; None where it is absent."""
        value = self.members.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            self._wrong(name, f"must be a whole number of seconds from 1 to {most}")
            return None
        return value

    def _wrong(self, name: str, what: str) -> None:
        self.problems.append(f"`{SETTING}.{name}` {what}.")
