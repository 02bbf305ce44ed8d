"""Work by host: a few at each, whoever is slow holds up nobody else, and what stops begins nothing more."""

from __future__ import annotations

import threading
from collections import Counter

import pytest

from app.judging.by_host import work_by_host


def test_a_host_that_hangs_holds_up_nobody_else():
    over, done = threading.Event(), []

    def work(thing: str) -> str:
        if thing.startswith("slow"):
            over.wait(30)
        return thing

    things = [("slow", f"slow-{n}") for n in range(5)] + [(f"host-{n % 3}", f"quick-{n}") for n in range(30)]
    for part in work_by_host(things, work, jobs=4, at_one_host=2, stop=threading.Event()):
        done += part
        if len(done) >= 30:
            over.set()

    assert {each.partition("-")[0] for each in done[:30]} == {"quick"}
    assert len(done) == 35


def test_no_host_is_asked_more_often_at_once_than_is_allowed():
    lock, now, most = threading.Lock(), Counter[str](), Counter[str]()
    meeting = threading.Barrier(2)

    def work(host: str) -> None:
        with lock:
            now[host] += 1
            most[host] = max(most[host], now[host])
        meeting.wait(30)  # both places of the host are taken, or this breaks
        with lock:
            now[host] -= 1

    found = work_by_host([("a", "a")] * 20, work, jobs=8, at_one_host=2, stop=threading.Event())

    assert sum(map(len, found)) == 20
    assert most["a"] == 2


def test_nothing_more_is_begun_once_it_is_to_stop():
    stop, begun = threading.Event(), []

    def work(thing: int) -> int:
        begun.append(thing)
        stop.set()
        return thing

    list(work_by_host([("", n) for n in range(50)], work, jobs=1, at_one_host=1, stop=stop))

    assert begun == [0]


def test_what_goes_wrong_is_raised_where_it_is_read():
    def work(thing: int) -> int:
        raise ValueError(thing)

    with pytest.raises(ValueError, match="7"):
        list(work_by_host([("", 7)], work, jobs=2, at_one_host=1, stop=threading.Event()))


def test_whoever_reads_comes_to_their_turn_while_nothing_is_done_yet():
    over = threading.Event()

    def work(thing: int) -> int:
        over.wait(30)
        return thing

    found = work_by_host([("a", 7)], work, jobs=1, at_one_host=1, stop=threading.Event(), slice_seconds=0.01)

    assert next(found) == []
    over.set()
    assert [each for part in found for each in part] == [7]


def test_what_is_done_comes_in_slices_and_the_last_may_be_shorter():
    things = [("", number) for number in range(7)]
    found = work_by_host(things, lambda each: each, jobs=1, at_one_host=1, stop=threading.Event(), slice_items=3)

    assert [len(part) for part in found] == [3, 3, 1]
