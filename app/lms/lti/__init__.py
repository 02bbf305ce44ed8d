"""LTI 1.3: a course platform in which badges are chosen, shown and claimed, and whose gradebook can be asked.

A launch says who somebody is and never that anything was learned (B76); results are asked for by the worker and
become deliveries of the source that belongs to the platform. Nothing can be posted to that source.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.lms import auth
from app.lms.base import Authenticated, Item, SourceConfig
from app.lms.jwt_body import jwks_url_problems
from app.lms.lti.results import read_results
from app.lms.reading import load
from app.lms.source_settings import SettingsReader


class LtiAdapter:
    """The adapter for the gradebooks of LTI platforms; its sources are made with the platform."""

    name = "lti"
    title = "LTI 1.3 (results of our own activities)"
    auth_schemes: tuple[str, ...] = ("jwt_body",)

    def check_settings(self, settings: Mapping[str, Any]) -> list[str]:
        """Every problem of the settings, one sentence each."""
        problems: list[str] = []
        reader = SettingsReader(settings, problems)
        reader.known_names("auth", "namespace", "jwks_url", "learning_kind")
        reader.scheme(self.auth_schemes)
        reader.learning_kind()
        if reader.text("namespace") is None:
            problems.append("`namespace` must be the platform's issuer, as its launches name it.")
        problems.extend(jwks_url_problems(settings.get("jwks_url")))
        return problems

    def authenticate(
        self, headers: Mapping[str, str], body: bytes, config: SourceConfig, *, now: datetime
    ) -> Authenticated:
        """Refuse: a launch is no delivery, and results are asked for. Raises DeliveryNotAuthentic, always."""
        del headers, body, config, now
        raise auth.refusal("results of an LTI platform are asked for, never sent")

    def parse(self, payload: bytes, config: SourceConfig, *, received_at: datetime) -> tuple[Item, ...]:
        """One item a result. Raises MalformedJson, InvalidInput or TooLarge."""
        reader = SettingsReader(config.settings, [])
        return read_results(
            load(payload),
            namespace=reader.text("namespace") or "lti",
            learning_kind=reader.learning_kind(),
            received_at=received_at,
        )


ADAPTER = LtiAdapter()
