"""The folder that `lanyard export` writes, at the old addresses behind `python -m http.server`.

Lanyard is gone, and the verifiers of others find everything that they need: they accept what is true, and refuse what
was changed or withdrawn.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from app.cli.export import write_copy

from . import running_lanyard, tampering
from .foreign_verifiers import DIGITAL_BAZAAR, JOSE, OPENBADGESLIB, VERIFIER_CORE, Judge, Panel
from .running_lanyard import RunningLanyard

# What a server of files cannot do is choose a form by `Accept`: the list at its address is the one with a proof inside.
LIST_WITH_A_PROOF = {OPENBADGESLIB: ("--unsigned-list",)}
JUDGES = (DIGITAL_BAZAAR, VERIFIER_CORE, OPENBADGESLIB)
GOOD = ("good", "named", "early", "resigned", "refreshing")
ENDED = ("revoked", "expired")


@contextmanager
def served(folder: Path, port: int) -> Iterator[None]:
    """A server of files, and of nothing else."""
    server = subprocess.Popen(  # noqa: S603 - Python's own
        [sys.executable, "-m", "http.server", "--bind", "localhost", "--directory", str(folder), str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        server.terminate()
        server.wait(running_lanyard.PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningLanyard, Path]]:
    """What a Lanyard published, and the folder of it that is served at its addresses since it was switched off."""
    folder = tmp_path_factory.mktemp("copied") / "copy"
    with running_lanyard.running(folder.parent / "lanyard-home") as lanyard:
        write_copy(lanyard.service, folder)
    folder /= "site"
    address = urlsplit(lanyard.base_url)
    assert address.port is not None
    with served(folder, address.port):
        _wait(lanyard.base_url)
        yield lanyard, folder


def _wait(base_url: str) -> None:
    end = time.monotonic() + running_lanyard.PATIENCE_SECONDS
    while time.monotonic() < end:
        try:
            assert httpx.get(f"{base_url}/index.html", trust_env=False).is_success
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("The server of files does not answer")


def opinions(panel: Panel, judge: Judge, files: dict[str, bytes]) -> dict[str, bool]:
    said = panel.ask(judge, files, *LIST_WITH_A_PROOF.get(judge, ()))
    return {name: opinion.accepted for name, opinion in said.items()}


@pytest.mark.parametrize("judge", JUDGES, ids=str)
def test_verifiers_of_others_accept_what_was_good(copied, panel: Panel, judge: Judge):
    lanyard, _ = copied
    files = lanyard.files(GOOD, judge.forms)

    assert opinions(panel, judge, files) == dict.fromkeys(files, True)


@pytest.mark.parametrize("judge", JUDGES, ids=str)
def test_they_refuse_what_was_withdrawn_or_has_ended(copied, panel: Panel, judge: Judge):
    lanyard, _ = copied
    files = lanyard.files(ENDED, judge.forms)

    assert opinions(panel, judge, files) == dict.fromkeys(files, False)


@pytest.mark.parametrize("judge", [*JUDGES, JOSE], ids=str)
def test_they_refuse_what_was_changed_in_the_folder(copied, panel: Panel, judge: Judge):
    lanyard, _ = copied
    files = {
        name: tampering.changed(name.rpartition(".")[2], content, tampering.another_letter)
        for name, content in lanyard.files(("good",), judge.forms).items()
    }

    assert opinions(panel, judge, files) == dict.fromkeys(files, False)


@pytest.mark.parametrize("judge", [DIGITAL_BAZAAR, OPENBADGESLIB], ids=str)
def test_they_refuse_a_withdrawn_badge_also_when_somebody_took_the_list_away(copied, panel: Panel, judge: Judge):
    lanyard, folder = copied
    files = lanyard.files(("revoked", "good"), ("json",))
    path = folder / lanyard.list_url("revoked").removeprefix(f"{lanyard.base_url}/")
    true = path.read_bytes()
    path.unlink()
    try:
        assert opinions(panel, judge, files) == dict.fromkeys(files, False)
    finally:
        path.write_bytes(true)


def test_every_document_answers_with_its_bytes(copied):
    lanyard, folder = copied

    assert lanyard.get(f"{lanyard.issuer_url}/did.json") == (folder / "issuers/st-anna/did.json").read_bytes()
    assert lanyard.file("good", "json") == (folder / f"b/{lanyard.badges['good'].rpartition('/')[2]}.json").read_bytes()
