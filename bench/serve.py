"""A web process of the measurements: `python -m bench.serve FD`, what to serve as JSON on standard input."""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path

import uvicorn

from app import main
from app import service as services
from bench import floor
from bench.academy import Academy, settings_for


def run() -> None:
    """Serve on the inherited socket until terminated, configured as `lanyard serve` configures it."""
    given = json.loads(sys.stdin.read())
    settings = settings_for(Path(given["folder"]), given["url"])
    if given["kind"] == "floor":
        service = services.build(settings)
        academy = Academy(service, "northfield", given["source_id"], given["secret"])
        application = floor.application(academy, floor.pattern_of(service))
    else:
        application = main.create_app(settings)
    config = uvicorn.Config(
        application,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=60,  # the client keeps its connection while it talks to the other server
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(sys.argv[1]))])


if __name__ == "__main__":
    run()
