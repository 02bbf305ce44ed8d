"""A process of the measurements: `python -m bench.intake.serve`, what to be as JSON on standard input."""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from app import logs, main, worker
from app import service as services
from app.service import Service
from bench.academy import settings_for
from bench.intake import floors


def run() -> None:
    """Serve on the inherited socket, or work, until terminated; configured as `lanyard serve` configures it."""
    given: dict[str, Any] = json.loads(sys.stdin.read())
    settings = settings_for(Path(given["folder"]), given["url"])
    logs.configure(settings)
    service = services.build(settings)
    if given["kind"] == "worker":
        worker.main_loop(service)
        return
    config = uvicorn.Config(
        _application(given["kind"], service),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=120,  # a connection may wait while the other subjects have their turns
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=given["descriptor"])])


def _application(kind: str, service: Service) -> FastAPI:
    match kind:
        case "floor":
            return floors.bare(service)
        case "ready bytes":
            return floors.with_ready_bytes(service)
        case _:
            return main.application(service)


if __name__ == "__main__":
    run()
