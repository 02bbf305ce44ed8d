"""Each command that a document, the Dockerfile or compose names exists, and so does each path that they copy."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from app import cli

PROMISED_TARGETS = {"demo", "test", "check", "bench", "interop", "soak", "migrate", "fmt", "run"}


def make_targets(makefile: str) -> set[str]:
    """What can be made."""
    return set(re.findall(r"^([a-z-]+):(?!=)", makefile, re.MULTILINE))


def commands_in(text: str) -> list[list[str]]:
    """Commands in fenced, indented and inline code: `make …` and `lanyard …`, as words."""
    code = re.findall(r"`([^`\n]+)`", text) + re.findall(r"^(?: {4}|\t|\$ )(.+)$", text, re.MULTILINE)
    for block in re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        code += block.splitlines()
    found = []
    for line in code:
        command = re.match(r"(?:\$ )?(?:\S+=\S+ )*(?:\.venv/bin/)?((?:make|lanyard) [^#|&;]+)", line.strip())
        if command:
            found.append([word for word in command[1].replace("…", "").split() if word.isascii()])
    return found


def copied_from_checkout(dockerfile: str) -> list[str]:
    """The sources of each COPY that come from the checkout."""
    lines = re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE)
    return [source for line in lines for source in shlex.split(line)[:-1]]


def lanyard_commands_of(dockerfile: str, compose: str) -> set[str]:
    """The sub-commands of `lanyard` that containers start."""
    services = YAML(typ="safe").load(compose)["services"].values()
    commands = [service["command"] for service in services if "command" in service]
    commands += [re.findall(r'"([^"]+)"', line) for line in re.findall(r"^CMD (\[.*\])$", dockerfile, re.MULTILINE)]
    return {command[1] for command in commands if command[0] == "lanyard"}


def missing_pages(documents: dict[str, str], root: Path) -> list[str]:
    """Pages of the project that a document names or links to, and that are not there."""
    found = []
    for path, text in documents.items():
        named = [(root, page) for page in re.findall(r"`((?:docs|keys|bench)/[\w./-]+\.md)`", text)]
        named += [((root / path).parent, page) for page in re.findall(r"\]\((?!\w+:|#)([^)#\s]+)", text)]
        found += [f"{path} {page}" for folder, page in named if not (folder / page).exists()]
    return found


def is_lanyard_command(words: list[str]) -> bool:
    """Whether the program `lanyard` has a command: `keys rotate`, `issue --achievement X`."""
    command = cli.commands()
    for word in words:
        known: dict[str, Any] | None = getattr(command, "commands", None)  # None: what follows are arguments
        if known is None or word.startswith("-"):
            break
        if word not in known:
            return False
        command = known[word]
    return True


def test_make_help_lists_every_promised_target(root: Path):
    shown = subprocess.run(["make", "help"], cwd=root, capture_output=True, text=True, check=True).stdout  # noqa: S607 - make is on the PATH of whoever runs this

    assert set(re.findall(r"^  make (\w+)", shown, re.MULTILINE)) >= PROMISED_TARGETS


def test_every_make_command_of_the_documents_exists(root: Path, project_texts: dict[str, str]):
    targets = make_targets((root / "Makefile").read_text())
    documents = {path: text for path, text in project_texts.items() if path.endswith(".md") or path == ".ci/run"}
    named = {words[1] for text in documents.values() for words in commands_in(text) if words[0] == "make"}

    assert named
    assert {name for name in named if "=" not in name} - targets == set()


def test_every_lanyard_command_of_the_documents_exists(project_texts: dict[str, str]):
    documents = [text for path, text in project_texts.items() if path.endswith(".md")]
    named = [words[1:] for text in documents for words in commands_in(text) if words[0] == "lanyard"]

    assert len(named) > 5
    assert [words for words in named if not is_lanyard_command(words)] == []


def test_every_page_that_a_document_names_exists(root: Path, project_texts: dict[str, str]):
    documents = {path: text for path, text in project_texts.items() if path.endswith(".md")}

    assert missing_pages(documents, root) == []


def test_a_page_that_is_missing_is_found(root: Path):
    text = "See `docs/operating.md`, `docs/nowhere.md`, [this](CONTRIBUTING.md) and [that](docs/lost.md#here)."

    assert missing_pages({"README.md": text}, root) == ["README.md docs/nowhere.md", "README.md docs/lost.md"]


def test_containers_start_commands_that_exist(root: Path):
    commands = lanyard_commands_of((root / "Dockerfile").read_text(), (root / "compose.yaml").read_text())

    assert commands == {"serve", "worker", "migrate"}
    assert [name for name in commands if not is_lanyard_command([name])] == []


def test_a_command_that_lanyard_does_not_have_is_found():
    assert is_lanyard_command(["keys", "rotate", "acme"])
    assert not is_lanyard_command(["brew-coffee"])
    assert not is_lanyard_command(["keys", "lend"])


def test_the_image_copies_what_exists_and_what_the_build_may_see(root: Path):
    sources = copied_from_checkout((root / "Dockerfile").read_text())
    visible = {line.removeprefix("!") for line in (root / ".dockerignore").read_text().splitlines() if line[:1] == "!"}

    assert "migrations" in sources
    assert [source for source in sources if not (root / source).exists()] == []
    assert set(sources) == visible


def test_the_image_runs_as_an_ordinary_user_and_says_how_it_is(root: Path):
    last_stage = (root / "Dockerfile").read_text().rpartition("\nFROM ")[2]

    assert re.search(r"^USER (?!root|0)\w+$", last_stage, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK .*(\n +)?CMD .*/healthz", last_stage, re.MULTILINE)
    assert "LANYARD_SECRET" not in last_stage


def test_compose_migrates_before_anything_serves(root: Path):
    services = YAML(typ="safe").load((root / "compose.yaml").read_text())["services"]

    assert set(services) == {"web", "worker", "migrate", "postgres"}
    assert "migrate" in services["web"]["depends_on"]
    assert "migrate" in services["worker"]["depends_on"]
    assert services["web"]["environment"]["LANYARD_RUN_WORKER"] == "false"


def test_each_kind_of_wrong_command_is_found():
    text = "Run `make tea` or\n\n    lanyard dance --fast\n\n```sh\n.venv/bin/lanyard sing\n```\nto make sure.\n"

    assert [words[:2] for words in commands_in(text)] == [["make", "tea"], ["lanyard", "dance"], ["lanyard", "sing"]]
    assert copied_from_checkout("COPY a b ./\nCOPY --from=build /x /y\n") == ["a", "b"]
    assert lanyard_commands_of('CMD ["lanyard", "fly"]\n', "services: {web: {command: [lanyard, swim]}}") == {
        "fly",
        "swim",
    }
