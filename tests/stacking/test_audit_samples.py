"""Audit samples: the same seed draws the same people, in whatever order they come."""

from __future__ import annotations

from app.stacking.audit_samples import sample

IDS = [f"award-{number}" for number in range(200)]


def test_the_same_seed_draws_the_same_in_any_order():
    assert sample(IDS, 10, seed="2026-07") == sample(list(reversed(IDS)), 10, seed="2026-07")


def test_what_was_drawn_can_be_drawn_again_in_ten_years():
    assert sample(["a", "b", "c", "d"], 2, seed="2026-07") == ("b", "c")


def test_another_seed_draws_others():
    assert sample(IDS, 10, seed="2026-07") != sample(IDS, 10, seed="2026-08")


def test_a_larger_sample_holds_the_smaller_one():
    assert sample(IDS, 20, seed="s")[:10] == sample(IDS, 10, seed="s")


def test_a_sample_is_never_larger_than_what_there_is():
    assert set(sample(["a", "b", "a"], 10, seed="s")) == {"a", "b"}
    assert sample(IDS, -1, seed="s") == ()
