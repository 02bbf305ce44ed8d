"""The demo's scene: an issuer with keys and achievements, two sources with a rule each; set up as often as asked."""

from __future__ import annotations

import json
import os
import secrets
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy.orm import Session

from app.errors import AlreadyExists, InvalidInput
from app.issuing import achievements, catalog, issuers, rules, signing_keys, sources
from app.issuing.accounts import invitations
from app.issuing.issuers import Issuer
from app.issuing.sources import Source
from app.service import Service

CATALOG = Path(__file__).resolve().parents[3] / "catalog" / "healthcare.yaml"
ISSUER = "northfield"
CANVAS_COURSE, CANVAS_ACHIEVEMENT = "565", "mc-phleb"
WEBHOOK_COURSE, WEBHOOK_ACHIEVEMENT = "BLS-2026", "mc-bls"
KEY_ID = "demo-canvas-key"
CANVAS_ACCOUNT = "VmNorthfieldAcademyDemoAccount0000000001"


@dataclass(frozen=True, slots=True)
class Scene:
    """What the demo's couriers need to know."""

    canvas_source: str
    canvas_key_pem: bytes
    webhook_source: str
    webhook_secret: str
    summary: str
    skipped: tuple[str, ...]


def kept_secret(folder: Path) -> str:
    """The demo's secret, made once and kept for the owner only."""
    file = folder / "secret"
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as writer:
            writer.write(secrets.token_urlsafe(32))
    return file.read_text()


def set_up(opened: Service, folder: Path) -> Scene:
    """See that everything is there. Raises InvalidInput without the catalogue file."""
    if not CATALOG.is_file():
        raise InvalidInput(f"The demo catalogue is not at {CATALOG}; run the demo from a checkout")
    plan = catalog.read(CATALOG.read_text(encoding="utf-8"))
    pem = _canvas_key(folder)
    with opened.database.write() as session:
        changes = catalog.import_plan(session, opened.office, plan, actor="demo")
        issuer = issuers.by_slug(session, ISSUER)
        if not signing_keys.of_issuer(session, issuer):
            signing_keys.rotate(session, opened.office, issuer, actor="demo")
        canvas = _source(
            session,
            opened,
            issuer,
            name="Demo Canvas",
            source_type="canvas",
            settings={"auth": "jwt_body", "jwks": _jwks(pem), "root_account_uuid": CANVAS_ACCOUNT},
        )
        webhook = _source(
            session,
            opened,
            issuer,
            name="Demo LMS",
            source_type="generic",
            settings={"namespace": "lms.northfield.example"},
        )
        _rule(session, issuer, canvas, activity=CANVAS_COURSE, slug=CANVAS_ACHIEVEMENT, minimum=None)
        _rule(session, issuer, webhook, activity=WEBHOOK_COURSE, slug=WEBHOOK_ACHIEVEMENT, minimum=Decimal("0.84"))
        secret = sources.config(opened.office, webhook).secrets[0].value
    counts = Counter((change.kind, change.what) for change in changes)
    summary = ", ".join(f"{count} {kind}s {what}" for (kind, what), count in sorted(counts.items()))
    skipped = tuple(dict.fromkeys(sentence.partition(":")[0] for sentence in plan.skipped))
    return Scene(canvas.id, pem, webhook.id, secret, summary, skipped)


def owner_s_link(opened: Service) -> str:
    """A one-time link with which whoever looks around becomes an owner of the demo's issuer."""
    with opened.database.write() as session:
        return invitations.for_set_up(session, opened.office, issuers.by_slug(session, ISSUER)).url


def _source(
    session: Session, opened: Service, issuer: Issuer, *, name: str, source_type: str, settings: dict[str, Any]
) -> Source:
    for source in sources.of_issuer(session, issuer):
        if source.name == name:
            return source
    made = sources.create(
        session, opened.office, issuer, name=name, source_type=source_type, settings=settings, actor="demo"
    )
    return made.source


def _rule(
    session: Session, issuer: Issuer, source: Source, *, activity: str, slug: str, minimum: Decimal | None
) -> None:
    achievement = achievements.by_slug(session, issuer, slug)
    sources.allow(session, source, achievement, actor="demo")
    try:
        rules.create(
            session, source, activity_id=activity, achievement=achievement, actor="demo", minimum_score=minimum
        )
    except AlreadyExists:
        return


def _canvas_key(folder: Path) -> bytes:
    """The key with which the demo plays Canvas; the source knows its public half."""
    file = folder / "canvas-key.pem"
    if not file.exists():
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as writer:
            writer.write(pem)
    return file.read_bytes()


def _jwks(pem: bytes) -> dict[str, Any]:
    key = serialization.load_pem_private_key(pem, password=None)
    assert isinstance(key, rsa.RSAPrivateKey)  # noqa: S101 - we made it
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    return {"keys": [{**public, "kid": KEY_ID, "alg": "RS256", "use": "sig"}]}
