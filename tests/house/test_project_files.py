"""What is in the repository: tidy, small, and free of anybody's machine."""

from __future__ import annotations

import re

LARGEST_BYTES = 500_000
LARGEST_CATALOGUE_BYTES = 1_000_000  # of a language's sentences, one file each by the way of gettext
# Written in halves, so that the rule does not find itself.
MACHINE_PATHS = re.compile(r"/(?:wor" + r"k|home/\w+|Use" + r"rs/\w+)/|[.]libr" + r"ary/")
REGISTRIES = re.compile(
    r"--(?:extra-)?index-u" + r"rl|files\.pythonhos" + r'ted|"resolved": *"http|registry\.npm' + "js"
)
SECRETS = re.compile(r"-----BEGIN [A-Z ]*PRIV" + "ATE KEY-----")


def lines_with(pattern: re.Pattern[str], texts: dict[str, str]) -> list[str]:
    """Where a pattern stands."""
    return [
        f"{path}:{number}"
        for path, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def untidy_ends(texts: dict[str, str]) -> list[str]:
    """Files without exactly one newline at the end."""
    return [path for path, text in texts.items() if text and (not text.endswith("\n") or text.endswith("\n\n"))]


def too_large(files: dict[str, bytes]) -> list[str]:
    """Files that do not belong into a repository of source."""
    return [path for path, content in files.items() if len(content) > _largest(path)]


def _largest(path: str) -> int:
    return LARGEST_CATALOGUE_BYTES if path.endswith(".po") else LARGEST_BYTES


def test_no_file_names_a_folder_of_a_machine(project_texts: dict[str, str]):
    assert lines_with(MACHINE_PATHS, project_texts) == []


def test_no_file_names_a_package_registry(project_texts: dict[str, str]):
    assert lines_with(REGISTRIES, project_texts) == []


def test_no_private_key_is_in_the_repository(project_texts: dict[str, str]):
    assert lines_with(SECRETS, project_texts) == []


def test_every_text_ends_with_one_newline(project_texts: dict[str, str]):
    assert untidy_ends(project_texts) == []


def test_no_file_is_large(project_files: dict[str, bytes]):
    assert too_large(project_files) == []


def test_keys_data_and_results_are_ignored(project_files: dict[str, bytes]):
    private = ("keys/", "var/", "bench/results/", ".env")

    assert {path for path in project_files if path.startswith(private)} == {
        "keys/README.md",
        "bench/results/README.md",
        ".env.example",
    }


def test_each_fault_is_found():
    bad = {
        "a.md": "see /home/" + "eve/key",
        "b.txt": "no newline",
        "c.txt": "two\n\n",
        "d.md": "x --index-" + "url y\n",
    }

    assert lines_with(MACHINE_PATHS, bad) == ["a.md:1"]
    assert lines_with(REGISTRIES, bad) == ["d.md:1"]
    assert lines_with(SECRETS, {"k.pem": "-----BEGIN PRIV" + "ATE KEY-----\n"}) == ["k.pem:1"]
    assert untidy_ends(bad) == ["a.md", "b.txt", "c.txt"]
    assert too_large({"film.mp4": b"0" * 500_001, "es.po": b"0" * 500_001}) == ["film.mp4"]
