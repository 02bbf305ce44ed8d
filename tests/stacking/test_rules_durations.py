"""Durations keep months, days and seconds apart, and move moments as a calendar does."""

from __future__ import annotations

import pytest

from app.errors import InvalidInput
from app.stacking.rules.durations import Duration
from tests.stacking.rule_builders import at


@pytest.mark.parametrize(
    ("text", "duration", "canonical", "words"),
    [
        ("P90D", Duration(days=90), "P90D", "90 days"),
        ("P2W", Duration(days=14), "P14D", "14 days"),
        ("P24M", Duration(months=24), "P2Y", "2 years"),
        ("P1Y6M", Duration(months=18), "P1Y6M", "1 year and 6 months"),
        ("PT1H", Duration(seconds=3600), "PT1H", "1 hour"),
        ("P1DT90M", Duration(days=1, seconds=5400), "P1DT1H30M", "1 day and 1 hour and 30 minutes"),
        ("PT61S", Duration(seconds=61), "PT1M1S", "1 minute and 1 second"),
    ],
)
def test_a_duration_is_read_and_written(text, duration, canonical, words):
    assert Duration.parse(text) == duration
    assert str(duration) == canonical
    assert Duration.parse(canonical) == duration
    assert duration.words() == words


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1", "1D", "p1d", "P-1D", "P1.5D", "P0D", "P1H", "PT1D", "P1D ", "P٣D"]
)
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(InvalidInput):
        Duration.parse(text)


@pytest.mark.parametrize(
    ("text", "start", "later", "earlier"),
    [
        ("P1M", "2026-01-31 09:00", "2026-02-28 09:00", "2025-12-31 09:00"),
        ("P1M", "2024-03-31 09:00", "2024-04-30 09:00", "2024-02-29 09:00"),
        ("P1Y", "2024-02-29 09:00", "2025-02-28 09:00", "2023-02-28 09:00"),
        ("P14D", "2026-02-20 09:00", "2026-03-06 09:00", "2026-02-06 09:00"),
        ("PT25H", "2026-02-28 09:00", "2026-03-01 10:00", "2026-02-27 08:00"),
        ("P100Y", "9990-01-01 00:00", "9999-12-31 23:59:59", "9890-01-01 00:00"),
        ("P100Y", "0050-01-01 00:00", "0150-01-01 00:00", "0001-01-01 00:00"),
    ],
)
def test_a_duration_moves_a_moment(text, start, later, earlier):
    duration = Duration.parse(text)

    assert duration.after(at(start)) == at(later)
    assert duration.before(at(start)) == at(earlier)
