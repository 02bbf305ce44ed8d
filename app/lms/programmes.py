"""Programmes as other platforms export them in JSON: what could be earned, and who earned it. Pure.

Read are badge classes and assertions of Open Badges 2.0, of Badgr and Canvas Credentials (`entityType`), and issued
badges of Credly (`badge_template`), wherever they stand in the file: each platform has an envelope of its own, and
changes it. Awards become a table with our own headings, so that a file of either kind is worked through in one way.
Source: Open Badges 2.0; the v2 API of Badgr; the API of Credly ("Issued Badges").
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.credentials import strict_json
from app.errors import InvalidInput

_HEADINGS = (
    "email", "name", "course_id", "course_name", "completed_at", "valid_until", "status", "evidence_url",
)  # fmt: skip
MAX_BYTES = 20 * 1_048_576
STATUSES = {
    **dict.fromkeys(("accepted", "pending", "issued", "active", "awarded", "valid", "unaccepted"), "completed"),
    **dict.fromkeys(("true", "revoked"), "revoked"),
    "false": "completed",
}
"""What platforms call the state of an award -> the word of the letterbox. Some say it in a column `revoked`."""
UNASKED = dict.fromkeys(("score", "score_max", "attempt", "passed", "username"))
"""Columns that a table of awards has no use for."""
MOST_TEMPLATES = 500
_MOST_NODES = 2_000_000
_LONGEST = 10_000
_LONGEST_ID = 255
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # no text of an achievement may hold them
_ADDRESS = re.compile(r"https?://[^\s<>\"\x00-\x1f\x7f]{1,1990}")


@dataclass(frozen=True, slots=True)
class Template:
    """An achievement as another platform states it. None = it does not say."""

    origin_id: str
    name: str
    description: str | None = None
    criteria_narrative: str | None = None
    criteria_url: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Programme:
    """What could be earned, and who earned it as a table in CSV; None = the file names nobody."""

    templates: tuple[Template, ...]
    awards: bytes | None


def looks_like(data: bytes) -> bool:
    """Whether the bytes begin as JSON does."""
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def read(data: bytes) -> Programme:
    """The programme in an export. Raises MalformedJson, and InvalidInput when nothing in it is known, or too much.

    What no achievement may state, as a criteria address with a blank in it, is left out: the rest is worth having.
    """
    templates: dict[str, Template] = {}
    names: dict[str, str] = {}  # every name that a badge class goes by -> its id here
    awards: list[Mapping[str, Any]] = []
    for each in _objects(
        strict_json.loads(data.removeprefix(b"\xef\xbb\xbf"), max_bytes=MAX_BYTES, max_nodes=_MOST_NODES)
    ):
        kinds = _kinds(each)
        if "BadgeClass" in kinds and (found := _badge_class(each)) is not None:
            templates.setdefault(found.origin_id, found)
            names |= {
                _plain(str(each[name])): found.origin_id for name in ("id", "openBadgeId", "entityId") if each.get(name)
            }
        elif "Assertion" in kinds or isinstance(each.get("badge_template"), dict):
            awards.append(each)
            if (of_credly := _template(each.get("badge_template"))) is not None:
                templates.setdefault(of_credly.origin_id, of_credly)
    if not templates and not awards:
        raise InvalidInput(
            "Nothing in this file is known: it names neither badge classes nor awards of Open Badges, Badgr or Credly",
            pointer="/file",
        )
    if len(templates) > MOST_TEMPLATES:
        raise InvalidInput(
            f"This file names {len(templates):,} badge classes; at most {MOST_TEMPLATES} are read at once, so split it",
            pointer="/file",
        )
    rows = [_row(each, templates, names) for each in awards]
    return Programme(tuple(templates.values()), _table(rows) if rows else None)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of a document, outer ones first."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            yield each
            waiting += reversed(list(each.values()))
        elif isinstance(each, list):
            waiting += reversed(each)


def _kinds(each: Mapping[str, Any]) -> set[str]:
    stated = each.get("type", [])
    kinds = {str(kind) for kind in (stated if isinstance(stated, list) else [stated])}
    entity = each.get("entityType")
    return kinds | ({"Assertion"} if entity == "BadgeInstance" else {str(entity)})


def _badge_class(each: Mapping[str, Any]) -> Template | None:
    origin, name = _text(each, "id", "openBadgeId", "entityId"), _text(each, "name")
    if origin is None or name is None:
        return None
    criteria = each.get("criteria")
    said = criteria if isinstance(criteria, dict) else {"id": criteria}
    tags = each.get("tags")
    return Template(
        origin[:_LONGEST_ID],
        name,
        description=_text(each, "description"),
        criteria_narrative=_text(each, "criteriaNarrative") or _text(said, "narrative"),
        criteria_url=_address(_text(each, "criteriaUrl") or _text(said, "id", "url")),
        tags=_tags(tags) if isinstance(tags, list) else (),
    )


def _template(each: Any) -> Template | None:
    if not isinstance(each, dict):
        return None
    origin, name = _text(each, "id"), _text(each, "name")
    if origin is None or name is None:
        return None
    return Template(
        origin[:_LONGEST_ID],
        name,
        description=_text(each, "description"),
        criteria_url=_address(_text(each, "global_activity_url")),
    )


def _row(each: Mapping[str, Any], templates: Mapping[str, Template], names: Mapping[str, str]) -> dict[str, str]:
    template = each.get("badge_template")
    of_credly = isinstance(template, dict)
    badge = template if isinstance(template, dict) else each.get("badge", each.get("badgeclass"))
    stated = _text(badge, "id", "openBadgeId", "entityId") if isinstance(badge, dict) else badge
    stated = _plain(stated) if isinstance(stated, str) else _text(each, "badgeclassOpenBadgeId") or ""
    origin = names.get(stated, stated)[:_LONGEST_ID]
    recipient = each.get("recipient")
    person = recipient if isinstance(recipient, dict) else {}
    user = each.get("user") if isinstance(each.get("user"), dict) else {}
    parts = [_text(each, f"issued_to_{part}_name") or _text(user or {}, f"{part}_name") for part in ("first", "last")]
    return {
        "email": _text(each, "recipient_email") or _address_of(person) or _text(user or {}, "email") or "",
        "name": " ".join(part for part in parts if part) or _profile_name(each),
        "course_id": origin,
        "course_name": templates[origin].name if origin in templates else "",
        "completed_at": _text(each, "issuedOn", "issued_at", "issued_at_date") or "",
        "valid_until": _text(each, "expires", "expires_at", "expires_at_date") or "",
        "status": "revoked" if each.get("revoked") is True or each.get("state") == "revoked" else "issued",
        "evidence_url": _address(_text(each, "badge_url") if of_credly else _text(each, "openBadgeId", "id")) or "",
    }


def _address_of(person: Mapping[str, Any]) -> str | None:
    plain = _text(person, "plaintextIdentity")
    return plain or (None if person.get("hashed") is True else _text(person, "identity"))


def _profile_name(each: Mapping[str, Any]) -> str:
    extensions = each.get("extensions")
    holder = extensions if isinstance(extensions, dict) else each
    profile = holder.get("extensions:recipientProfile")
    return (_text(profile, "name") if isinstance(profile, dict) else None) or ""


def _table(rows: list[dict[str, str]]) -> bytes:
    written = io.StringIO()
    writer = csv.DictWriter(written, _HEADINGS)
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode("utf-8", "replace")


def _text(each: Mapping[str, Any], *names: str) -> str | None:
    for name in names:
        value = each.get(name)
        if isinstance(value, str) and (plain := _plain(value)):
            return " ".join(plain.split())[:_LONGEST] if name == "name" else plain[:_LONGEST]
    return None


def _plain(text: str) -> str:
    return _CONTROLS.sub("", text).strip()


def _tags(stated: list[Any]) -> tuple[str, ...]:
    found = (_plain(tag)[:80].strip() for tag in stated if isinstance(tag, str))
    return tuple(tag for tag in found if tag)[:50]


def _address(text: str | None) -> str | None:
    return text if text is not None and _ADDRESS.fullmatch(text) else None
