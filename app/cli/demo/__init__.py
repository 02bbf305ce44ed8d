"""`lanyard demo`: the main job, end to end, on this machine: a real delivery becomes a badge that others verify."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from pydantic import SecretStr

from app import logs, main, migrating
from app import service as services
from app.cli.demo import courier, second_opinion, stage
from app.cli.terminal import err, out
from app.errors import Busy, InvalidInput
from app.service import Service
from app.settings import Mode, Settings

VAR = Path("var/demo")
START_SECONDS = 20


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(demo)


def demo(
    *,
    port: Annotated[int, typer.Option(help="port to listen on", min=1, max=65535)] = 8321,
    once: Annotated[bool, typer.Option("--once", help="end after the verdict instead of staying up")] = False,
) -> None:
    """Show the main job on this machine, with demo keys and a demo issuer under var/demo."""
    _refuse_busy(port)
    settings = _settings(port)
    logs.configure(settings)
    out.print(f"1. Database and keys under {VAR}", markup=False)
    migrating.upgrade(settings.database_url)
    opened = services.build(settings)
    out.print("2. A demo issuer, its achievements, stacks and people, out of the healthcare catalogue")
    scene = stage.set_up(opened, VAR)
    out.print(f"   {scene.summary}", markup=False)
    out.print(f"   skipped: {', '.join(scene.skipped)}", style="dim", markup=False)
    out.print(f"3. The server, at {settings.public_base_url}", markup=False)
    with _serving(opened):
        is_good = _show(opened, scene)
        if not once:
            _stay_up(settings, stage.owner_s_link(opened))
    if not is_good:
        err.print("The independent verifier did not accept a badge; see above.", style="red")
        raise typer.Exit(1)


def _show(opened: Service, scene: stage.Scene) -> bool:
    base_url = opened.office.addresses.base_url
    is_good = True
    for number, delivery in enumerate((courier.canvas(scene), courier.standard_webhooks(scene)), 4):
        out.print(f"{number}. {delivery.title}", markup=False)
        badge = courier.post(delivery, base_url)
        out.print(f"   the badge: [bold]{badge}[/bold]")
        for form in ("json", "jwt", "png"):
            opinion = second_opinion.ask(f"{badge}.{form}", base_url)
            out.print(f"   {opinion.sentence}", style="green" if opinion.is_good else "red", markup=False)
            is_good = is_good and opinion.is_good
    return is_good


def _stay_up(settings: Settings, owner_s_link: str) -> None:
    out.print(f"Work with it as staff do, by this link, which works once: {owner_s_link}", markup=False, soft_wrap=True)
    out.print(f"Look around: {settings.public_base_url}  (mails are in {settings.var_dir}/mail). Ctrl-C ends the demo.")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        out.print("Bye.")


@contextmanager
def _serving(opened: Service) -> Iterator[None]:
    settings = opened.settings
    config = uvicorn.Config(
        main.application(opened),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        proxy_headers=False,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="demo server", daemon=True)
    thread.start()
    waited_until = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > waited_until:
            raise Busy(f"The server did not start on port {settings.port}")
        time.sleep(0.05)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=START_SECONDS)


def _refuse_busy(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise InvalidInput(
                f"Port {port} is in use on this machine. Choose another one: make demo LANYARD_PORT={port + 1}"
            ) from error


def _settings(port: int) -> Settings:
    VAR.mkdir(parents=True, exist_ok=True)
    return Settings(
        _env_file=None,
        mode=Mode.DEMO,
        public_base_url=f"http://localhost:{port}",
        secret=SecretStr(stage.kept_secret(VAR)),
        database_url=f"sqlite:///{VAR}/port-{port}.sqlite3",  # badges carry the address, and so the port
        keys_dir=VAR / "keys",
        var_dir=VAR,
        host="127.0.0.1",
        port=port,
        log_level="error",
        mail_from="Northfield Health Academy <badges@northfield.example>",
        log_format="console",
        staff_second_factor="offered",
    )
