"""What differs between two texts: every word of both is there, and only what differs is marked."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.projections.differences import Kind, Piece, of_items, of_texts

WORDS = st.lists(st.sampled_from(["the", "a ", "draw", ".", "\n\n", "血", "مريم", "  ", "80 %", "x" * 30]), max_size=40)


def marked(old: str, new: str) -> str:
    signs = {Kind.KEPT: "{}", Kind.REMOVED: "[-{}]", Kind.ADDED: "[+{}]"}
    return "".join(signs[piece.kind].format(piece.text) for piece in of_texts(old, new))


def test_words_that_differ_are_marked_and_the_others_stay():
    old, new = "Pass the test with 80 % or more.", "Pass the new test with 90 % or more."

    assert marked(old, new) == "Pass the [+new ]test with [-80 ][+90 ]% or more."


def test_texts_with_hardly_a_word_in_common_are_told_one_after_the_other():
    assert marked("Ten observed draws", "A written exam") == "[-Ten observed draws][+A written exam]"


@pytest.mark.parametrize(("old", "new"), [("", "a"), ("a", ""), ("", "")])
def test_nothing_can_be_compared_too(old: str, new: str):
    pieces = of_texts(old, new)

    assert [piece.text for piece in pieces] == [text for text in (old, new) if text]


@given(WORDS.map("".join), WORDS.map("".join))
@settings(max_examples=60)
def test_kept_and_removed_make_the_old_text_and_kept_and_added_the_new_one(old: str, new: str):
    pieces = of_texts(old, new)

    assert "".join(piece.text for piece in pieces if piece.kind is not Kind.ADDED) == old
    assert "".join(piece.text for piece in pieces if piece.kind is not Kind.REMOVED) == new


def test_entries_of_a_list_come_go_or_change():
    found = of_items({"a": "draws, level 2", "b": "labels"}, {"a": "draws, level 3", "c": "cools"})

    assert [(item.kind, item.is_changed) for item in found] == [
        (Kind.KEPT, True), (Kind.ADDED, True), (Kind.REMOVED, True),
    ]  # fmt: skip
    assert of_items({"a": "x"}, {"a": "x"})[0].pieces == (Piece(Kind.KEPT, "x"),)


@pytest.mark.parametrize(
    ("old", "new"),
    [("a b " * 5_000, "b a " * 5_000), ("a\n" * 10_000, "b\na\n" * 5_000), ("a\n" * 158, "a\nb\n" * 158)],
)
def test_no_pair_of_texts_keeps_a_page_waiting(old: str, new: str):
    began = time.thread_time()  # of this thread's own work: others have the processor as well

    of_texts(old, new)

    assert time.thread_time() - began < 2
