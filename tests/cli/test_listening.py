"""Who calls: the peer of the connection, or whom a proxy names that the operator trusts, and nobody else's word."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request

from app.cli.operate import listening
from app.settings import Settings
from app.web.rates import caller

FORWARDED = "X-Forwarded-For"


@pytest.fixture
def ask(settings: Settings) -> Iterator[Callable[[str, str], str]]:
    """Whom a service takes for the caller: `ask(trusted_proxies, header)`."""
    started: list[tuple[uvicorn.Server, threading.Thread]] = []

    def asked(trusted: str, forwarded: str) -> str:
        app = FastAPI()
        app.get("/")(_who)
        chosen = Settings.model_validate({**settings.model_dump(), "trusted_proxies": trusted, "port": 1})
        config = uvicorn.Config(app, **{**listening(chosen), "port": 0})
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run)
        thread.start()
        started.append((server, thread))
        while not server.started:
            thread.join(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        return str(httpx.get(f"http://127.0.0.1:{port}/", headers={FORWARDED: forwarded}, trust_env=False).json())

    yield asked
    for server, thread in started:
        server.should_exit = True
        thread.join()


def _who(request: Request) -> Any:
    return caller(request)


@pytest.mark.parametrize(
    ("trusted", "forwarded", "who"),
    [
        ("", "203.0.113.9", "127.0.0.1"),
        ("10.0.0.1", "203.0.113.9", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.0/8, 10.0.0.0/24", "198.51.100.66, 203.0.113.9, 10.0.0.3", "203.0.113.9"),
        ("127.0.0.1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ],
)
def test_the_caller_is_whom_a_trusted_proxy_names_last(ask: Any, trusted: str, forwarded: str, who: str):
    assert ask(trusted, forwarded) == who


@pytest.mark.parametrize("stated", ["*", "0.0.0.0/0", "::/0", "the proxy", "10.0.0.1/8", "127.0.0.1, nginx"])
def test_what_would_trust_everybody_or_nobody_stops_the_start(settings: Settings, stated: str):
    with pytest.raises(ValueError, match="LANYARD_TRUSTED_PROXIES"):
        Settings.model_validate({**settings.model_dump(), "trusted_proxies": stated})
