"""`lanyard vc-api`: the VC-API door by itself, on https and open to everybody, so that a conformance suite can use it.

It has a database, keys and a certificate of its own in var/vc-api, listens on this machine only, and signs nothing
that anybody else relies on. A service with an API key on its door is set up with LANYARD_VC_API.
"""

from __future__ import annotations

import ipaddress
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app import clock, logs, main, migrating
from app import service as services
from app.cli.demo.stage import kept_secret
from app.errors import NotFound
from app.issuing import any_credentials, issuers, signing_keys, status_lists
from app.service import Service
from app.settings import Mode, Settings

FOLDER = Path("var") / "vc-api"
HOST = "localhost"
SLUG = "vc-api"
CERTIFICATE_DAYS = 90
TAGS = ["vc2.0", "eddsa-rdfc-2022", "BitstringStatusList", "vc-api"]


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("vc-api")(vc_api)


def vc_api(port: Annotated[int, typer.Option(min=1, max=65535, help="port to listen on")] = 8443) -> None:
    """Open the VC-API to conformance suites, with a self-signed certificate, until Ctrl-C."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    settings = settings_of(FOLDER, port)
    logs.configure(settings)
    migrating.upgrade(settings.database_url)
    service = services.build(settings)
    certificate, key = certificate_in(FOLDER, now=clock.now())
    sys.stdout.write(json.dumps(description(service, set_up(service)), indent=2) + "\n")
    sys.stdout.flush()
    uvicorn.run(
        main.application(service),
        host=settings.host,
        port=port,
        ssl_certfile=str(certificate),
        ssl_keyfile=str(key),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )


def settings_of(folder: Path, port: int) -> Settings:
    """Settings of this door alone, whatever the environment says of the service."""
    return Settings(
        _env_file=None,
        mode=Mode.DEVELOPMENT,
        public_base_url=f"https://{HOST}:{port}",
        secret=kept_secret(folder),
        database_url=f"sqlite:///{folder}/lanyard.sqlite3",
        keystore="files",
        keys_dir=folder / "keys",
        var_dir=folder / "var",
        host="127.0.0.1",
        port=port,
        run_worker=False,
        vc_api="open",
        vc_api_issuer=SLUG,
    )


def set_up(service: Service) -> str:
    """See that there is an issuer with a key and a status list; the DID that it signs as, the same at each start."""
    with service.database.write() as session:
        try:
            issuer = issuers.by_slug(session, SLUG)
        except NotFound:
            url = service.office.addresses.base_url
            issuer = issuers.create(session, slug=SLUG, name="VC-API", url=url, actor="vc-api")
            signing_keys.rotate(session, service.office, issuer, actor="vc-api")
            status_lists.open_lists(session, service.office, issuer)
        return any_credentials.signer(session, service.office, issuer).did


def description(service: Service, did: str) -> dict[str, Any]:
    """The entry that the suites' configuration has for an implementation."""
    base = service.office.addresses.base_url
    own = {"id": did, "supports": {"vc": ["1.1", "2.0"]}}
    return {
        "name": "Lanyard",
        "implementation": "Lanyard",
        "issuers": [{**own, "endpoint": f"{base}/credentials/issue", "tags": TAGS}],
        "verifiers": [{**own, "endpoint": f"{base}/credentials/verify", "tags": TAGS}],
        "vpVerifiers": [{**own, "endpoint": f"{base}/presentations/verify", "tags": TAGS}],
    }


def certificate_in(folder: Path, *, now: datetime) -> tuple[Path, Path]:
    """The files of a self-signed certificate for this machine and of its key; made anew when it ends within a day."""
    certificate, key = folder / "certificate.pem", folder / "certificate-key.pem"
    if certificate.exists() and key.exists():
        held = x509.load_pem_x509_certificate(certificate.read_bytes())
        if held.not_valid_after_utc > now + timedelta(days=1):
            return certificate, key
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key.unlink(missing_ok=True)
    descriptor = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as writer:
        writer.write(pem)
    certificate.write_bytes(_certificate(private, now.astimezone(UTC)).public_bytes(serialization.Encoding.PEM))
    return certificate, key


def _certificate(private: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    names = [x509.DNSName(HOST), *(x509.IPAddress(ipaddress.ip_address(text)) for text in ("127.0.0.1", "::1"))]
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(minutes=5)).not_valid_after(
        now + timedelta(days=CERTIFICATE_DAYS)
    )
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return builder.sign(private, hashes.SHA256())
