"""`lanyard move`, rehearsed with two names of one server on this machine; and what the doctor says of both."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn

from app import service as services
from app.issuing import eras
from app.main import application
from app.settings import Settings


@pytest.fixture
def doors() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two ports of this machine, which stand for two names: a did:web and a Host hold the port as they do the name."""
    with socket.create_server(("127.0.0.1", 0)) as first, socket.create_server(("127.0.0.1", 0)) as second:
        yield first, second


def url_of(door: socket.socket) -> str:
    return f"http://localhost:{door.getsockname()[1]}"


@pytest.fixture
def academy_at(academy, doors, monkeypatch) -> Callable[[int], Any]:
    """`academy_at(0)`: the terminal of the academy, set up for the first or the second name."""

    def at(door: int) -> Any:
        monkeypatch.setenv("LANYARD_PUBLIC_BASE_URL", url_of(doors[door]))
        return academy

    return at


@contextmanager
def serving(*doors: socket.socket) -> Iterator[None]:
    """The service of the environment, at each of these doors."""
    opened = services.build(Settings(run_worker=False))
    server = uvicorn.Server(uvicorn.Config(application(opened), log_config=None, lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door.dup() for door in doors]})
    thread.start()
    try:
        ask(f"{url_of(doors[0])}/healthz")
        yield
    finally:
        server.should_exit = True
        thread.join()


def ask(url: str, accept: str = "application/json") -> httpx.Response:
    with httpx.Client(trust_env=False, timeout=60, transport=httpx.HTTPTransport(retries=5)) as client:
        return client.get(url, headers={"Accept": accept})


def issue(terminal, email: str) -> str:
    """The address of a new badge."""
    return str(terminal.good("issue", "st-anna", "bls", email)).strip().split()[-1]


@pytest.fixture
def first(academy_at) -> Any:
    """The academy at its first name; what was set up before for another name is of no matter, as nothing was signed."""
    return academy_at(0)


def test_the_service_moves_and_answers_at_both_names(first, academy_at, doors):
    old, new = map(url_of, doors)
    with serving(*doors):
        badge = issue(first, "before@hosp.example")
        foretold = first.good("move", new, "--dry-run")
        told = first.good("move", new)
    assert "Nothing was changed." in foretold
    assert f"LANYARD_PUBLIC_BASE_URL={new}" in told

    assert f"Set it to {new}" in first.refused("issue", "st-anna", "bls", "late@hosp.example")
    second = academy_at(1)
    with serving(*doors):
        newer = issue(second, "after@hosp.example")
        assert (badge.startswith(old), newer.startswith(new)) == (True, True)
        assert ask(f"{badge}.json").json()["id"] == badge
        page = ask(badge, "text/html")
        assert (page.status_code, page.headers["location"]) == (308, badge.replace(old, new))
        second.good("revoke", badge.rpartition("/")[2], "--reason", "error")
        said = second("doctor").out
        assert f"{old} leads here" in said
        assert f"{new} leads here" in said
    assert "st-anna" in second.good("audit", "verify")


def test_an_address_that_does_not_lead_here_is_refused_unless_forced(first, doors):
    issue(first, "before@hosp.example")
    new = url_of(doors[1])

    with serving(doors[0]):
        assert "let the new address lead to this service first" in first.refused("move", "https://nowhere.invalid")
        told = first("move", "https://nowhere.invalid", "--dry-run")
        assert "cannot be reached" in told.err
        assert moves() == []
    doors[1].close()
    first.good("move", new, "--force")

    assert [each.base_url for each in moves()] == [new, url_of(doors[0])]


@pytest.mark.parametrize("wrong", ["badges.example.org", "https://a.example/path", "https://user@a.example", "ftp://a"])
def test_what_is_no_address_is_refused(first, wrong: str):
    assert "must look like" in first.refused("move", wrong)


def test_the_doctor_says_when_a_name_no_longer_leads_here(first, academy_at, doors):
    with serving(*doors):
        issue(first, "before@hosp.example")
        first.good("move", url_of(doors[1]))
    second = academy_at(1)

    with serving(doors[1]):
        doors[0].close()
        said = second("doctor")
    assert said.code == 1
    assert f"{url_of(doors[1])} leads here" in said.out
    assert "cannot be reached" in said.out


def moves() -> list[eras.Era]:
    """The eras that are written down, the newest first."""
    service = services.assemble(Settings())
    with service.database.read() as session:
        found = eras.every(session)
    service.close()
    return found
