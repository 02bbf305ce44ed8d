"""Bytes that are kept for a while: not too many, and not for long."""

from __future__ import annotations

from datetime import timedelta

import time_machine

from app import clock
from app.web.kept_bytes import KeptBytes


def test_what_was_made_once_is_not_made_again():
    kept, made = KeptBytes(max_bytes=100, seconds=60), []

    for _ in range(3):
        assert kept.made("a", lambda: made.append(1) or b"body") == b"body"

    assert made == [1]
    assert (kept.get("a"), kept.get("b")) == (b"body", None)


def test_what_was_used_longest_ago_goes_first():
    kept = KeptBytes(max_bytes=10, seconds=60)
    for key in ("a", "b"):
        kept.made(key, lambda: b"12345")
    kept.get("a")

    kept.made("c", lambda: b"12345")

    assert [kept.get(key) for key in ("a", "b", "c")] == [b"12345", None, b"12345"]


def test_what_is_larger_than_all_there_is_room_for_is_given_and_not_kept():
    kept = KeptBytes(max_bytes=10, seconds=60)

    assert kept.made("a", lambda: b"x" * 11) == b"x" * 11
    assert kept.get("a") is None


def test_nothing_is_kept_for_long():
    kept = KeptBytes(max_bytes=100, seconds=60)
    kept.made("a", lambda: b"old")

    with time_machine.travel(clock.now() + timedelta(seconds=61), tick=False):
        assert kept.get("a") is None
        assert kept.made("a", lambda: b"new") == b"new"
        assert kept.get("a") == b"new"
