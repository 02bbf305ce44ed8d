"""Canvas Live Events, delivered over HTTPS: signed (the body is a JWT) or plain JSON behind a secret of a bridge.

Instructure signs the events of all its customers with the same keys, so a good signature alone says "from Canvas",
not "from this hospital's Canvas": the source's settings name its `root_account_uuid`, and an event of another
account is not authentic. `events.py` reads the events. Source: Instructure, "Live Events", "Setup".
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.errors import InvalidInput, TooLarge
from app.lms import auth
from app.lms.base import Authenticated, Item, SourceConfig, Unreadable
from app.lms.canvas.events import read_event
from app.lms.jwt_body import jwks_problems, jwks_url_problems
from app.lms.pings import ping_of
from app.lms.reading import clean, load
from app.lms.source_settings import SettingsReader


class CanvasAdapter:
    """The adapter for Canvas Live Events in the format "Canvas" (not "Caliper")."""

    name = "canvas"
    title = "Canvas (Live Events)"
    auth_schemes: tuple[str, ...] = ("jwt_body", "bearer", "basic", "header_static", "none")

    def check_settings(self, settings: Mapping[str, Any]) -> list[str]:
        """Every problem of the settings, one sentence each."""
        problems = auth.settings_problems(settings, self.auth_schemes)
        reader = SettingsReader(settings, problems)
        reader.known_names("auth", "auth_options", "root_account_uuid", "jwks", "jwks_url", "learning_kind")
        reader.learning_kind()
        signed = auth.scheme_of(settings, self.auth_schemes) == "jwt_body"
        if reader.text("root_account_uuid") is None and signed:
            problems.append("`root_account_uuid` must name your Canvas account: all Canvas accounts share their keys.")
        given = {name for name in ("jwks", "jwks_url") if settings.get(name) is not None}
        if "jwks" in given:
            problems.extend(jwks_problems(settings["jwks"]))
        if "jwks_url" in given:
            problems.extend(jwks_url_problems(settings["jwks_url"]))
        if signed and not given:
            problems.append("`jwks_url` must be the address of the key set with which Canvas signs, or `jwks` hold it.")
        return problems

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, config: SourceConfig, *, now: datetime
    ) -> Authenticated:
        """Prove the body, and that it is of the source's own account.

        The key set is `config.jwks` (what came from `jwks_url`), or else `jwks` of the settings. Canvas gives
        deliveries no id and sends the same event again when it retries, so the delivery's key is made of the event's
        name and the hash of its JSON.
        """
        keys = config.settings.get("jwks") if config.jwks is None else config.jwks
        proof = auth.prove(headers, body, _with_keys(config, keys), allowed=self.auth_schemes, now=now)
        metadata = _metadata(proof.payload)
        account = SettingsReader(config.settings, []).text("root_account_uuid")
        must_match = proof.method == "jwt_body" or config.settings.get("root_account_uuid") is not None
        if must_match and (account is None or metadata.get("root_account_uuid") != account):
            raise auth.refusal("the event is of another Canvas account than `root_account_uuid` in the settings")
        event = metadata.get("event_name")
        label = clean(event, 60) if isinstance(event, str) else "unnamed"
        digest = hashlib.sha256(proof.payload).hexdigest()
        return proof.delivery(f"{label}:{digest}")

    def parse(self, payload: bytes, config: SourceConfig, *, received_at: datetime) -> tuple[Item, ...]:
        """The one event of a delivery as one item. Raises MalformedJson, InvalidInput or TooLarge."""
        document = load(payload)
        if not isinstance(document, dict):
            raise InvalidInput("A Canvas event is one JSON object", pointer="")
        if (ping := ping_of(document)) is not None:
            return (ping,)
        if "sensor" in document and "metadata" not in document:
            detail = "This is the Caliper format; choose the format “Canvas” in the subscription"
            return (Unreadable("caliper-format", detail, "/sensor"),)
        learning_kind = SettingsReader(config.settings, []).learning_kind()
        return (read_event(document, learning_kind=learning_kind, received_at=received_at),)


def _with_keys(config: SourceConfig, keys: Any) -> SourceConfig:
    return SourceConfig(
        type=config.type,
        settings=config.settings,
        secrets=config.secrets,
        jwks=keys if isinstance(keys, Mapping) else None,
        tolerance_seconds=config.tolerance_seconds,
    )


def _metadata(payload: bytes) -> Mapping[str, Any]:
    """The event's metadata; empty where there is none. What is wrong with the payload, `parse` will say."""
    try:
        document = load(payload)
    except (InvalidInput, TooLarge):
        return {}
    metadata = document.get("metadata") if isinstance(document, dict) else None
    return metadata if isinstance(metadata, dict) else {}


ADAPTER = CanvasAdapter()
