"""A second database for what an export comes to."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.db import Database
from app.issuing import issuers
from app.issuing.office import Office
from tests.issuing.conftest import Desk


@pytest.fixture
def other_desk(tmp_path: Path, _sqlite_template: Path, office: Office) -> Iterator[Desk]:
    """A desk of a database in which nothing is but an issuer of another name."""
    file = tmp_path / "another.sqlite3"
    shutil.copyfile(_sqlite_template, file)
    opened = Database(f"sqlite:///{file}")
    with opened.write() as session:
        issuer = issuers.create(session, slug="st-bruno", name="St. Bruno", url="https://bruno.example", actor="cli")
    yield Desk(opened, office, issuer)
    opened.dispose()
