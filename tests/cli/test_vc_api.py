"""`lanyard vc-api`: a suite finds an open VC-API on https, with a configuration to paste and keys of its own."""

from __future__ import annotations

import json
import os
import socket
import ssl
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from app.cli import vc_api

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
ATTEMPTS, PAUSE_SECONDS = 60, 0.5


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(folder: Path, port: int) -> Iterator[dict[str, Any]]:
    """The door, and what it printed: the configuration of a suite."""
    command = [sys.executable, "-c", "from app.cli import main; main()", "vc-api", "--port", str(port)]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    with subprocess.Popen(  # noqa: S603 - our own program
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield printed(process)
        finally:
            process.terminate()


def printed(process: subprocess.Popen[str]) -> dict[str, Any]:
    lines = []
    for line in process.stdout or ():
        lines.append(line)
        if line == "}\n":
            return dict(json.loads("".join(lines)))
    pytest.fail("".join(lines))


def post(url: str, body: Any, folder: Path) -> tuple[int, Any]:
    """Status and body, over TLS that trusts the door's certificate and nothing else."""
    trust = ssl.create_default_context(cafile=str(folder / "var" / "vc-api" / "certificate.pem"))
    request = urllib.request.Request(  # noqa: S310 - the address is https
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    for attempt in range(ATTEMPTS):
        try:
            with urllib.request.urlopen(request, context=trust, timeout=30) as answer:  # noqa: S310 - as above
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.load(refused)
        except urllib.error.URLError:
            if attempt == ATTEMPTS - 1:
                raise
            pause()
    raise AssertionError


def pause() -> None:
    """A bounded pause until the door listens."""
    with socket.socket() as idle:
        idle.settimeout(PAUSE_SECONDS)
        idle.bind(("127.0.0.1", 0))
        idle.listen()
        with pytest.raises(TimeoutError):
            idle.accept()


def test_a_suite_finds_the_door_and_the_same_signer_after_a_restart(tmp_path: Path):
    port = free_port()
    with running(tmp_path, port) as configuration:
        issuer, verifier = configuration["issuers"][0], configuration["verifiers"][0]
        credential = {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiableCredential"],
            "issuer": issuer["id"],
            "credentialSubject": {"id": "did:example:subject"},
        }
        status, issued = post(issuer["endpoint"], {"credential": credential, "options": {}}, tmp_path)
        verified = post(verifier["endpoint"], issued, tmp_path)
        refused = post(verifier["endpoint"], {"verifiableCredential": credential}, tmp_path)

    with running(tmp_path, port) as again:
        assert again == configuration

    assert (status, verified[0], refused[0]) == (201, 200, 400)
    assert issuer["endpoint"] == f"https://localhost:{port}/credentials/issue"
    assert [path.name for path in tmp_path.iterdir()] == ["var"]
    for private in ("secret", "certificate-key.pem"):
        assert stat.S_IMODE((tmp_path / "var" / "vc-api" / private).stat().st_mode) == 0o600


def test_the_certificate_is_for_this_machine_and_made_anew_before_it_ends(tmp_path: Path):
    certificate, key = vc_api.certificate_in(tmp_path, now=NOW)
    first = certificate.read_bytes()

    vc_api.certificate_in(tmp_path, now=NOW + timedelta(days=80))
    kept = certificate.read_bytes()
    vc_api.certificate_in(tmp_path, now=NOW + timedelta(days=89, hours=1))

    held = x509.load_pem_x509_certificate(first)
    names = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert held.not_valid_after_utc == NOW + timedelta(days=90)
    assert kept == first
    assert certificate.read_bytes() != first
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
