"""The operating guide lists every setting as the code has it, and each variable that a document names exists."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType

import pytest

from app.settings import Settings

VARIABLES = {f"LANYARD_{name.upper()}" for name in Settings.model_fields}


def unknown_variables(texts: dict[str, str]) -> list[str]:
    """Variables of ours that no setting reads."""
    return [
        f"{path} {name}"
        for path, text in texts.items()
        for name in sorted(set(re.findall(r"\bLANYARD_[A-Z0-9_]*[A-Z0-9]\b(?!_)", text)) - VARIABLES)
    ]


@pytest.fixture(scope="module")
def settings_table(load_tool: Callable[[str], ModuleType]) -> ModuleType:
    return load_tool("settings_table")


def test_the_table_of_settings_is_the_one_of_the_code(settings_table: ModuleType):
    guide = settings_table.GUIDE.read_text()

    assert guide == settings_table.with_table(guide), "run `make fmt`"


def test_a_table_that_was_edited_by_hand_is_found(settings_table: ModuleType):
    guide = settings_table.GUIDE.read_text().replace("`8321`", "`80`")

    assert guide != settings_table.with_table(guide)


def test_every_variable_that_a_document_names_is_a_setting(project_texts: dict[str, str]):
    documents = {
        path: text
        for path, text in project_texts.items()
        if path.endswith((".md", "Dockerfile", "compose.yaml", ".env.example", "Makefile"))
    }

    assert "compose.yaml" in documents
    assert unknown_variables(documents) == []


def test_a_variable_that_nothing_reads_is_found():
    assert unknown_variables({"README.md": "LANYARD_PORT and LANYARD_COLOUR=red"}) == ["README.md LANYARD_COLOUR"]
