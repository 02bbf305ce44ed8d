"""Keeps processes for the fault tests: `python launch.py`, orders on standard input, process ids on standard output.

`web 7` starts a web process that serves on the inherited socket 7, `worker` starts a worker; both with the settings of
the environment. `endpoint 7001 file` and `mailbox 7002 file` start a receiver on that port, which writes down what came
(`receivers.py`). Each is a fork of this process, which has only imported the code and put the routes together: so a
process that was killed is replaced in milliseconds, and a test of seconds sees many crashes. Engine, key store and
threads are made after the fork.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from pathlib import Path

import uvicorn

from app import main, worker
from app import service as services
from app.settings import Settings
from tests.faults import receivers


def serve(descriptor: int) -> None:
    """Serve on this socket until killed, configured as `lanyard serve` configures it."""
    config = uvicorn.Config(
        main.create_app(Settings(_env_file=None)),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=15,
        proxy_headers=False,
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=descriptor)])


def work() -> None:
    """Work until killed, as `lanyard worker` does."""
    patience = services.START_PATIENCE_SECONDS
    worker.main_loop(services.build(Settings(_env_file=None), patience_seconds=patience))


def become(kind: str, number: str = "", file: str = "") -> None:
    """Be what was ordered, until killed."""
    match kind:
        case "web":
            serve(int(number))
        case "worker":
            work()
        case "endpoint":
            receivers.endpoint(int(number), Path(file))
        case "mailbox":
            receivers.mailbox(int(number), Path(file))
        case _:
            raise ValueError(kind)


def keep() -> None:
    """Carry out orders until standard input ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a killed process ended
    for order in sys.stdin:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for inherited in (sys.stdin, sys.stdout):
                os.close(inherited.fileno())
            become(*order.split())
            os._exit(0)
        print(pid, flush=True)  # noqa: T201 - the answer to the order


if __name__ == "__main__":
    main.routes()
    keep()
