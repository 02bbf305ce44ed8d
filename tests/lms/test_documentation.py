"""What the pages for LMS administrators show really works."""

import re
from pathlib import Path

import pytest

from app.lms import ADAPTERS
from app.lms.base import Completion

from .conftest import Letterbox

PAGES = Path(__file__).resolve().parents[2] / "docs/integrations"


def examples(adapter):
    return re.findall(r"```json\n(.*?)```", (PAGES / f"{adapter}.md").read_text(), re.DOTALL)


def test_every_adapter_has_a_page_for_administrators():
    assert {page.stem for page in PAGES.glob("*.md")} >= set(ADAPTERS)


# The settings with which the examples of a page can be read. A new page of JSON examples is one line here.
SETTINGS = {
    "generic": {"namespace": "lms.example.org"},
    "canvas": {"root_account_uuid": "RootAccountOfStAnna", "jwks_url": "https://keys.canvas.test/jwks"},
    "csv": {"namespace": "hr.example.org", "time_zone": "Europe/Vienna"},
    "cornerstone": {"auth_options": {"headers": ["X-Lanyard-Key"]}},
    "docebo": {},
    "thinkific": {},
    "moodle": {"host": "lms.example.org"},
    "openedx": {"host": "courses.example.org"},
    "scormcloud": {"app_id": "YOUR-APP-ID"},
}


@pytest.mark.parametrize(("adapter", "text"), [(adapter, text) for adapter in SETTINGS for text in examples(adapter)])
def test_every_example_is_read_as_a_completion_without_a_remark(adapter, text):
    completion = Letterbox(adapter, SETTINGS[adapter]).completion(text.encode())

    assert isinstance(completion, Completion)
    assert completion.notes == ()


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_that_is_known_is_explained(name):
    (problem,) = Letterbox(name, SETTINGS[name] | {"zzz": 1}).problems()
    known = problem.removesuffix(".").split("known are ")[1].split(", ")
    page = (PAGES / f"{name}.md").read_text()

    assert [setting for setting in known if f"`{setting}`" not in page] == []
