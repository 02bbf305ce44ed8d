"""Programs that others wrote, and what each says of a document: accepted or refused, and its own sentence.

They are called by the scripts of `../shared/tools/verify`, which this project does not contain: scripts and libraries
are set up in a folder of this user under the machine's temporary folder, once for each version of the scripts.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pytest

OLDEST_NODE = 20
SETTING_UP_SECONDS = 240
JUDGING_SECONDS = 60
MANY_AT_ONCE = Path(__file__).with_name("many_at_once.mjs")
SCHEMA = Path("conformance", "ob30", "ob_v3p0_achievementcredential_schema.json")


@dataclass(frozen=True, slots=True)
class Judge:
    """One program. What it looks at beside the form of the document, it must refuse when it is wrong."""

    name: str  # the library, as its package is called
    script: str
    forms: tuple[str, ...]
    options: tuple[str, ...] = ()
    looks_at: frozenset[str] = frozenset()  # of: signature, status, dates, rules

    @property
    def label(self) -> str:
        """The name in the table."""
        return self.name.removeprefix("@digitalcredentials/")

    def __str__(self) -> str:
        return self.script.partition(".")[0].removeprefix("verify_")


WITH_PROOF = ("json", "png")
EVERY_FORM = ("json", "jwt", "png")

DIGITAL_BAZAAR = Judge(
    "@digitalbazaar/vc", "verify_di.mjs", WITH_PROOF, looks_at=frozenset({"signature", "status", "dates"})
)
VERIFIER_CORE = Judge(
    "@digitalcredentials/verifier-core",
    "verify_core.mjs",
    WITH_PROOF,
    options=("--schema", "SCHEMA"),
    looks_at=frozenset({"signature", "status", "dates"}),
)
JOSE = Judge("jose", "verify_jwt.mjs", ("jwt",), looks_at=frozenset({"signature", "dates"}))
OPENBADGESLIB = Judge(
    "openbadgeslib",
    "verify_ob3.py",
    EVERY_FORM,
    options=("--status",),
    looks_at=frozenset({"signature", "status", "dates"}),
)
AJV = Judge("ajv", "verify_schema.mjs", EVERY_FORM, options=("SCHEMA",), looks_at=frozenset({"rules"}))
RULES_OF_1EDTECH = Judge("1EdTech rules", "lint_1edtech.mjs", EVERY_FORM, looks_at=frozenset({"rules", "dates"}))

# Of Open Badges 2.0, hosted and signed. The first is 1EdTech's own, and runs in an environment of its time.
OPENBADGES = Judge("openbadges", "verify_ob2.py", ("hosted", "signed"))
OPENBADGESLIB_2_0 = Judge("openbadgeslib", "verify_ob2_lib.py", ("hosted", "signed"), options=("--revocation",))

JUDGES_OF_2_0 = (OPENBADGES, OPENBADGESLIB_2_0)
JUDGES = (DIGITAL_BAZAAR, VERIFIER_CORE, JOSE, OPENBADGESLIB, AJV, RULES_OF_1EDTECH)


@dataclass(frozen=True, slots=True)
class Opinion:
    """A verdict, in the program's own words."""

    accepted: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Panel:
    """The programs, set up in `folder`."""

    folder: Path
    node: str
    schema: Path
    python_of_2_0: str = ""

    def ask(self, judge: Judge, files: Mapping[str, bytes], *more: str) -> dict[str, Opinion]:
        """What the program says of each file, by its name. `more` are further options of its script."""
        with tempfile.TemporaryDirectory() as scratch:
            for name, content in files.items():
                (Path(scratch) / name).write_bytes(content)
            opinions = self.ask_about(judge, [str(Path(scratch) / name) for name in files], *more)
        return dict(zip(files, opinions, strict=True))

    def ask_about(self, judge: Judge, inputs: Sequence[str], *more: str) -> list[Opinion]:
        """What the program says of files, or of what it fetches itself from addresses."""
        options = [*self.options(judge), *more]
        runner = MANY_AT_ONCE.with_suffix(Path(judge.script).suffix)
        wanted = json.dumps([[each, *options] for each in inputs])
        python = self.python_of_2_0 if judge is OPENBADGES else sys.executable
        said = json.loads(self.run(str(runner), judge.script, stdin=wanted, python=python))
        return [_opinion(judge, line) for line in said]

    def options(self, judge: Judge) -> list[str]:
        """What the judge's script is called with after its input."""
        return [str(self.schema) if option == "SCHEMA" else option for option in judge.options]

    def run(self, *arguments: str, stdin: str = "", python: str = sys.executable) -> str:
        """Run a program of Python or Node in the folder, which must end well; what it wrote."""
        program = python if arguments[0].endswith(".py") else self.node
        ended = subprocess.run(  # noqa: S603 - scripts that the tests name, on files that they wrote
            [program, *arguments],
            cwd=self.folder,
            env={**os.environ, "NO_PROXY": "*"},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=JUDGING_SECONDS,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def version_of(self, judge: Judge) -> str:
        """Which version of the library gave the verdicts; of the rules, whose they are."""
        if judge is RULES_OF_1EDTECH:
            return "(of the public validator 1.11.0, written anew)"
        if judge.name == OPENBADGESLIB.name:
            return version(judge.name)
        if judge is OPENBADGES:
            [described] = self.folder.glob("v2/lib/*/site-packages/openbadges-[0-9]*.dist-info")
            return described.stem.partition("-")[2]
        described = self.folder / "node_modules" / judge.name / "package.json"
        return str(json.loads(described.read_text())["version"])


def _opinion(judge: Judge, line: str) -> Opinion:
    found = re.match(r"(VALID|INVALID) ", line)
    # A program that broke down has not refused anything.
    assert found, f"{judge.script} gave no verdict: {line}"
    return Opinion(found[1] == "VALID", line)


def set_up(shared: Path, node: str) -> Panel:
    """The programs, ready to be asked. Skips with a sentence where they cannot be had; in CI that is a failure."""
    npm = shutil.which("npm")
    major = int(re.sub(r"\D*(\d+).*", r"\1", _output([node, "--version"]), flags=re.DOTALL))
    if npm is None or major < OLDEST_NODE:
        lacking(f"The independent verifiers need Node {OLDEST_NODE} or newer with npm; this is Node {major}")
    source, schema = shared / "tools" / "verify", shared / SCHEMA
    if not source.is_dir() or not schema.is_file():
        lacking("The folder ../shared has no tools/verify or no JSON Schema, so no independent verifier was asked")
    folder = _own_folder(_digest(source))
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one worker sets up, the others wait
        if not (folder / "ready").exists():
            _install(source, folder, str(npm))
            (folder / "ready").touch()
    return Panel(folder, node, schema)


def set_up_for_2_0(shared: Path) -> Panel:
    """The verifiers of Open Badges 2.0, which need no Node, but an environment with the libraries of their time."""
    source = shared / "tools" / "verify"
    if not source.is_dir():
        lacking("The folder ../shared has no tools/verify, so no verifier of Open Badges 2.0 was asked")
    folder = _own_folder(_digest(source))
    python = folder / "v2" / "bin" / "python"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "v2" / "ready").exists():
            _copy_scripts(source, folder)
            try:
                _output([sys.executable, "-m", "venv", "--clear", "v2"], cwd=folder)
                # The package asks for a library that can no longer be built; the list names what does instead.
                _output([str(python), "-m", "pip", "install", "--no-deps", "-r", "requirements-ob2.txt"], cwd=folder)
            except (subprocess.SubprocessError, OSError) as error:
                said = str(getattr(error, "stdout", None) or error).strip().splitlines()
                lacking(f"pip could not fetch the verifier of Open Badges 2.0, so it was not asked: {said[-1:]}")
            (folder / "v2" / "ready").touch()
    return Panel(folder, node="", schema=shared / SCHEMA, python_of_2_0=str(python))


def lacking(sentence: str) -> None:
    """Say what is missing: a skip on a developer's machine, a failure in CI."""
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


def _own_folder(digest: str) -> Path:
    """A folder that nobody else can write to: what lies in it is run."""
    folder = Path(tempfile.gettempdir()) / f"lanyard-interop-{os.getuid()}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    assert found.st_uid == os.getuid(), f"{folder} belongs to somebody else; remove it"
    assert found.st_mode & 0o777 == 0o700, f"{folder} is open to others; remove it"
    return folder


def _install(source: Path, folder: Path, npm: str) -> None:
    _copy_scripts(source, folder)
    try:
        # Where no registry answers, `install` would try for minutes before it says so.
        _output([npm, "view", "jose", "version", "--fetch-retries=0", "--fetch-timeout=20000"], cwd=folder)
        _output([npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"], cwd=folder)
    except (subprocess.SubprocessError, OSError) as error:
        said = [line for line in str(getattr(error, "stdout", None) or error).splitlines() if " code " not in line]
        lacking(f"npm could not fetch the independent verifiers, so none was asked: {' '.join(said[:2])[:300]}")


def _copy_scripts(source: Path, folder: Path) -> None:
    for file in _scripts(source):
        target = folder / file.relative_to(source)
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(file, target)


def _output(command: list[str], cwd: Path | None = None) -> str:
    """What a program writes. Raises SubprocessError."""
    return subprocess.run(  # noqa: S603 - node or npm with arguments of this file
        command,
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SETTING_UP_SECONDS,
        check=True,
    ).stdout


def _digest(source: Path) -> str:
    digest = hashlib.sha256()
    for file in _scripts(source):
        digest.update(str(file.relative_to(source)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _scripts(source: Path) -> list[Path]:
    return sorted(file for file in source.rglob("*") if file.is_file() and "node_modules" not in file.parts)
