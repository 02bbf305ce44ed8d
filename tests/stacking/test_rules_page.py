"""Every rule in docs/rules.md can be read, and says of every history there what the page says that it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.stacking import rules
from tests.stacking.rule_builders import BLS, fact, held, judge

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"
BLOCK = re.compile(r"^```(yaml|history)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
AWARD = re.compile(r"award (\S+) until (\S+) for (\S+)")


def blocks() -> list[tuple[str, str]]:
    return [(kind, text) for kind, text in BLOCK.findall(PAGE.read_text(encoding="utf-8"))]


def examples() -> list[tuple[str, str]]:
    """Each history with the rule above it."""
    found, rule = [], ""
    for kind, text in blocks():
        if kind == "yaml":
            rule = text
        else:
            found.append((rule, text))
    return found


@pytest.mark.parametrize(
    "text", [text for kind, text in blocks() if kind == "yaml"], ids=lambda text: text[:30].strip()
)
def test_every_rule_of_the_page_can_be_read_and_stored(text):
    rule = rules.read(text if "match:" in text else BLS + text)

    assert rules.read(rules.to_dict(rule)) == rule


@pytest.mark.parametrize(("rule", "history"), examples(), ids=[text.splitlines()[-1] for _, text in examples()])
def test_every_history_of_the_page_is_judged_as_the_page_says(rule, history):
    *lines, answer = history.strip().splitlines()
    decision, _, sentence = answer.removeprefix("= ").partition(": ")
    facts = {}
    for line in lines:
        if not line.startswith("award"):
            when, kind, activity, *score = line.split()
            facts[activity, kind] = fact(
                kind, when, of=activity, score=score[0] if score else None, source_name="moodle"
            )
    awards = [
        held(awarded, facts[activity, "passed"], until=f"{until} 23:59:59", score="0.9")
        for awarded, until, activity in AWARD.findall(history)
    ]

    verdict = judge(rule, *facts.values(), awards=awards)

    assert (verdict.decision, verdict.sentence) == (decision, sentence)


def test_the_page_has_examples():
    assert len(examples()) >= 12


def test_the_page_names_every_member_of_a_rule():
    table = PAGE.read_text(encoding="utf-8")

    assert [name for name in rules.reading.MEMBERS if f"| `{name}` |" not in table] == []
