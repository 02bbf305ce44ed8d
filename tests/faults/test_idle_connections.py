"""Clients that connect and say nothing, or not all of it: everybody else is served (T44)."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from .conftest import Hospital
from .invariants import broken
from .processes import WebProcesses, get

EACH = 100
HEAD = b"POST /hooks/x HTTP/1.1\r\nhost: badges.test\r\n"
SAYING = (
    b"",  # nothing
    HEAD,  # half of the headers
    HEAD + b"content-length: 1000\r\n\r\n{",  # all of the headers, and the first byte of a body
)


@pytest.fixture
def stall() -> Iterator[Callable[[int], None]]:
    """300 clients of a port that begin and never finish: `stall(port)`."""
    with ExitStack() as opened:

        def begin(port: int) -> None:
            clients = [opened.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(3 * EACH)]
            for client, said in zip(clients, SAYING * EACH, strict=True):
                client.sendall(said)

        yield begin


def test_behind_300_clients_that_never_finish_every_delivery_and_every_page_is_answered(
    hospital: Hospital, run_web: Callable[..., WebProcesses], stall: Callable[[int], None]
):
    web, sender = run_web(hospital), hospital.sender
    (port,) = web.ports
    stall(port)

    answers = {f"msg-{number}": sender.deliver(port, sender.completion(), f"msg-{number}") for number in range(20)}
    pages = [get(port, f"/b/{award}") for answer in answers.values() for award in answer.award_ids]

    assert {answer.status for answer in answers.values()} == {200}
    assert [page.status for page in pages] == [200] * 20
    assert broken(hospital.service, {key: answer.award_ids for key, answer in answers.items()}) == []
    assert web.trouble() == []
