"""Completions survive being stored, digit by digit."""

import json
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.credentials.model import Evidence
from app.lms import ADAPTERS
from app.lms.base import (
    ActivityFacts,
    ActivityType,
    Completion,
    CompletionKind,
    LearnerFacts,
    LearningKind,
    MomentSource,
    Score,
    ScoreUnit,
)

moments = st.integers(946_684_800, 4_102_444_800).map(lambda seconds: datetime.fromtimestamp(seconds, tz=UTC))
maybe = st.none() | st.text(max_size=20)
numbers = st.none() | st.decimals(allow_nan=False, allow_infinity=False)
completions = st.builds(
    Completion,
    kind=st.sampled_from(CompletionKind),
    learning_kind=st.sampled_from(LearningKind),
    dedupe_key=st.text(max_size=40),
    event_id=maybe,
    learner=st.builds(LearnerFacts, st.text(), maybe, maybe, maybe, maybe, maybe, maybe, maybe),
    activity=st.builds(ActivityFacts, st.text(), st.text(), st.sampled_from(ActivityType), maybe, maybe),
    attempt_id=maybe,
    completed=st.none() | st.booleans(),
    passed=st.none() | st.booleans(),
    score=st.none()
    | st.builds(Score, numbers, numbers, numbers, numbers, maybe, st.none() | st.sampled_from(ScoreUnit)),
    occurred_at=moments,
    occurred_at_source=st.sampled_from(MomentSource),
    sent_at=st.none() | moments,
    evidence=st.lists(st.builds(Evidence, maybe, maybe, maybe, maybe, maybe), max_size=3).map(tuple),
    comment=maybe,
    notes=st.lists(st.text(max_size=9), max_size=3).map(tuple),
    index=st.integers(0, 99),
)


@given(completion=completions)
def test_a_completion_comes_back_from_json_exactly_as_it_was(completion):
    stored = json.loads(json.dumps(completion.to_dict()))
    back = Completion.from_dict(stored)

    assert back == completion
    assert repr(back) == repr(completion)  # 0.90 and 0.9 are equal and not the same


def test_trailing_zeros_and_exponents_of_a_score_are_kept():
    score = Score(Decimal("0.90"), Decimal("9E+1"), unit=ScoreUnit.PERCENT)

    assert score.to_dict() | {"x": None} == {
        "scaled": "0.90",
        "raw": "9E+1",
        "minimum": None,
        "maximum": None,
        "letter": None,
        "unit": "percent",
        "x": None,
    }
    assert Score.from_dict(score.to_dict()) == score


def test_a_completion_cannot_be_changed(source, item):
    with pytest.raises(FrozenInstanceError):
        source.completion(item()).kind = CompletionKind.FAILED


def test_every_adapter_has_a_name_a_title_schemes_and_a_page():
    for name, adapter in ADAPTERS.items():
        assert adapter.name == name
        assert adapter.title
        assert adapter.auth_schemes


def test_the_kinds_of_learning_are_those_that_records_must_keep():
    """SEED-02."""
    assert set(LearningKind) == {"course", "workshop", "on_the_job", "self_study", "other"}
