"""An issuer with keys, one published micro-credential and one source that may cause it, on a fresh database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from app import service as services
from app.db import Base
from app.issuing import achievement_facts, achievements, issuers, rules, signing_keys, sources, status_lists
from app.service import Service
from app.settings import Mode, Settings

ACTOR = "cli"
ACTIVITY = "PHLB-101"
FACTS: dict[str, Any] = {
    "name": "Phlebotomy Fundamentals",
    "abbreviation": "PHLB",
    "description": "Draws venous blood safely and labels each specimen at the bedside.",
    "criteria_narrative": "Pass the knowledge test with **80 %** or more.\n\n- Ten observed draws\n- One return visit",
    "skills": [
        {"name": "Venepuncture", "url": "https://skills.example/venepuncture", "level": 3},
        {"name": "Specimen labelling", "url": "https://skills.example/labelling", "level": 3},
    ],
    "assessment_method": "observed",
    "hours": "12",
    "validity": {"kind": "months", "amount": 24},
}
_NUMBERS = count(1)


@dataclass(frozen=True, slots=True)
class Academy:
    """The service with its furniture: ids and the source's secret."""

    service: Service
    issuer_slug: str
    source_id: str
    secret: str


def settings_for(folder: Path, database_url: str) -> Settings:
    """Settings of a service whose files lie in this folder; as in production, except for its address."""
    return Settings(
        _env_file=None,
        mode=Mode.DEVELOPMENT,
        public_base_url="https://badges.example.org",
        secret="a secret of the measurements, and of nothing else",  # noqa: S106 - guards nothing
        database_url=database_url,
        keys_dir=folder / "keys",
        var_dir=folder / "var",
        run_worker=False,
        log_level="warning",
    )


def furnish(settings: Settings) -> Academy:
    """Make the tables and everything that a delivery needs."""
    service = services.build(settings)
    Base.metadata.create_all(service.database.engine)
    office = service.office
    with service.database.write() as session:
        issuer = issuers.create(
            session, slug="northfield", name="Northfield Health Academy", url="https://northfield.example", actor=ACTOR
        )
        signing_keys.rotate(session, office, issuer, actor=ACTOR)
        status_lists.open_lists(session, office, issuer)
        achievement = achievements.create(
            session, issuer, slug="phlb", facts=achievement_facts.parse(FACTS), actor=ACTOR
        )
        achievements.publish(session, office, achievement, actor=ACTOR)
        chosen = {"namespace": "lms.northfield.example"}
        made = sources.create(session, office, issuer, name="LMS", source_type="generic", settings=chosen, actor=ACTOR)
        sources.allow(session, made.source, achievement, actor=ACTOR)
        rules.create(session, made.source, activity_id=ACTIVITY, achievement=achievement, actor=ACTOR)
    return Academy(service, issuer.slug, made.source.id, made.secret)


def delivery(secret: str) -> tuple[bytes, dict[str, str]]:
    """The next signed delivery: a completion of a person never seen before."""
    return _signed(secret, _completion())


def delivery_of(secret: str, number: int) -> tuple[bytes, dict[str, str]]:
    """The next signed delivery of so many completions, each of a person never seen before."""
    return _signed(secret, [_completion() for _ in range(number)])


def _completion() -> dict[str, Any]:
    number = next(_NUMBERS)
    return {
        "id": f"enrolment-{number}",
        "event": "completed",
        "learner": {"id": f"p-{number}", "email": f"person-{number}@hospital.example", "name": "Ana Ortiz"},
        "activity": {"id": ACTIVITY, "name": "Phlebotomy"},
        "completed_at": "2026-03-02T10:15:00Z",
        "score": {"value": 92, "unit": "percent"},
    }


def _signed(secret: str, body: object) -> tuple[bytes, dict[str, str]]:
    raw, delivery_id, now = json.dumps(body).encode(), f"msg-{next(_NUMBERS)}", int(time.time())
    signature = sign(secret, f"{delivery_id}.{now}.".encode() + raw)
    headers = {"webhook-id": delivery_id, "webhook-timestamp": str(now), "webhook-signature": f"v1,{signature}"}
    return raw, {"content-type": "application/json", **headers}


def sign(secret: str, content: bytes) -> str:
    """The signature of Standard Webhooks."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
