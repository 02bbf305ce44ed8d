"""Other people's hosts, for tests: a real https server on this machine under whatever names a test gives it.

`Strangers.network()` is a Network whose names resolve to a public address and whose sockets end at that server, with
its certificate: everything from the guard to TLS is real. `neighbour` is another Lanyard living there.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpcore
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.outbound.network import Network

PUBLIC_ADDRESS = "93.184.215.14"
JSON = "application/json"


@dataclass(frozen=True)
class Answer:
    """What an address answers with."""

    content: bytes = b""
    content_type: str = JSON
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """A whole request, for a host that is a service: `path` has the query, names of `headers` are lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Strangers:
    """The world outside. `answers` maps "host/path" to an answer, `hosts` a host to a function of its paths.

    `services` maps a host to a function of whole requests, of any method; it is asked first.
    """

    port: int
    trust: ssl.SSLContext
    answers: dict[str, Answer] = field(default_factory=dict)
    hosts: dict[str, Callable[[str, str], Answer]] = field(default_factory=dict)
    services: dict[str, Callable[[Asked], Answer]] = field(default_factory=dict)
    unreachable: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def publish(self, place: str, value: Any, content_type: str = JSON, **more: Any) -> None:
        """Put something at "host/path": bytes as they are, anything else as JSON."""
        content = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.answers[place] = Answer(content, content_type, **more)

    def network(self) -> Network:
        """The network of a service that can reach all this."""
        return Network(resolve=self._resolve, backend=_Detour(self.port), trust=lambda: self.trust)

    def _resolve(self, host: str, port: int) -> Sequence[str]:
        del port
        if host in self.unreachable:
            raise OSError(f"{host} is not there")
        return [PUBLIC_ADDRESS]

    def answer(self, host: str, path: str, accept: str) -> Answer:
        """What the server says."""
        self.asked.append(f"{host}{path}")
        if (found := self.answers.get(f"{host}{path}")) is not None:
            return found
        answering = self.hosts.get(host)
        return answering(path, accept) if answering else Answer(status=404)


class _Detour(httpcore.SyncBackend):
    """Dials the server on this machine in place of the public address."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    def connect_tcp(self, host: str, port: int, *args: Any, **named: Any) -> httpcore.NetworkStream:
        assert (host, port) == (PUBLIC_ADDRESS, 443)
        return super().connect_tcp("127.0.0.1", self._port, *args, **named)


@contextmanager
def strangers(folder: Path, *names: str) -> Iterator[Strangers]:
    """A world whose certificate is good for these names and all below them."""
    certificate, trust = _certificate(folder, names)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.socket = certificate.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    world = Strangers(server.server_address[1], trust)
    server.world = world  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield world
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        world: Strangers = self.server.world  # type: ignore[attr-defined]
        service = world.services.get(self.headers["Host"])
        if service is not None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            world.asked.append(f"{self.headers['Host']}{self.path}")
            headers = {name.lower(): value for name, value in self.headers.items()}
            said = service(Asked(self.command, self.path, headers, body))
        else:
            said = world.answer(self.headers["Host"], self.path, self.headers.get("Accept", ""))
        self.send_response(said.status)
        for name, value in {"Content-Type": said.content_type, **said.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(said.content)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(said.content)

    do_POST = do_GET  # noqa: N815 - as the library calls it

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def handle(self) -> None:
        with suppress(OSError, ssl.SSLError, socket.timeout):  # whoever left early, or did not like our certificate
            super().handle()


def _certificate(folder: Path, names: Sequence[str]) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.now(UTC)
    alternatives = [x509.DNSName(each) for name in names for each in (name, f"*.{name}")]
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = signed.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "strangers.pem"
    file.write_bytes(private + pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=pem.decode())
