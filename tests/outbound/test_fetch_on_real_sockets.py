"""Servers that drip, hang or never end cost no more than a limit; the certificate is the name's (T4, T7)."""

from __future__ import annotations

import resource
import socket
import threading
import time
from contextlib import suppress
from typing import Any

import httpcore
import pytest

from app.errors import FetchFailed
from app.outbound.fetch import fetch, post
from app.outbound.network import Network


def test_a_server_that_drips_is_left_at_the_wall_clock_limit(serve: Any):
    def drip(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(100):
            connection.sendall(b"x")
            time.sleep(0.1)

    server = serve(drip)
    began = time.monotonic()

    with pytest.raises(FetchFailed):
        fetch(f"{server.origin}/", accept="*/*", max_bytes=1000, allow_origin=server.origin, timeout_seconds=0.6)

    assert 0.5 < time.monotonic() - began < 3


def test_a_server_that_never_answers_is_left_at_the_wall_clock_limit(serve: Any):
    enough = threading.Event()
    server = serve(lambda connection: (connection.recv(4096), enough.wait(10)))
    began = time.monotonic()

    with pytest.raises(FetchFailed):
        fetch(f"{server.origin}/", accept="*/*", max_bytes=1000, allow_origin=server.origin, timeout_seconds=0.5)

    enough.set()
    assert time.monotonic() - began < 3


def test_endless_headers_and_interim_answers_end_too(serve: Any):
    def interim(connection: socket.socket) -> None:
        connection.recv(4096)
        for _ in range(200):
            connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n")
            time.sleep(0.02)

    server = serve(interim)
    began = time.monotonic()

    with pytest.raises(FetchFailed):
        fetch(f"{server.origin}/", accept="*/*", max_bytes=1000, allow_origin=server.origin, timeout_seconds=0.5)

    assert time.monotonic() - began < 3


def test_an_endless_body_stops_at_the_limit_and_is_not_kept(serve: Any):
    sent = [0]

    def flood(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        block = b"x" * 65536
        with suppress(OSError):
            while sent[0] < 200 * 1024 * 1024:
                connection.sendall(block)
                sent[0] += len(block)

    server = serve(flood)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(FetchFailed):
        fetch(f"{server.origin}/", accept="*/*", max_bytes=1_048_576, allow_origin=server.origin)

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 8 * 1024  # KiB
    assert sent[0] < 32 * 1024 * 1024  # what lay in the sockets' buffers


def test_the_request_says_little_and_asks_for_no_compression(serve: Any):
    seen = []

    def answer(connection: socket.socket) -> None:
        seen.append(connection.recv(4096))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    server = serve(answer)

    fetch(f"{server.origin}/x?y=1", accept="application/json", max_bytes=10, allow_origin=server.origin)

    lines = seen[0].decode().lower().split("\r\n")
    assert lines[0] == "get /x?y=1 http/1.1"
    assert {line.split(":")[0] for line in lines[1:] if line} == {
        "host", "accept", "accept-encoding", "user-agent", "connection",
    }  # fmt: skip
    assert "accept-encoding: identity" in lines


def test_a_post_sends_its_body_and_headers_once(serve: Any):
    seen = []

    def answer(connection: socket.socket) -> None:
        request = b""
        while not request.endswith(b"}"):
            request += connection.recv(4096)
        seen.append(request)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    server = serve(answer)

    found = post(
        f"{server.origin}/hooks/1",
        content=b'{"a": 1}',
        headers={"Content-Type": "application/json", "webhook-id": "7"},
        max_bytes=10,
        allow_origin=server.origin,
    )

    assert found.content == b"ok"
    assert len(seen) == 1
    assert seen[0].startswith(b"POST /hooks/1 HTTP/1.1\r\n")
    assert seen[0].endswith(b'\r\n\r\n{"a": 1}')
    assert b"\r\nwebhook-id: 7\r\n" in seen[0]


def test_a_resolver_that_hangs_does_not_hang_the_fetch():
    enough = threading.Event()
    network = Network(resolve=lambda _host, _port: enough.wait(5) and [])
    began = time.monotonic()

    with pytest.raises(FetchFailed):
        fetch("https://slow.example/", accept="*/*", max_bytes=10, timeout_seconds=0.3, network=network)

    enough.set()
    assert time.monotonic() - began < 3


class _Detour(httpcore.SyncBackend):
    """Dials a server on this machine in place of the public address that the guard chose."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.wanted: list[tuple[str, int]] = []

    def connect_tcp(self, host: str, port: int, **rest: Any) -> httpcore.NetworkStream:
        self.wanted.append((host, port))
        return super().connect_tcp("127.0.0.1", self.port, **rest)


def _tls_server(serve: Any, certificate: Any, seen: list[Any]) -> Any:
    def note_name(_socket: Any, name: str, _context: Any) -> None:
        seen.append(name)

    certificate.server.sni_callback = note_name

    def answer(connection: socket.socket) -> None:
        with certificate.server.wrap_socket(connection, server_side=True) as secured:
            seen.append(secured.recv(4096))
            secured.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    return serve(answer)


def test_the_certificate_and_host_are_those_of_the_name_while_the_address_is_dialled(serve: Any, certificate_for: Any):
    certificate, seen = certificate_for("issuer.example"), []
    detour = _Detour(_tls_server(serve, certificate, seen).port)
    network = Network(resolve=lambda _h, _p: ["93.184.215.14"], backend=detour, trust=lambda: certificate.trust)

    found = fetch("https://issuer.example/did.json", accept="*/*", max_bytes=10, network=network)

    assert found.content == b"ok"
    assert detour.wanted == [("93.184.215.14", 443)]
    assert seen[0] == "issuer.example"
    assert b"\r\nHost: issuer.example\r\n" in seen[1]


def test_a_certificate_for_another_name_is_a_failed_fetch(serve: Any, certificate_for: Any):
    certificate, seen = certificate_for("other.example"), []
    detour = _Detour(_tls_server(serve, certificate, seen).port)
    network = Network(resolve=lambda _h, _p: ["93.184.215.14"], backend=detour, trust=lambda: certificate.trust)

    with pytest.raises(FetchFailed):
        fetch("https://issuer.example/", accept="*/*", max_bytes=10, network=network)

    assert not [part for part in seen if isinstance(part, bytes)]


def test_an_untrusted_certificate_is_a_failed_fetch(serve: Any, certificate_for: Any):
    detour = _Detour(_tls_server(serve, certificate_for("issuer.example"), []).port)
    network = Network(resolve=lambda _h, _p: ["93.184.215.14"], backend=detour)

    with pytest.raises(FetchFailed):
        fetch("https://issuer.example/", accept="*/*", max_bytes=10, network=network)
