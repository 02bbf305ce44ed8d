"""Whether a public address leads to this service is seen by the keys that are published there."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.outbound.own_address import problem_at

OURS = {"keys": [{"kid": "a", "iss": "did:web:old.example:issuers:x"}]}


@contextmanager
def answering(body: bytes) -> Iterator[str]:
    """A server that answers everything with one body; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def at() -> Iterator[Callable[[object], str]]:
    """`at(document)`: an address where this is answered."""
    with ExitStack() as opened:
        yield lambda document: opened.enter_context(
            answering(document if isinstance(document, bytes) else json.dumps(document).encode())
        )


def test_an_address_with_our_keys_is_ours(at):
    assert problem_at(at(OURS), kids={"a"}) is None
    assert problem_at(at(OURS), kids={"a"}, did_begins="did:web:old.example:") is None


@pytest.mark.parametrize(
    ("answer", "kids", "said"),
    [
        (OURS, {"a", "b"}, "another service"),
        (OURS, set(), "another service"),
        ({"keys": []}, {"a"}, "another service"),
        ({"keys": [{"kid": "a"}]}, {"a"}, "no Lanyard"),
        ({"keys": 4}, {"a"}, "no Lanyard"),
        ([], {"a"}, "no Lanyard"),
        (b"<html>", {"a"}, "no Lanyard"),
    ],
)
def test_an_address_with_anything_else_is_not(at, answer, kids, said):
    assert said in (problem_at(at(answer), kids=kids) or "")


def test_a_proxy_that_hides_the_host_is_seen_by_the_name_that_the_keys_have(at):
    assert "the Host that was asked" in (problem_at(at(OURS), kids={"a"}, did_begins="did:web:new.example:") or "")


def test_an_address_that_nobody_answers_cannot_be_reached():
    assert "cannot be reached" in (problem_at("https://nowhere.invalid", kids=set()) or "")
