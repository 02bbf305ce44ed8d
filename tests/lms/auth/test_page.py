"""What the page about authentication shows really works, and it leaves no scheme and no option out."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.lms import ADAPTERS, auth
from app.lms.auth import networks, signatures
from app.lms.base import SourceConfig

FOLDER = Path(__file__).resolve().parents[3] / "docs/integrations"
PAGE = (FOLDER / "authentication.md").read_text()
EXAMPLES = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]


def test_every_scheme_has_its_section():
    assert set(re.findall(r"^### `(\w+)`$", PAGE, re.MULTILINE)) == set(auth.SCHEMES)


def test_every_scheme_but_that_of_canvas_has_an_example_of_its_settings():
    assert {example["auth"] for example in EXAMPLES} == set(auth.MENU)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["auth"])
def test_every_example_is_good_for_a_source(example):
    assert auth.settings_problems(example, auth.MENU) == []
    assert ADAPTERS["generic"].check_settings({"namespace": "lms.example.org", **example}) == []


def test_every_option_is_explained():
    problems = auth.settings_problems({"auth": "hmac", "auth_options": {"header": "x", "zzz": 1}}, auth.MENU)
    known = problems[0].removesuffix(".").split("known are ")[1].split(", ")

    assert [name for name in (*known, networks.ACCEPT, "networks", "headers", "path") if f"`{name}`" not in PAGE] == []
    assert [template for template in signatures.TEMPLATES if f"`{template}`" not in PAGE] == []


@pytest.mark.parametrize("name", ["moodle", "openedx", "scormcloud"])
def test_the_page_of_an_adapter_names_each_of_its_schemes_and_leads_here(name):
    page = (FOLDER / f"{name}.md").read_text()

    assert [scheme for scheme in ADAPTERS[name].auth_schemes if f"`{scheme}`" not in page] == []
    assert "(authentication.md)" in page


def test_the_line_for_tool_trigger_is_read_once_moodle_has_filled_it_in():
    (line,) = re.findall(r"```text\n(event=.*?)\n```", (FOLDER / "moodle.md").read_text())
    filled = re.sub(r"\{\w+\}", "1772446501", line).replace("user_email=1772446501", "user_email=a%40hospital.test")
    adapter = ADAPTERS["moodle"]
    config = SourceConfig("moodle", {"host": "lms.example.org"})
    (item,) = adapter.parse(filled.encode(), config, received_at=datetime(2026, 3, 3, tzinfo=UTC))
    assert (item.learner.email, item.activity.source_id, item.notes) == ("a@hospital.test", "1772446501", ())
