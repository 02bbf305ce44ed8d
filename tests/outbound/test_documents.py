"""Asked with manners: kept answers, bounded questions, and nobody made unreachable by a stranger's doing (T8)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from app.outbound.documents import Allowance, Documents, Failed, Wanted
from app.outbound.fetch import Fetched
from app.outbound.network import Network
from tests.strangers import Strangers, strangers

JSON = Wanted(accept="application/json", max_bytes=1_000, kept_seconds=300)
LISTS = Wanted(accept="application/vc", max_bytes=1_000, kept_seconds=30)
URL = "https://issuer.example/did.json"


class Clock:
    """Time as a test says."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def documents(world: Any, clock: Clock) -> Documents:
    return Documents(world.network(), clock=clock)


def test_what_was_answered_a_moment_ago_is_not_asked_again(documents: Documents, world: Any):
    answers = [documents.get(URL, JSON, Allowance()) for _ in range(3)]

    assert all(isinstance(answer, Fetched) for answer in answers)
    assert world.asked == ["issuer.example"]


def test_an_answer_is_good_for_its_time_and_no_longer(documents: Documents, world: Any, clock: Clock):
    documents.get(URL, LISTS, Allowance())
    clock.now += 29
    documents.get(URL, LISTS, Allowance())
    assert len(world.asked) == 1

    clock.now += 1
    documents.get(URL, LISTS, Allowance())

    assert len(world.asked) == 2


def test_a_host_that_failed_is_left_alone_for_a_minute(documents: Documents, world: Any, clock: Clock):
    world.answer = b"HTTP/1.1 500 Oh\r\n\r\n"
    for _ in range(1_000):
        assert documents.get(URL, JSON, Allowance()) == Failed(500)
    assert len(world.asked) == 1

    clock.now += 60
    documents.get(URL, JSON, Allowance())

    assert len(world.asked) == 2


def test_one_verification_asks_so_often_and_no_more(documents: Documents, world: Any):
    allowance = Allowance(fetches=3)

    answers = [documents.get(f"https://issuer.example/{number}", JSON, allowance) for number in range(5)]

    assert [isinstance(answer, Fetched) for answer in answers] == [True, True, True, False, False]
    assert len(world.asked) == 3


def test_one_verification_takes_so_many_bytes_and_no_more(documents: Documents, world: Any):
    world.answer = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 600
    allowance = Allowance(bytes=1_000)

    answers = [documents.get(f"https://issuer.example/{number}", JSON, allowance) for number in range(3)]

    assert [isinstance(answer, Fetched) for answer in answers] == [True, False, False]


def test_one_verification_has_so_much_time_and_no_more(documents: Documents, world: Any, clock: Clock):
    allowance = Allowance(seconds=15, clock=clock)
    documents.get(URL, JSON, allowance)
    clock.now += 15

    assert documents.get("https://issuer.example/2", JSON, allowance) == Failed()
    assert len(world.asked) == 1


@pytest.mark.parametrize("poor", [Allowance(fetches=0), Allowance(bytes=10), Allowance(seconds=0.5)])
def test_a_failure_for_want_of_allowance_is_not_held_against_the_host(
    documents: Documents, world: Any, poor: Allowance
):
    world.answer = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 600
    world.unreachable = ("93.184.215.14",) if poor.seconds < 1 else ()
    assert isinstance(documents.get(URL, JSON, poor), Failed)
    world.unreachable = ()

    assert isinstance(documents.get(URL, JSON, Allowance()), Fetched)


def test_what_is_kept_stays_within_its_bytes_and_the_oldest_goes_first(world: Any, clock: Clock):
    world.answer = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 500
    documents = Documents(world.network(), max_kept_bytes=5_000, clock=clock)
    urls = [f"https://issuer.example/{number}" for number in range(20)]
    for url in urls:
        documents.get(url, JSON, Allowance())
    assert documents._kept_bytes <= 5_000
    world.asked.clear()

    documents.get(urls[-1], JSON, Allowance())
    assert world.asked == []
    documents.get(urls[0], JSON, Allowance())
    assert world.asked == ["issuer.example"]


def test_four_may_ask_one_host_at_once_and_a_fifth_is_not_kept_waiting_long():
    inside, go_on = threading.Semaphore(0), threading.Event()

    def resolve(host: str, port: int) -> list[str]:
        del port
        if host == "slow.example":
            inside.release()
            go_on.wait(20)
        raise OSError("nobody")

    documents = Documents(Network(resolve=resolve), turn_seconds=0.1)
    asking = [
        threading.Thread(target=documents.get, args=(f"https://slow.example/{number}", JSON, Allowance()))
        for number in range(4)
    ]
    for thread in asking:
        thread.start()
    for _ in asking:
        assert inside.acquire(timeout=20)

    fifth = documents.get("https://slow.example/5", JSON, Allowance())

    assert fifth == Failed()
    assert not inside.acquire(blocking=False)
    assert documents._kept == {}  # that others asked is no news of the host
    go_on.set()
    for thread in asking:
        thread.join(20)


@pytest.mark.parametrize("url", ["", "http://[", "https://127.0.0.1/", "did:web:x", "https://issuer.example:8443/"])
def test_what_is_no_address_is_a_failure_and_no_fault(documents: Documents, world: Any, url: str):
    assert documents.get(url, JSON, Allowance()) == Failed()
    assert world.asked == []


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Strangers]:
    with strangers(tmp_path, "issuer.example", "evil.example") as opened:
        yield opened


def test_eight_that_ask_a_host_for_the_same_document_all_get_it(real: Strangers):
    real.publish("issuer.example/did.json", {"id": "x"})
    documents, start = Documents(real.network()), threading.Barrier(8)

    def ask(_: int) -> object:
        start.wait(20)
        return documents.get("https://issuer.example/did.json", JSON, Allowance())

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(8)))

    assert all(isinstance(each, Fetched) for each in found)


def test_the_service_itself_is_never_asked_also_behind_a_redirect(real: Strangers):
    real.publish("evil.example/r", b"", status=302, headers={"Location": "https://issuer.example/verify"})
    documents = Documents(real.network(), never_hosts={"issuer.example"})
    following = Wanted("*/*", 10_000, 30, max_redirects=3)

    assert documents.get("https://issuer.example/b/1", JSON, Allowance()) == Failed()
    assert documents.get("https://evil.example/r", following, Allowance()) == Failed()
    assert real.asked == ["evil.example/r"]
