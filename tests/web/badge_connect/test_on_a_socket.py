"""The whole way of a program that is let in, over a real socket: nothing is handed over but bytes of HTTP."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from app import migrating
from app import service as services
from app.issuing import accounts
from app.main import application
from app.outbound.network import Network
from app.service import Service
from app.settings import Mode, Settings
from app.web.signed_in import csrf_of
from tests.badges_elsewhere import badge
from tests.endorsers import endorser
from tests.web.badge_connect.consumer import Consumer
from tests.web.conftest import nobody

ANA = "ana.ortiz@example.org"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[str, Service]]:
    """The address of a service that runs, and the service."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        settings = Settings(
            _env_file=None,
            mode=Mode.DEVELOPMENT,
            public_base_url=base_url,
            secret="a secret of the tests, and of nothing else",
            database_url=f"sqlite:///{tmp_path}/lanyard.sqlite3",
            keys_dir=tmp_path / "keys",
            var_dir=tmp_path / "var",
            run_worker=False,
        )
        migrating.upgrade(settings.database_url)
        service = services.build(settings)
        made = application(service, network=Network(resolve=nobody))
        server = uvicorn.Server(uvicorn.Config(made, log_config=None, lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield base_url, service
        server.should_exit = True
        thread.join(timeout=10)


def test_a_program_is_let_in_adds_a_badge_reads_it_goes_on_and_gives_its_token_back(running: tuple[str, Service]):
    base_url, service = running
    with service.database.write() as session:
        account = accounts.people.of_confirmed_address(session, ANA)
        token = accounts.sessions.begin(session, account, accounts.Strength.LINK)
    document = badge(endorser("Dales Hospital"), ANA)
    with httpx.Client(timeout=60) as http, httpx.Client(base_url=base_url, timeout=60) as browser:
        browser.cookies.set("lanyard", token)
        browser.headers.update({"Accept": "text/html", "Origin": base_url})
        program = Consumer(http, f"{base_url}/ims/ob/v3p0/discovery")
        program.discover()
        program.register()
        page = browser.get(program.question()).headers["location"]
        said = browser.post(page, data={"csrf": csrf_of(token), "answer": "agree"})
        program.exchange(program.come_back(said.headers["location"]))
        added = program.call("POST", "/credentials", content=document, headers={"Content-Type": "application/json"})
        program.refresh()
        read = program.call("GET", "/credentials")
        program.revoke(program.tokens["refresh_token"])

        assert (added.status_code, added.content) == (201, document)
        assert read.content == b'{"credential":[%b],"compactJwsString":[]}' % document
        assert program.call("GET", "/credentials").status_code == 401
