"""The service behind a real socket, and a Chromium that looks at it. Builders are those of tests/web."""

from __future__ import annotations

import importlib.util
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from app.issuing.accounts import Role, Strength, members, people, sessions
from app.issuing.issuers import Issuer
from app.main import application
from app.service import Service
from app.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

_spec = importlib.util.spec_from_file_location("builders_of_web", Path(__file__).parents[1] / "web" / "conftest.py")
assert _spec is not None
assert _spec.loader is not None
_web = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = _web  # where its dataclasses look for their own names
_spec.loader.exec_module(_web)

database, service, issuer = _web.database, _web.service, _web.issuer
make_issuer, make_achievement, make_award = _web.make_issuer, _web.make_achievement, _web.make_award


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    """A socket of this machine that nobody else has."""
    with socket.create_server(("127.0.0.1", 0)) as opened:
        yield opened


@pytest.fixture
def settings(settings: Settings, listening: socket.socket) -> Settings:
    """Settings under whose public address a browser really reaches the service."""
    return settings.model_copy(update={"public_base_url": f"http://localhost:{listening.getsockname()[1]}"})


@pytest.fixture
def base_url(service: Service, listening: socket.socket) -> Iterator[str]:
    """The address of the running service."""
    server = uvicorn.Server(uvicorn.Config(application(service), log_config=None, lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield service.settings.public_base_url
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """A Chromium without a window."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - slow to import, and only needed here

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser: Browser, base_url: str) -> Iterator[Callable[..., Page]]:
    """Opens a path in a fresh context: `open_page("/verify", width=320, javascript=False, timezone=…, dark=True)`.

    What the page complained about is in `page.complaints`: console errors, policy violations, failed requests.
    """
    contexts: list[BrowserContext] = []

    def open_it(
        path: str,
        *,
        width: int = 1280,
        javascript: bool = True,
        timezone: str = "UTC",
        dark: bool = False,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            java_script_enabled=javascript,
            timezone_id=timezone,
            color_scheme="dark" if dark else "light",
        )
        contexts.append(context)
        page: Any = context.new_page()
        page.complaints = []
        page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on(
            "requestfailed", lambda request: _is_fault(request) and page.complaints.append(f"failed: {request.url}")
        )
        page.on("dialog", lambda dialog: (page.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.goto(f"{base_url}{path}")
        return page

    yield open_it
    for context in contexts:
        context.close()


def _is_fault(request: Any) -> bool:
    """Whether a request failed other than by leaving the page before it was answered."""
    return request.failure != "net::ERR_ABORTED"


@pytest.fixture
def open_at_work(browser: Browser, base_url: str, service: Service, issuer: Issuer) -> Iterator[Callable[..., Any]]:
    """Opens a page as an owner of the issuer: `open_at_work("/new", width=…, javascript=…)`, complaints included."""
    with service.database.write() as session:
        account = people.of_confirmed_address(session, "olga@example.org")
        members.add(session, issuer, account, Role.OWNER, actor="test")
        token = sessions.begin(session, account, Strength.TWO_FACTORS)
    contexts = []

    def open_it(path: str, *, width: int = 1280, javascript: bool = True) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=javascript)
        contexts.append(context)
        context.add_cookies([{"name": "lanyard", "value": token, "url": base_url}])
        page: Any = context.new_page()
        page.set_default_timeout(15_000)
        page.complaints = []
        page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(f"{base_url}{path}")
        return page

    yield open_it
    for context in contexts:
        context.close()
