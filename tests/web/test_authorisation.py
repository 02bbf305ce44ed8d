"""Who may do what: every route × everybody who may come, with real things, against a table that no code writes (T29).

`authorisation.txt` is the oracle: one line for each route. A route that is not in it fails, and so does a line without
a route. A door that is shut changes nothing; neither does looking, whoever looks (T31).
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import logging
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import anyio.to_thread
import pytest
import structlog
from fastapi import APIRouter, FastAPI
from pydantic import SecretStr

from app import service as services
from app.issuing.access import Scope
from app.main import application
from app.outbound.network import Network
from app.service import Service
from app.settings import Settings
from app.web.rates import Rates
from app.web.signed_in import csrf_of
from tests.everything import FACTS, PROVIDER, ROLES, Everything
from tests.routes_of import routes_of

HERE = Path(__file__).parent
BASE = "http://localhost"  # where browsers offer passkeys
API = "/api/v1"
SCOPES = tuple(f"key:{scope}" for scope in Scope)
CALLERS = ("anonymous", "learner", "other-learner", *ROLES, "other-owner", *SCOPES, "other-key")
THING = re.compile(r"\{(?!(?:form|act|kind|report|source_type)\})")  # a parameter that is a thing, and no word
RECORDS = "/fhir/"
PARTS = 4  # for several processes
ASKS_TO_SIGN_IN = ("/sign-in", "/staff/sign-in", "/staff/second-factor")

_spec = importlib.util.spec_from_file_location("samples_of_the_api", HERE / "api" / "test_access.py")
assert _spec is not None
assert _spec.loader is not None
_api = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_api)


# -- the table --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """Who may use a route. `fields` go along: in the address of a GET, in the form of a POST."""

    method: str
    path: str
    fields: str
    may: frozenset[str]


def read_table(text: str) -> dict[tuple[str, str], Line]:
    """Method and path -> the line. Raises ValueError for a caller that does not exist, and for a route said twice."""
    groups: dict[str, frozenset[str]] = {}
    table: dict[tuple[str, str], Line] = {}
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if len(words) > 2 and words[1] == "=":
            groups[words[0]] = _named(words[2:], groups, path="{")
        elif words:
            method, address, *who = words
            path, _, fields = address.partition("?")
            if (method, path) in table:
                raise ValueError(f"{method} {path} stands there twice")
            table[method, path] = Line(method, path, fields, _named(who, groups, path))
    return table


def _named(words: list[str], groups: Mapping[str, frozenset[str]], path: str) -> frozenset[str]:
    found: set[str] = set()
    for word in words:
        if word.removeprefix("-") not in {*groups, *CALLERS, "nobody"}:
            raise ValueError(f"{path}: there is no caller {word}")
        found |= groups.get(word, {word} - {"nobody"})
        if word in SCOPES and "{" not in path:
            found.add("other-key")  # which asks for what is its own issuer's
    return frozenset(word for word in found if not word.startswith("-") and f"-{word}" not in found)


def routes(made: FastAPI) -> set[tuple[str, str]]:
    """Method and path of every route that we wrote."""
    return {(method, str(each.path)) for each in routes_of(made) for method in each.methods or ()}


# -- the house with everybody at its doors ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """What a caller got. `asks` = it says how to prove who one is; `changed` = a row of the database is another now."""

    status: int
    where: str
    asks: bool
    changed: bool

    @property
    def is_shut(self) -> bool:
        """Whether this is what somebody gets who may not. A 401 that does not ask is a form with a wrong password."""
        if self.status == 303:
            return self.where.startswith(ASKS_TO_SIGN_IN) and not self.where.startswith("/staff/sign-in/code")
        return self.status in {403, 404} or (self.status == 401 and self.asks)


@dataclass
class House:
    """The service with one of everything, put back as it was after each request that changed something."""

    service: Service
    world: Everything
    application: FastAPI
    file: Path
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    apart: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=1))

    def __post_init__(self) -> None:
        self._watch = sqlite3.connect(self.file, check_same_thread=False)
        self._kept = sqlite3.connect(":memory:", check_same_thread=False)
        self._watch.backup(self._kept)
        self._version = self._data_version()

    def ask(self, line: Line, *callers: str) -> dict[str, Answer]:
        """Send a request that would do something, as each of these callers does; as everybody without any."""

        async def all_of_them() -> dict[str, Answer]:
            return {caller: await self._ask(caller, line) for caller in callers or CALLERS}

        # In a thread of its own: a browser that other tests left open keeps a loop running in this one.
        return self.apart.submit(lambda: self.loop.run_until_complete(all_of_them())).result()

    async def _ask(self, caller: str, line: Line) -> Answer:
        path, query, body, content_type = self._request(caller, line)
        headers = {"host": "localhost", "origin": BASE, "accept": "text/html, application/json;q=0.9"}
        if caller in self.world.cookies:
            headers["cookie"] = f"lanyard={self.world.cookies[caller]}"
        if caller in self.world.keys:
            headers["authorization"] = f"Bearer {self.world.keys[caller]}"
        headers |= {"content-type": content_type, "content-length": str(len(body))}
        status, told = await self._send(line.method, path, query, headers, body)
        changed = self._data_version() != self._version
        if changed:
            self._put_back()
        return Answer(status, told.get("location", ""), "www-authenticate" in told, changed)

    def filled(self, path: str) -> str:
        """The path with a real thing in the place of each parameter. Raises KeyError for one that nobody made."""
        things = self.world.things

        def thing(match: re.Match[str]) -> str:
            special = [key for key in things if path.startswith(key) and key.rfind("{") == match.start()]
            return things[max(special, key=len)] if special else things[match[1]]

        return re.sub(r"\{(\w+)\}", thing, path)

    def _request(self, caller: str, line: Line) -> tuple[str, str, bytes, str]:
        path = self.filled(line.path)
        fields = [(name, self.filled(value)) for name, value in parse_qsl(line.fields)]
        sample = _api.SAMPLES.get((line.method, line.path.removeprefix(API))) if line.path.startswith(API) else None
        if sample is not None:
            request = sample(self._facts())
            content = json.dumps(request["json"]).encode() if "json" in request else request.get("content", b"")
            kind = request.get("headers", {}).get("Content-Type", "application/json")
            return path, urlencode(request.get("params", {})), content, kind
        if line.method == "GET":
            return path, urlencode(fields), b"", ""
        token = self.world.cookies.get(caller)
        form = [*fields, *([("csrf", csrf_of(token))] if token else [])]
        return path, "", urlencode(form).encode(), "application/x-www-form-urlencoded"

    def _facts(self) -> dict[str, Any]:
        return {**self.world.things, "number": 77, "facts": FACTS, "email": "new@example.org", "base_url": BASE}

    async def _send(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, str]]:
        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1",
            "method": method, "path": path,
            "raw_path": path.encode(), "query_string": query.encode(), "root_path": "", "scheme": "http",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "server": ("localhost", 80), "client": ("127.0.0.1", 9), "state": {},
        }  # fmt: skip
        told: dict[str, Any] = {}

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                told["status"] = message["status"]
                told["headers"] = {name.decode().lower(): value.decode() for name, value in message["headers"]}

        with suppress(Exception):  # of a fault of the server, which was answered with 500 before
            await self.application(scope, receive, send)
        return int(told["status"]), told["headers"]

    def _data_version(self) -> int:
        return int(self._watch.execute("PRAGMA data_version").fetchone()[0])

    def _put_back(self) -> None:
        other = sqlite3.connect(self.file, timeout=30)
        self._kept.backup(other)
        other.close()
        self._version = self._data_version()

    def close(self) -> None:
        """Let go of everything."""
        self.application.state.desk.close()
        self.apart.shutdown()
        self.loop.close()
        self._watch.close()
        self._kept.close()
        self.service.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, _sqlite_template: Path) -> Iterator[House]:
    """One house for all tests of this file: nothing that is asked of it lasts."""
    folder = tmp_path_factory.mktemp("house")
    file = folder / "lanyard.sqlite3"
    file.write_bytes(_sqlite_template.read_bytes())
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    service = services.build(
        Settings(
            _env_file=None, mode="development", public_base_url=BASE, secret="a secret of the tests, nothing else",
            database_url=f"sqlite:///{file}", keys_dir=folder / "keys", var_dir=folder / "var", run_worker=False,
            vc_api="keys", oidc_issuer=PROVIDER, oidc_client_id="lanyard", oidc_client_secret=SecretStr("x"),
        )
    )  # fmt: skip
    world = Everything(service)
    with pytest.MonkeyPatch.context() as patched:
        # One request after the other needs no threads, and six thousand changes of thread take longer than the rest.
        patched.setattr(anyio.to_thread, "run_sync", _at_once)
        made = House(service, world, application(service, network=Network(resolve=_nobody)), file)
        yield made
        made.close()
    structlog.reset_defaults()


async def _at_once(work: Callable[..., Any], *stated: Any, **_how: Any) -> Any:
    return work(*stated)


def _nobody(host: str, port: int) -> list[str]:
    raise OSError(f"{host}:{port} is not there")


@pytest.fixture(scope="module")
def table() -> dict[tuple[str, str], Line]:
    """The oracle."""
    return read_table((HERE / "authorisation.txt").read_text(encoding="utf-8"))


def faults(house: House, line: Line) -> Iterator[str]:
    """What a route answers otherwise than its line says."""
    house.application.state.rates = Rates(verify_per_minute=0)
    for caller, answer in house.ask(line).items():
        may = caller in line.may
        said = f"{line.method} {line.path} as {caller}: {answer.status} {answer.where}"
        # What nobody here may, a program may that proves itself in its request: any refusal of ours will do.
        if answer.is_shut == may if line.may else not answer.is_shut and answer.status < 400:
            yield f"{said}, and {'may' if may else 'may not'}"
        if answer.status == 500:
            yield f"{said}, a fault of the server"
        # A read of a health-record system is in the audit log before it is answered.
        is_looking = line.method == "GET" and not (line.path.startswith(RECORDS) and may)
        if answer.changed and (is_looking or (line.may and not may)):
            yield f"{said}, and something was changed"


# -- what is promised -------------------------------------------------------------------------------------


def test_every_route_is_in_the_table_and_every_line_has_a_route(house: House, table: Any):
    known = routes(house.application)

    assert sorted(known - table.keys()) == [], "routes of which nobody said who may use them"
    assert sorted(table.keys() - known) == [], "lines of the table without a route"


@pytest.mark.parametrize("part", range(PARTS))
def test_everybody_gets_in_where_they_may_and_nowhere_else_and_looking_changes_nothing(
    house: House, table: Any, part: int
):
    lines = list(table.values())[part::PARTS]

    assert [fault for line in lines for fault in faults(house, line)] == []


def test_another_issuer_s_things_are_not_reached_through_one_s_own_address(house: House, table: Any):
    """`/staff/riverside/…/{a thing of Northfield's}`: who may work for one issuer must not get at another's (T29)."""
    nested = [line for line in table.values() if line.path.startswith("/staff/{slug}/")]
    reached = []
    house.world.things["slug"] = "riverside"
    for line in nested:
        below, named = THING.search(line.path.removeprefix("/staff/{slug}")), THING.search(line.fields)
        if below or named:
            answer = house.ask(line, "other-owner")["other-owner"]
            is_open = answer.status != 404 if line.method == "GET" else answer.status < 400
            if answer.changed or (below and is_open):
                reached.append(f"{line.method} {line.path}: {answer.status}")
    house.world.things["slug"] = "northfield"

    assert len(nested) > 10
    assert reached == []


def test_a_route_that_nobody_listed_is_found(careless: FastAPI):
    assert routes(careless) - read_table("GET /coffee anonymous").keys() == {("GET", "/tea"), ("GET", "/staff/{slug}")}


def test_a_door_that_is_open_to_whom_it_should_not_be_and_one_that_changes_by_looking_are_found(
    house: House, careless: FastAPI
):
    there = house.application
    house.application = careless
    open_door = list(faults(house, read_table("GET /staff/{slug} owner")["GET", "/staff/{slug}"]))
    changing = list(faults(house, read_table("GET /tea anonymous")["GET", "/tea"]))
    house.application = there

    assert len(open_door) == len(CALLERS) - 1
    assert any("something was changed" in fault for fault in changing)


@pytest.fixture
def careless(house: House) -> FastAPI:
    """A service that lets everybody in, and counts who looks."""
    router = APIRouter()

    @router.get("/staff/{slug}")
    def show(slug: str) -> str:
        return slug

    @router.get("/tea")
    def pour() -> str:
        with sqlite3.connect(house.file) as connection:
            connection.execute("UPDATE issuers SET description = 'tea'")
        connection.close()
        return "tea"

    made = FastAPI()
    made.include_router(router)
    return made


@pytest.mark.parametrize("text", ["GET /tea everyone", "GET /tea owner\nGET /tea learner"])
def test_a_table_that_cannot_be_meant_is_refused(text: str):
    with pytest.raises(ValueError, match="/tea"):
        read_table(text)
