"""What the pages for LMS administrators show really works."""

import re
from pathlib import Path

import pytest

from app.lms import ADAPTERS
from app.lms.base import Completion

PAGES = Path(__file__).resolve().parents[2] / "docs/integrations"


def examples(adapter):
    return re.findall(r"```json\n(.*?)```", (PAGES / f"{adapter}.md").read_text(), re.DOTALL)


def test_every_adapter_has_a_page_for_administrators():
    assert {page.stem for page in PAGES.glob("*.md")} >= set(ADAPTERS)


@pytest.mark.parametrize(
    ("adapter", "text"), [(adapter, text) for adapter in ("generic", "canvas") for text in examples(adapter)]
)
def test_every_example_is_read_as_a_completion_without_a_remark(source, canvas, adapter, text):
    box = {"generic": source, "canvas": canvas}[adapter]
    completion = box.completion(text.encode())

    assert isinstance(completion, Completion)
    assert completion.notes == ()


@pytest.mark.parametrize("name", ["generic", "canvas"])
def test_every_setting_that_is_known_is_explained(source, canvas, name):
    box = {"generic": source, "canvas": canvas}[name]
    box.settings = {**box.settings, "zzz": 1}
    (problem,) = box.problems()
    known = problem.removesuffix(".").split("known are ")[1].split(", ")
    page = (PAGES / f"{name}.md").read_text()

    assert [setting for setting in known if f"`{setting}`" not in page] == []
