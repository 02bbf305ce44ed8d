"""A Lanyard that runs on this machine as it would anywhere, with badges in every state that a stranger may meet."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select, update
from standardwebhooks import Webhook

from app import migrating
from app import service as services
from app.issuing import (
    achievement_facts,
    achievements,
    award_status,
    awards,
    consent,
    issuers,
    key_compromise,
    key_rotation,
    learners,
    open_badges_2,
    rules,
    signing_keys,
    sources,
)
from app.issuing.awards import Award
from app.issuing.signing_keys import KeyState
from app.issuing.sources import NewSource
from app.issuing.status_lists import StatusList
from app.service import Service
from app.settings import Mode, Settings

ACTOR = "cli"
ISSUER = "st-anna"
COURSE, LAPSING_COURSE = "bls-refresher", "bls-of-one-year"
PATIENCE_SECONDS = 60
EXTRAS: dict[str, Any] = {
    "evidence": [{"url": "https://lms.st-anna.example/transcripts/4711", "name": "Prüfungsprotokoll – „praktisch“"}],
    "score": {"value": 92, "unit": "percent"},
    "comment": "Ruhig & sicher am Übungsmodell.",
}
FACTS = {
    "name": "BLS® Provider – “Refresher”",
    "abbreviation": "BLS-R",
    "description": "Hält Menschen am Leben, bis Hilfe kommt: 30 Kompressionen, 2 Beatmungen 🫀.",
    "criteria_narrative": "Attend the course and pass the **practical** examination (≥ 84 %).",
    "criteria_url": "https://st-anna.example/courses/bls?sprache=de&jahr=2026",
    "assessment_method": "observed",
    "skills": [
        {
            "name": "Basic life support",
            "url": "http://data.europa.eu/esco/skill/4f5c1b53",
            "level": 3,
            "code": "S3.4",
            "framework": "ESCO",
        },
        {
            "name": "Défibrillation",
            "url": "https://skills.example.org/defibrillation",
            "level": 2,
            "target_type": "ext:skill",
        },
    ],
    "academic_credits": "1.5",
    "continuing_education": [{"amount": "4", "unit": "CNE contact hours"}],
    "result_descriptions": [
        {"id": "score", "name": "Prüfung", "result_type": "Percent", "value_min": "0", "value_max": "100"},
        {"id": "grade", "name": "Grade", "result_type": "LetterGrade", "allowed_values": ["A", "B", "C"]},
    ],
    "tags": ["Reanimation", "Ersthelfer:in"],
    "language": "de",
}


@dataclass
class RunningLanyard:
    """A server in a process of its own, and the addresses of its badges by the state that they are in.

    `good`; `named`: with the holder's consent the name is in it; `early`: signed before two rotations of the keys;
    `resigned`: its key was stolen, and it was signed anew; `refreshing`: it names its refresh service;
    `revoked`; `suspended`; `expired`.
    """

    service: Service
    badges: dict[str, str] = field(default_factory=dict)

    @property
    def base_url(self) -> str:
        """Where the server answers; everything that it signs begins so."""
        return self.service.settings.public_base_url

    @property
    def issuer_url(self) -> str:
        """The issuer's page; its keys lie below."""
        return self.service.office.addresses.issuer(ISSUER)

    @property
    def did(self) -> str:
        """The issuer's DID."""
        return self.service.office.addresses.did(ISSUER)

    def get(self, url: str, accept: str = "*/*") -> bytes:
        """What a stranger gets at an address of the server."""
        return _ask("GET", url, headers={"Accept": accept}).content

    def verdict(self, file: bytes) -> str:
        """What Lanyard itself says of a badge in any form."""
        return str(_ask("POST", f"{self.base_url}/verify", content=file).json()["verdict"])

    def file(self, badge: str, form: str) -> bytes:
        """A badge in one of its forms: `json`, `jwt` or `png`."""
        return self.get(f"{self.badges[badge]}.{form}")

    def files(self, badges: Iterable[str], forms: Iterable[str]) -> dict[str, bytes]:
        """Badges in forms, by a name for each file: `good.json`."""
        return {f"{badge}.{form}": self.file(badge, form) for form in forms for badge in badges}

    def document(self, badge: str) -> dict[str, Any]:
        """A badge with its embedded proof, read."""
        read: dict[str, Any] = json.loads(self.file(badge, "json"))
        return read

    def list_url(self, badge: str) -> str:
        """The status list that the badge names."""
        return str(self.document(badge)["credentialStatus"]["statusListCredential"])

    def hosted(self, badge: str) -> str:
        """The address of a badge in Open Badges 2.0; with `.jws` behind it, of its signed form."""
        return self.service.office.addresses.ob2_assertion(self.badges[badge].rpartition("/")[2])

    @contextmanager
    def forged(self, list_url: str, *, json_form: bytes, token: bytes) -> Iterator[None]:
        """Serve other bytes as this status list for a while, as whoever broke into the server could."""
        this, newer = StatusList.id == list_url.rpartition("/")[2], StatusList.revision + 1
        database = self.service.database
        with database.write() as session:
            kept = session.execute(select(StatusList.json, StatusList.jwt).where(this)).one()
            session.execute(update(StatusList).where(this).values(json=json_form, jwt=token, revision=newer))
        try:
            yield
        finally:
            with database.write() as session:
                session.execute(update(StatusList).where(this).values(json=kept.json, jwt=kept.jwt, revision=newer))


@contextmanager
def running(folder: Path) -> Iterator[RunningLanyard]:
    """Start a server in this folder, bring its badges about, and stop it in the end."""
    settings = _settings(folder)
    migrating.upgrade(settings.database_url)
    log = folder / "server.log"
    with serving(settings, log):
        service = services.build(settings)
        lanyard = RunningLanyard(service)
        try:
            source = _furnish(service)
            wait(settings.public_base_url, log)
            _bring_about(lanyard, source)
            yield lanyard
        finally:
            service.close()


def _settings(folder: Path) -> Settings:
    port = free_port()
    return Settings(
        _env_file=None,
        mode=Mode.DEVELOPMENT,
        public_base_url=f"http://localhost:{port}",
        secret="a secret of the tests, and of nothing else",
        database_url=f"sqlite:///{folder}/lanyard.sqlite3",
        keys_dir=folder / "keys",
        var_dir=folder / "var",
        port=port,
    )


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


@contextmanager
def serving(settings: Settings, log: Path) -> Iterator[None]:
    """`lanyard serve` with these settings in its environment, until the end."""
    chosen = settings.model_dump(include={"mode", "public_base_url", "database_url", "keys_dir", "var_dir", "port"})
    chosen["secret"] = settings.secret_bytes().decode()
    with log.open("wb") as writer:
        server = subprocess.Popen(  # noqa: S603 - our own program
            [str(Path(sys.executable).with_name("lanyard")), "serve"],
            cwd=log.parent,  # where no .env lies
            env={**os.environ, **{f"LANYARD_{name.upper()}": str(value) for name, value in chosen.items()}},
            stdout=writer,
            stderr=subprocess.STDOUT,
        )
    try:
        yield
    finally:
        server.terminate()
        server.wait(PATIENCE_SECONDS)


def wait(base_url: str, log: Path) -> None:
    """Wait until a server answers. Raises TimeoutError with what it wrote."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        try:
            _ask("GET", f"{base_url}/healthz")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"The server does not answer: {log.read_text(errors='replace')[-2_000:]}")


def _ask(method: str, url: str, **what: Any) -> httpx.Response:
    with httpx.Client(trust_env=False, timeout=PATIENCE_SECONDS) as client:
        return client.request(method, url, **what).raise_for_status()


def _furnish(service: Service) -> NewSource:
    office = service.office
    with service.database.write() as session:
        issuer = issuers.create(
            session,
            slug=ISSUER,
            name="Krankenhaus St. Anna – Akademie",
            url="https://st-anna.example",
            actor=ACTOR,
            email="badges@st-anna.example",
            description="Aus- & Weiterbildung",
            parent_name="Klinikverbund Süd",
            parent_url="https://klinikverbund.example",
        )
        signing_keys.rotate(session, office, issuer, actor=ACTOR)
        settings = {"namespace": "lms.st-anna.example"}
        made = sources.create(
            session, office, issuer, name="The LMS", source_type="generic", settings=settings, actor=ACTOR
        )
        for course, changes in ((COURSE, {}), (LAPSING_COURSE, {"validity": {"kind": "months", "amount": 12}})):
            facts = achievement_facts.parse({**FACTS, **changes})
            achievement = achievements.create(session, issuer, slug=course, facts=facts, actor=ACTOR)
            open_badges_2.switch(session, achievement, on=True, actor=ACTOR)
            achievements.publish(session, office, achievement, actor=ACTOR)
            sources.allow(session, made.source, achievement, actor=ACTOR)
            rules.create(session, made.source, activity_id=course, achievement=achievement, actor=ACTOR)
    return made


def _bring_about(lanyard: RunningLanyard, source: NewSource) -> None:
    office, database = lanyard.service.office, lanyard.service.database
    _deliver(lanyard, source, "early")
    for _ in range(2):
        with database.write() as session:
            key_rotation.rotate(session, office, issuers.by_slug(session, ISSUER), actor=ACTOR)
    _deliver(lanyard, source, "resigned")
    with database.write() as session:  # before the others are made, as they rest on healthy keys
        issuer = issuers.by_slug(session, ISSUER)
        stolen = [key.kid for key in signing_keys.of_issuer(session, issuer) if key.state == KeyState.ACTIVE]
        key_rotation.revoke(session, office, issuer, stolen, reason="stolen", actor=ACTOR)
        resigned = _award(lanyard, session, "resigned")
        key_compromise.reissue(session, office, issuer.id, [resigned.id], actor=ACTOR)
    _deliver(lanyard, source, "refreshing")
    with database.write() as session:
        naming = replace(office, refresh_service=True)
        award_status.reissue(session, naming, _award(lanyard, session, "refreshing"), actor=ACTOR)
    for state in ("good", "named", "revoked", "suspended"):
        _deliver(lanyard, source, state)
    _deliver(lanyard, source, "expired", activity=LAPSING_COURSE, completed_at="2024-02-29T10:15:00Z")
    with database.write() as session:
        named, revoked, suspended = (_award(lanyard, session, name) for name in ("named", "revoked", "suspended"))
        issuer = issuers.by_slug(session, ISSUER)
        learner = learners.by_id(session, issuer, named.learner_id)
        consent.change(session, office, learner, actor=ACTOR, name_shown=True)
        award_status.revoke(session, office, revoked, reason="issued in error", actor=ACTOR)
        award_status.suspend(session, office, suspended, reason="under review", actor=ACTOR)


def _deliver(
    lanyard: RunningLanyard,
    source: NewSource,
    state: str,
    *,
    activity: str = COURSE,
    completed_at: str = "2026-03-02T10:15:00+01:00",
) -> None:
    """The platform says that somebody completed the course; keep the badge's address under the state's name."""
    completion = {
        "event": "completed",
        "learner": {"id": state, "email": f"{state}@st-anna.example", "name": "Zoë Müller-O’Neill"},
        "activity": {"id": activity},
        "completed_at": completed_at,
        **EXTRAS,
    }
    body, message_id, at = json.dumps(completion), f"msg-{state}", datetime.now(UTC)
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(source.secret).sign(message_id, at, body),
    }
    answer = _ask("POST", f"{lanyard.base_url}/hooks/{source.source.id}", content=body, headers=headers)
    [item] = answer.json()["items"]
    lanyard.badges[state] = item["awards"][0]["badge"]


def _award(lanyard: RunningLanyard, session: Any, state: str) -> Award:
    return awards.by_id(session, lanyard.badges[state].rpartition("/")[2])
