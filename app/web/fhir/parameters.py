"""Parameters of a search, from the address and from a form: read strictly, one sentence for each thing that is wrong.

Within one parameter commas mean "or"; the same parameter again means "and" (FHIR R4, "Search").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode

from fastapi import Request

from app.errors import InvalidSearch, UnsupportedMediaType
from app.issuing.health_records import Changed
from app.web.api.strict_route import media_type
from app.web.token_requests import FORM

COUNT, AFTER, TOTAL, FORMAT, PRETTY = "_count", "_after", "_total", "_format", "_pretty"
INCLUDE, REVERSE_INCLUDE, CHANGED = "_include", "_revinclude", "_lastUpdated"
USUAL_COUNT, GREATEST_COUNT = 50, 100
MOST_PARAMETERS, LONGEST_VALUE = 50, 500
MOST_VALUES, MOST_MOMENTS = 200, 10  # of a whole search, since each is a condition; and of `_lastUpdated`, a heavy one
_TOTALS = ("none", "estimate", "accurate")
_DIGITS = re.compile(r"[0-9]{1,9}")
_DATE = re.compile(
    r"(?P<prefix>eq|ne|gt|lt|ge|le|sa|eb|ap)?"
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2})"
    r"(?:T(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.[0-9]{1,9})?)?"
    r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as it was understood. `values` has for each parameter its groups, in which one value has to fit."""

    values: Mapping[str, tuple[tuple[str, ...], ...]]
    understood: tuple[tuple[str, str], ...]
    count: int
    after: str | None
    is_total_wanted: bool
    includes: frozenset[str] = field(default=frozenset())

    def groups(self, name: str) -> tuple[tuple[str, ...], ...]:
        """The groups of one parameter; none if it was not stated."""
        return self.values.get(name, ())

    def any_of(self, name: str) -> frozenset[str] | None:
        """The values that are in every group of a parameter, of which a resource has one; None = not stated."""
        groups = self.groups(name)
        return frozenset.intersection(*map(frozenset, groups)) if groups else None

    def address(self, base: str, *, after: str | None = None) -> str:
        """The search as an address, or that of the page behind a place."""
        pairs = [pair for pair in self.understood if pair[0] != AFTER or after is None]
        query = urlencode([*pairs, *([(AFTER, after)] if after is not None else [])])
        return f"{base}?{query}" if query else base


def stated(request: Request, body: bytes) -> list[tuple[str, str]]:
    """The parameters of an address and, with POST, of a form. Raises UnsupportedMediaType, InvalidSearch."""
    pairs = _pairs(request.url.query)
    if request.method == "POST" and body:
        if media_type(request.headers.get("content-type", "")) != FORM:
            raise UnsupportedMediaType(f"Send the parameters of a search as {FORM}", expected=FORM)
        try:
            pairs += _pairs(body.decode())
        except UnicodeDecodeError as error:
            raise InvalidSearch("The form is not UTF-8") from error
    return pairs


def understand(
    request: Request, pairs: Iterable[tuple[str, str]], known: Mapping[str, str], includes: Mapping[str, str]
) -> Asked:
    """What is asked. Unknown parameters are passed over, or refused where the client says `Prefer: handling=strict`.

    `known` has for each parameter its type; `includes` for `_include` and `_revinclude` what they may name. Raises
    InvalidSearch; a modifier that is not known is refused always, as FHIR demands.
    """
    is_strict = "handling=strict" in request.headers.get("prefer", "").replace(" ", "").lower()
    values: dict[str, list[tuple[str, ...]]] = {}
    understood: list[tuple[str, str]] = []
    control: dict[str, str] = {}
    wanted: set[str] = set()
    for name, value in pairs:
        base, colon, modifier = name.partition(":")
        if base in known and value:
            if colon and not (known[base] == "reference" and modifier.isalpha() and modifier[:1].isupper()):
                raise _wrong(name, f"The modifier :{modifier[:40]} is not supported here")
            written = f"{modifier}/{value}" if colon and "/" not in value else value
            values.setdefault(base, []).append(_split(base, written, is_text=known[base] == "string"))
        elif name in includes and value == includes[name]:
            wanted.add(value)
        elif name in (COUNT, AFTER, TOTAL) and value:
            control[name] = value
        elif name in (FORMAT, PRETTY) or not value:
            continue
        elif is_strict or name in includes:
            raise _wrong(name, "This server does not know the parameter, or this value of it")
        else:
            continue
        understood.append((name, value))
    _bound(values)
    if written_type := request.query_params.get(FORMAT):  # of the address alone, as `answering` reads it
        understood.append((FORMAT, written_type))
    return Asked(
        {name: tuple(groups) for name, groups in values.items()},
        tuple(understood),
        _count(control.get(COUNT)),
        control.get(AFTER),
        _is_total_wanted(control.get(TOTAL)),
        frozenset(wanted),
    )


def token(written: str) -> tuple[str | None, str | None]:
    """System and value of a token: `code`, `system|code`, `|code` (system "") and `system|` (value None)."""
    *system, value = (_unescaped(part) for part in re.split(r"(?<!\\)\|", written, maxsplit=1))
    return (system[0] if system else None), (value or None)


def moments(name: str, written: str) -> tuple[Changed, ...]:
    """The intervals that a date with a prefix allows, of which one has to fit. Raises InvalidSearch."""
    match = _DATE.fullmatch(written)
    if match is None:
        raise _wrong(name, "Write a date as 2026-11-24 or 2026-11-24T09:00:00Z, with a prefix such as ge or lt")
    try:
        begins, ends = _interval(match)
    except (ValueError, OverflowError) as error:
        raise _wrong(name, "This is not a date") from error
    match match["prefix"] or "eq":
        case "gt" | "sa":
            return (Changed(ends, None),)
        case "ge":
            return (Changed(begins, None),)
        case "lt" | "eb":
            return (Changed(None, begins),)
        case "le":
            return (Changed(None, ends),)
        case "ne":
            return Changed(None, begins), Changed(ends, None)
        case "eq":
            return (Changed(begins, ends),)
        case _:
            raise _wrong(name, "The prefix ap is not supported")


def reference(base: str, resource_type: str, written: str) -> str | None:
    """The id in a reference to a type: `id`, `Type/id` or its address here; None for whatever is elsewhere."""
    local = written.removeprefix(f"{base}/")
    kind, slash, resource_id = local.rpartition("/")
    return resource_id if not slash or kind == resource_type else None


def _pairs(query: str) -> list[tuple[str, str]]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    except ValueError as error:
        raise InvalidSearch(f"A search has at most {MOST_PARAMETERS} parameters") from error
    for name, value in pairs:
        if "\0" in name + value or "�" in name + value:
            raise _wrong(name, "A parameter holds a character that no text has")
    return pairs


def _split(name: str, written: str, *, is_text: bool) -> tuple[str, ...]:
    parts = [part for part in re.split(r"(?<!\\),", written) if part.strip()]
    if any(len(part) > LONGEST_VALUE for part in parts):
        raise _wrong(name, f"A value has at most {LONGEST_VALUE} characters")
    return tuple(_unescaped(part) if is_text else part.replace("\\,", ",") for part in parts)


def _bound(values: Mapping[str, Iterable[tuple[str, ...]]]) -> None:
    counts = {name: sum(map(len, groups)) for name, groups in values.items()}
    if counts.get(CHANGED, 0) > MOST_MOMENTS:
        raise _wrong(CHANGED, f"A search has at most {MOST_MOMENTS} of these")
    if sum(counts.values()) > MOST_VALUES:
        raise InvalidSearch(f"A search has at most {MOST_VALUES} values, those of all its parameters together")


def _unescaped(written: str) -> str:
    return re.sub(r"\\([,|$\\])", r"\1", written)


def _count(written: str | None) -> int:
    if written is None:
        return USUAL_COUNT
    if not _DIGITS.fullmatch(written):
        raise _wrong(COUNT, "This is not a number of resources")
    return min(int(written), GREATEST_COUNT)


def _is_total_wanted(written: str | None) -> bool:
    if written is not None and written not in _TOTALS:
        raise _wrong(TOTAL, f"This is one of {', '.join(_TOTALS)}")
    return written == "accurate"


def _interval(match: re.Match[str]) -> tuple[datetime, datetime]:
    """From the first moment that the text may mean to the one behind the last; without a zone, UTC."""
    year, month, day = int(match["year"]), match["month"], match["day"]
    if month is None:
        return datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    if day is None:
        begins = datetime(year, int(month), 1, tzinfo=UTC)
        return begins, (begins + timedelta(days=31)).replace(day=1)
    begins = datetime(year, int(month), int(day), tzinfo=UTC)
    if match["hour"] is None:
        return begins, begins + timedelta(days=1)
    zone = match["zone"] or "Z"
    begins = datetime.fromisoformat(
        f"{begins:%Y-%m-%d}T{match['hour']}:{match['minute']}:{match['second'] or '00'}{zone.replace('Z', '+00:00')}"
    )
    return begins.astimezone(UTC), begins.astimezone(UTC) + timedelta(seconds=1 if match["second"] else 60)


def _wrong(name: str, sentence: str) -> InvalidSearch:
    return InvalidSearch(f"{name[:80]}: {sentence}", pointer=f"/{name[:80]}")
