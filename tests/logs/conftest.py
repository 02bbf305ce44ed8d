"""Everything that is logged while a test runs, through the real pipe."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from app import logs
from app.settings import Settings


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"log_level": "debug"})


@pytest.fixture
def written(settings: Settings) -> Iterator[io.StringIO]:
    """Everything that is logged while the test runs."""
    stream = io.StringIO()
    levels = {name: logging.getLogger(name).level for name in ("", "app", "uvicorn")}
    logs.configure(settings, stream=stream)
    yield stream
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture
def line(written: io.StringIO) -> Callable[..., dict[str, Any]]:
    """Log one line with these facts and read it back."""

    def line(event: str = "something happened", **facts: Any) -> dict[str, Any]:
        structlog.get_logger("app.test").info(event, **facts)
        return dict(json.loads(written.getvalue().splitlines()[-1]))

    return line
