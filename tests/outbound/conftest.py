from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.outbound.network import Network

PUBLIC = "93.184.215.14"


@dataclass
class FakeNetwork:
    """Names and addresses of the world as a test says; records what was asked and dialled, and sends no packet."""

    names: dict[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    answer: bytes = b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n\r\n{}"
    unreachable: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)
    dialled: list[tuple[str, int]] = field(default_factory=list)

    def resolve(self, host: str, port: int) -> Sequence[str]:  # noqa: ARG002 - a resolver's signature
        self.asked.append(host)
        answers = self.names.get(host, [[PUBLIC]])
        return answers[min(self.asked.count(host), len(answers)) - 1]

    def network(self) -> Network:
        return Network(resolve=self.resolve, backend=_Recorder(self))


class _Recorder(httpcore.NetworkBackend):
    def __init__(self, fake: FakeNetwork) -> None:
        self.fake = fake

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - a backend's signature
        local_address: str | None = None,  # noqa: ARG002 - a backend's signature
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002 - a backend's signature
    ) -> httpcore.NetworkStream:
        self.fake.dialled.append((host, port))
        if host in self.fake.unreachable:
            raise httpcore.ConnectError("refused")
        return httpcore.MockStream([self.fake.answer])


@pytest.fixture
def world() -> FakeNetwork:
    return FakeNetwork()


Handler = Callable[[socket.socket], None]


@dataclass
class LoopbackServer:
    """A real server on 127.0.0.1 that lets the test speak raw bytes on each connection, in a thread of its own."""

    handler: Handler
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serve(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                self.handler(connection)


@pytest.fixture
def serve() -> Iterator[Callable[[Handler], LoopbackServer]]:
    servers: list[tuple[LoopbackServer, threading.Thread]] = []

    def start(handler: Handler) -> LoopbackServer:
        server = LoopbackServer(handler)
        thread = threading.Thread(target=server.serve, daemon=True)
        thread.start()
        servers.append((server, thread))
        return server

    yield start
    for server, thread in servers:
        server.stopping.set()
        with suppress(OSError):
            server.listener.shutdown(socket.SHUT_RDWR)
        server.listener.close()
        thread.join(timeout=5)


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate for one name, and the trust in it."""

    server: ssl.SSLContext
    trust: ssl.SSLContext


@pytest.fixture(scope="session")
def certificate_for(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Certificate]:
    def make(name: str) -> Certificate:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.now(UTC)
        signed = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        pem = signed.public_bytes(serialization.Encoding.PEM)
        file = tmp_path_factory.mktemp("tls") / "server.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + pem
        )
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(file)
        return Certificate(server=server, trust=ssl.create_default_context(cadata=pem.decode()))

    return make
