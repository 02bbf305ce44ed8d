"""One line for each request: what was asked for and answered, never who or with what (T48)."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
import structlog
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from app import logs
from app.web.access_log import AccessLog
from app.web.headers import HeadAsGet


@pytest.fixture
def asked(written: io.StringIO) -> Callable[..., tuple[Any, list[dict[str, Any]]]]:
    """Ask a small service, and what it logged."""
    app = FastAPI()
    app.add_middleware(HeadAsGet)
    app.add_middleware(AccessLog)

    @app.get("/things/{name}")
    def thing(name: str) -> str:
        structlog.get_logger("app.test").info("inside")
        if name == "broken":
            raise RuntimeError
        return "a thing"

    outer, inner = APIRouter(prefix="/api/v1"), APIRouter(prefix="/awards")

    @inner.get("/{award_id}")
    def award(award_id: str) -> str:
        return award_id

    outer.include_router(inner)
    app.include_router(outer)

    @app.get("/healthz")
    def healthz() -> str:
        return "alive"

    def ask(path: str, method: str = "GET", **request: Any) -> tuple[Any, list[dict[str, Any]]]:
        answer = TestClient(app, raise_server_exceptions=False).request(method, path, **request)
        return answer, [json.loads(each) for each in written.getvalue().splitlines()]

    return ask


def test_a_request_is_one_line_with_the_pattern_of_its_route(asked):
    _answer, lines = asked("/things/mira-holm?token=hunter2", headers={"Authorization": "Bearer hunter2hunter2"})

    (told,) = [each for each in lines if each["event"] == "request"]
    assert (told["method"], told["route"], told["status"]) == ("GET", "/things/{name}", 200)
    assert told["milliseconds"] >= 0
    assert "mira-holm" not in json.dumps(lines)
    assert "hunter2" not in json.dumps(lines)


def test_a_line_says_nothing_of_who_asked(asked):
    sent = {"User-Agent": "verifier/1.0", "X-Forwarded-For": "198.51.100.7", "Referer": "https://verifier.example/"}

    _answer, lines = asked("/things/a", headers=sent)

    told = json.dumps(lines)
    assert not [word for word in ("verifier", "198.51.100.7", "testclient") if word in told]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_pattern_is_whole_also_for_a_router_within_a_router(asked, method):
    _answer, lines = asked("/api/v1/awards/AbC", method)

    (told,) = [each for each in lines if each["event"] == "request"]
    assert (told["method"], told["route"]) == (method, "/api/v1/awards/{award_id}")


def test_every_line_of_a_request_carries_its_id_and_so_does_the_answer(asked):
    answer, lines = asked("/things/a")

    ids = {each["request_id"] for each in lines if each["logger"].startswith("app.")}
    assert ids == {answer.headers["x-request-id"]}


def test_an_id_that_the_client_sends_is_not_used(asked):
    answer, lines = asked("/things/a", headers={"X-Request-Id": "mira"})

    assert answer.headers["x-request-id"] != "mira"
    assert "mira" not in json.dumps(lines)


def test_a_request_that_fails_is_told_with_its_status(asked):
    _answer, lines = asked("/things/broken")

    assert [each["status"] for each in lines if each["event"] == "request"] == [500]


@pytest.mark.parametrize(("path", "method"), [("/no/such/thing", "GET"), ("/things/mira%0aholm/x", "GET")])
def test_an_address_that_nobody_answers_is_not_repeated(asked, path, method):
    _answer, lines = asked(path, method)

    (told,) = [each for each in lines if each["event"] == "request"]
    assert (told["route"], told["status"]) == ("(none)", 404)


def test_an_invented_method_is_not_repeated(asked):
    _answer, lines = asked("/things/a", "MIRA")

    assert [each["method"] for each in lines if each["event"] == "request"] == ["OTHER"]


def test_machines_that_ask_every_second_are_told_only_when_we_debug(asked, settings, written):
    logs.configure(settings.model_copy(update={"log_level": "info"}), stream=written)

    assert asked("/healthz")[1] == []
