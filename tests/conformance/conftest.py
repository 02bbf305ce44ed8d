"""Where the vectors of others lie, and the builders of the workshop's own tests."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

_BUILDERS = Path(__file__).resolve().parents[1] / "credentials" / "conftest.py"
_spec = importlib.util.spec_from_file_location("workshop_builders", _BUILDERS)
assert _spec is not None
assert _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = _module
_spec.loader.exec_module(_module)

make_issuer = _module.make_issuer
make_achievement = _module.make_achievement
make_recipient = _module.make_recipient
make_award = _module.make_award
make_status_list = _module.make_status_list
make_signing_keys = _module.make_signing_keys
signing_keys = _module.signing_keys


@pytest.fixture(scope="session")
def conformance(shared: Path) -> Path:
    """The folder of vectors that nobody here wrote."""
    return shared / "conformance"
