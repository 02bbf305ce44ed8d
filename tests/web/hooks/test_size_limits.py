"""Bodies that are too large, or lie about their length, over a real connection (T44)."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal

from app.main import application
from app.service import Service
from app.web.limits import BodyLimit

from .sending import Lms, completion, rows

MEGABYTE = 1024 * 1024
CHUNK = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"


class Wire:
    """One connection, byte by byte."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)

    def send_head(self, path: str, *headers: str, then: bytes = b"") -> None:
        """Begin a POST. What follows goes out with the head: a server that hangs up may reset a later send."""
        head = "\r\n".join([f"POST {path} HTTP/1.1", "host: badges.test", *headers, "", ""])
        self.socket.sendall(head.encode() + then)

    def send_until_refused(self, data: bytes, at_most: int) -> int:
        """Send again and again; how many bytes were taken before an answer came or the connection broke."""
        sent = 0
        self.socket.settimeout(0)
        while sent < at_most:
            try:
                if self.socket.recv(1, socket.MSG_PEEK):
                    break
            except BlockingIOError:
                pass
            try:
                sent += self.socket.send(data)
            except BlockingIOError:
                time.sleep(0.001)
            except OSError:
                break
        self.socket.settimeout(10)
        return sent

    def status(self) -> int:
        """The status of the answer."""
        with self.socket.makefile("rb") as answer:
            return int(answer.readline().split()[1])


@pytest.fixture
def wire(port: int) -> Iterator[Wire]:
    made = Wire(port)
    with closing(made.socket):
        yield made


def test_ten_megabytes_are_refused_before_they_were_sent(lms: Lms, wire: Wire, service: Service):
    before = rows(service)
    wire.send_head(f"/hooks/{lms.source_id}", f"content-length: {10 * MEGABYTE}")

    assert wire.status() == 413
    assert rows(service) == before


def test_a_body_without_a_length_is_refused_soon_after_the_limit(lms: Lms, wire: Wire, service: Service):
    before = rows(service)
    wire.send_head(f"/hooks/{lms.source_id}", "transfer-encoding: chunked")

    sent = wire.send_until_refused(CHUNK, at_most=100 * MEGABYTE)

    assert wire.status() == 413
    assert sent < 10 * MEGABYTE  # the limit, and what the buffers of both sides hold
    assert rows(service) == before


@pytest.mark.parametrize(
    "headers",
    [
        ["content-length: -1"],
        ["content-length: abc"],
        ["content-length: 1e3"],
        ["content-length: 0x10"],
        ["content-length: \u00b2"],
        ["content-length: +5"],
        ["content-length: " + "9" * 5_000],
        ["content-length: 5", "content-length: 6"],
        ["content-length: 5, 6"],
        ["content-length:"],
    ],
    ids=lambda headers: "; ".join(headers)[:40],
)
def test_a_length_that_is_none_is_a_bad_request(lms: Lms, wire: Wire, service: Service, headers: list[str]):
    before = rows(service)
    wire.send_head(f"/hooks/{lms.source_id}", *headers, then=b"{}{}{}")

    assert wire.status() in {400, 413} if "999" in headers[0] else wire.status() == 400
    assert rows(service) == before


def test_the_connection_after_a_refused_body_is_not_used_for_another_request(lms: Lms, wire: Wire):
    smuggled = b"GET /healthz HTTP/1.1\r\nhost: badges.test\r\n\r\n"
    wire.send_head(f"/hooks/{lms.source_id}", f"content-length: {10 * MEGABYTE}", then=smuggled)

    with wire.socket.makefile("rb") as answer:
        everything = answer.read()

    assert everything.count(b"HTTP/1.1 ") == 1


def test_a_body_just_below_the_limit_is_read(lms: Lms):
    body = completion(more="x" * (MEGABYTE - 1_000))

    assert lms.post(body).status_code == 200


def test_a_body_just_above_the_limit_is_refused_even_when_it_is_signed(lms: Lms, service: Service):
    body = completion(more="x" * MEGABYTE)

    assert lms.post(body).status_code == 413
    assert rows(service)["deliveries"] == 0


@pytest.mark.parametrize(("length", "status"), [("\u00b2", 400), ("9" * 5_000, 413), ("-1", 400), ("", 400)])
def test_the_limit_itself_survives_lengths_that_a_laxer_server_would_let_through(length: str, status: int):
    sent = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "path": "/hooks/x", "headers": [(b"content-length", length.encode("latin-1"))]}
    with start_blocking_portal() as portal:  # in a thread of its own: a browser's test leaves a loop in this one
        portal.call(BodyLimit(unreachable, max_bytes=1_000, larger={}), scope, unreachable, send)

    assert sent[0]["status"] == status


def test_a_sender_that_leaves_in_the_middle_of_a_body_is_no_fault_of_ours(service: Service, lms: Lms):
    """Anybody can hang up a thousand times; none of it may look like an error in the log."""
    incoming = iter([{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}])
    sent = []

    async def receive() -> dict[str, Any]:
        return next(incoming)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    path = f"/hooks/{lms.source_id}"
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": [], "client": None}
    with start_blocking_portal() as portal:
        portal.call(application(service), scope, receive, send)

    assert sent[0]["status"] == 499
    assert rows(service)["deliveries"] == 0


async def unreachable(*_: Any) -> None:
    pytest.fail("the body was read")
