"""What a test of others' data does where the data are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import beside as module
from tests.beside import beside


def test_without_the_folder_a_developers_run_skips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "SHARED", tmp_path / "shared")
    monkeypatch.delenv("CI", raising=False)

    with pytest.raises(pytest.skip.Exception, match=r"\.\./shared"):
        beside("conformance")


def test_without_the_folder_ci_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "SHARED", tmp_path / "shared")
    monkeypatch.setenv("CI", "true")

    with pytest.raises(pytest.fail.Exception, match="CI needs it"):
        beside("conformance")


@pytest.mark.parametrize("ci", ["", "true"])
def test_a_part_that_is_not_in_the_folder_is_a_failure_everywhere(
    ci: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "conformance").mkdir()
    monkeypatch.setattr(module, "SHARED", tmp_path)
    monkeypatch.setenv("CI", ci)

    assert beside("conformance") == tmp_path / "conformance"
    with pytest.raises(pytest.fail.Exception, match="holds no conformance/renamed"):
        beside("conformance", "renamed")
