"""The operator's terminal: `lanyard …` run in this process, in a folder of the test, with settings of its own."""

from __future__ import annotations

import io
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from app import cli

SECRET = "a secret of the tests, and of nothing else"
CATALOG = """\
organizations:
  - {id: org-st-anna, name: St. Anna, url: "https://st-anna.example"}
frameworks:
  - {id: fw, name: Skills, url: "https://st-anna.example/skills", ships_data: true}
skills:
  - {id: sk-cpr, name: Basic life support}
credentials:
  - id: bls
    kind: micro
    name: Basic Life Support
    abbreviation: BLS
    issuer: org-st-anna
    description: Keeps somebody alive until help comes.
    criteria: Pass the practical examination.
    skills: [{skill: sk-cpr, level: 3}]
    assessment: observed
pathways: []
"""


@dataclass(frozen=True)
class Said:
    """What a command answered with."""

    code: int
    out: str
    err: str

    @property
    def last_line(self) -> str:
        """The last line of the output."""
        return self.out.strip().splitlines()[-1]


@dataclass
class Terminal:
    """`terminal("issuer", "list")` runs `lanyard issuer list` in the folder of the test."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *words: str | Path, stdin: bytes = b"") -> Said:
        """Run a command to its end."""
        self.capsys.readouterr()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["lanyard", *map(str, words)])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
            with pytest.raises(SystemExit) as ended:
                cli.main()
        captured = self.capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int | None)
        return Said(code or 0, captured.out, captured.err)

    def good(self, *words: str | Path, stdin: bytes = b"") -> str:
        """Run a command that must end well; its output."""
        said = self(*words, stdin=stdin)
        assert said.code == 0, said.err
        return said.out

    def refused(self, *words: str | Path, stdin: bytes = b"") -> str:
        """Run a command that must end with exit code 1 and a sentence, not with a traceback; what it said."""
        said = self(*words, stdin=stdin)
        assert said.code == 1, said
        assert "Traceback" not in said.err + said.out
        return said.err


def settings_of(folder: Path) -> dict[str, str]:
    """The environment of an operator whose service lives in a folder."""
    return {
        "LANYARD_MODE": "development",
        "LANYARD_SECRET": SECRET,
        "LANYARD_PUBLIC_BASE_URL": "http://badges.test",
        "LANYARD_DATABASE_URL": f"sqlite:///{folder}/lanyard.sqlite3",
        "LANYARD_KEYS_DIR": str(folder / "keys"),
        "LANYARD_VAR_DIR": str(folder / "var"),
        "LANYARD_RUN_WORKER": "false",
    }


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal before anything was set up: there is no database yet."""
    monkeypatch.chdir(tmp_path)
    for name, value in settings_of(tmp_path).items():
        monkeypatch.setenv(name, value)
    return Terminal(tmp_path, capsys)


@pytest.fixture
def academy(terminal: Terminal, _set_up: Path) -> Terminal:
    """A terminal with the issuer `st-anna`, its keys, and the published achievement `bls`."""
    shutil.copyfile(_set_up / "lanyard.sqlite3", terminal.folder / "lanyard.sqlite3")
    shutil.copytree(_set_up / "keys", terminal.folder / "keys")
    return terminal


@pytest.fixture(scope="session")
def _set_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("academy")
    (folder / "catalog.yaml").write_text(CATALOG)
    commands = (["migrate"], ["catalog", "import", str(folder / "catalog.yaml")], ["keys", "new", "st-anna"])
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings_of(folder).items():
            patch.setenv(name, value)
        for words in commands:
            patch.setattr(sys, "argv", ["lanyard", *words])
            with pytest.raises(SystemExit) as ended:
                cli.main()
            assert not ended.value.code
    return folder
