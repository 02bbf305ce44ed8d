"""A pasted sample, stage by stage: what it holds, what each field was understood to be, and what would come of it.

A sample is not authenticated, and nothing of it is stored: what would be done is done and undone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput
from app.issuing import inbox, sources
from app.issuing.foresight import undone
from app.issuing.inbox import Received
from app.issuing.office import Office
from app.issuing.sources import Source
from app.lms import ADAPTERS, auth, trial
from app.lms import base as lms
from app.lms.base import Authenticated, SourceConfig
from app.lms.trial import Trial, Understanding

MOST_DECIDED = 20
MOST_SHOWN = 200
UNPROVED = "The sample was not authenticated: whoever delivers in earnest has to prove it"
UNSAVED = "Nothing of this was stored"


@dataclass(frozen=True, slots=True)
class Sample:
    """What was pasted. `settings` replace the source's own, to try them before they are saved; None = as they are."""

    headers: Mapping[str, str]
    body: bytes
    source_type: str | None = None
    settings: Mapping[str, Any] | None = None


def examine(session: Session, office: Office, source: Source | None, sample: Sample) -> dict[str, Any]:
    """Every stage of a sample as plain JSON. Without a source nobody has rules, and the last stage is missing.

    Raises InvalidInput for settings that cannot be used, and for a body that cannot be read as a whole (or TooLarge).
    """
    config = _config(office, source, sample)
    adapter = ADAPTERS[config.type]
    found = trial.try_sample(adapter, sample.headers, sample.body, config, received_at=clock.now())
    outcomes: list[dict[str, Any]] = []
    if source is not None:
        outcomes = undone(session, lambda: _decided(session, office, source, config, found))
    notes = [UNPROVED, UNSAVED]
    if source is None:
        notes.append("No source was named, so that no rules were asked")
    if len(found.items) > MOST_SHOWN:
        notes.append(f"{len(found.items)} items were found; the first {MOST_SHOWN} are shown")
    if source is not None and len(found.items) > MOST_DECIDED:
        notes.append(f"What would be done is shown for the first {MOST_DECIDED} items")
    shown = [_item(each, index, outcomes) for index, each in enumerate(found.items[:MOST_SHOWN])]
    return {
        "type": config.type,
        "form": found.form,
        "document": _plain(found.document),
        "item_count": len(found.items),
        "items": shown,
        "notes": notes,
    }


def _config(office: Office, source: Source | None, sample: Sample) -> SourceConfig:
    if source is not None:
        config = sources.config(office, source)
        settings = config.settings if sample.settings is None else sample.settings
        config = replace(config, settings=settings)
    elif sample.source_type in ADAPTERS:
        config = SourceConfig(str(sample.source_type), sample.settings or {})
    else:
        raise InvalidInput(f"There is no such source type; known: {', '.join(sorted(ADAPTERS))}", pointer="/type")
    if found := ADAPTERS[config.type].check_settings(config.settings):
        raise InvalidInput(" ".join(found), pointer="/settings", problems=found)
    return config


def _decided(
    session: Session, office: Office, source: Source, config: SourceConfig, found: Trial
) -> list[dict[str, Any]]:
    source.settings = dict(config.settings)
    scheme = auth.scheme_of(config.settings, ADAPTERS[config.type].auth_schemes) or "none"
    proof = Authenticated(f"try:{clock.new_id()}", found.payload, scheme, "try")
    delivery = inbox.store(session, office, source, Received(proof, {}, found.payload))
    if delivery is None:  # pragma: no cover - nobody else has this key
        return []
    items = [each.item for each in found.items[:MOST_DECIDED]]
    return inbox.decide(session, office, delivery, items=items)


def _item(one: Understanding, index: int, outcomes: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "index": index,
        "pointer": one.pointer,
        "fields": [_plain(asdict(each)) for each in one.fields],
        **_understood(one.item),
        "outcome": _plain(outcomes[index]) if index < len(outcomes) else None,
    }


def _understood(item: lms.Item) -> dict[str, Any]:
    match item:
        case lms.Completion():
            return {"understood": "completion", "completion": item.to_dict()}
        case lms.Voiding():
            return {"understood": "voiding", "voids": item.voids}
        case lms.Ignored():
            return {"understood": "ignored", "reason": item.code, "detail": item.detail}
        case lms.Unreadable():
            return {"understood": "unreadable", "reason": item.code, "detail": item.detail, "at": item.pointer}
        case lms.TestPing():
            return {"understood": "test", "detail": item.detail}


def _plain(value: Any) -> Any:
    """JSON as it was sent, with exact numbers as numbers again where no digit is lost."""
    if isinstance(value, Decimal):
        return float(value) if Decimal(repr(float(value))) == value else str(value)
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in value.items()}
    return [_plain(member) for member in value] if isinstance(value, list | tuple) else value
