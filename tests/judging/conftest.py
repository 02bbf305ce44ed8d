"""A service that judges, a world of strangers around it, and a neighbour with a real badge."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import service as services
from app.judging.desk import Desk
from app.service import Service
from app.settings import Settings
from tests import neighbour as neighbours
from tests.neighbour import Neighbour
from tests.strangers import Strangers, strangers


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Strangers]:
    with strangers(tmp_path, "neighbour.example", "evil.example", "pages.example") as opened:
        yield opened


@pytest.fixture
def neighbour(settings: Settings, tmp_path: Path, _sqlite_template: Path, world: Strangers) -> Iterator[Neighbour]:
    file = tmp_path / "neighbour.sqlite3"
    shutil.copyfile(_sqlite_template, file)
    with neighbours.neighbour(settings, f"sqlite:///{file}", tmp_path / "neighbour") as opened:
        world.hosts[neighbours.HOST] = opened.answer
        yield opened


@pytest.fixture
def service(settings: Settings, sqlite_url: str) -> Iterator[Service]:
    built = services.build(settings.model_copy(update={"database_url": sqlite_url}))
    yield built
    built.close()


@pytest.fixture
def desk(service: Service, world: Strangers) -> Iterator[Desk]:
    opened = Desk(service, world.network())
    yield opened
    opened.close()
