"""Rules as text again: whatever was read is written so that it reads as the same rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.stacking import rules as language

DOCS = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
WHOLE = [text for text in re.findall(r"```yaml\n(.*?)```", DOCS, re.DOTALL) if re.search(r"^(badge|match):", text)]
RULES = [text for text in WHOLE if "connections" not in text and "combine: {all_of: [a1, {any_of" not in text]


@pytest.mark.parametrize("text", RULES, ids=range(len(RULES)))
def test_each_rule_of_the_documentation_reads_as_the_same_rule_again(text: str):
    rule = language.read(text)

    assert language.read(language.to_yaml(language.to_dict(rule))) == rule


@pytest.mark.parametrize(
    "activity_id", ["565", "0565", "1e3", "2026-01-01", "yes", "null", "ü: # x", "a\u0301", "'", '"', "- x"]
)
def test_an_id_stays_the_text_that_it_is(activity_id: str):
    values = {"match": {"activities": [activity_id]}}

    (activity,) = language.read(language.to_yaml(values)).match.activities

    assert activity.id == activity_id
