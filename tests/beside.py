"""The folder `shared` beside the checkout: official vectors, others' fixtures and independent verifiers.

Where the folder is not, tests of it skip with a sentence; CI has it, so its absence is a failure there. Where only a
part of it is not, that is a failure everywhere: a part that was renamed would else never be tested again.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def beside(*parts: str) -> Path:
    """The path of a part of `shared`, which is there; skips or fails as the module says."""
    if not SHARED.is_dir():
        sentence = "The folder ../shared (official vectors and independent verifiers) is not beside this checkout"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{sentence}, and CI needs it")
        pytest.skip(sentence)
    found = SHARED.joinpath(*parts)
    if not found.exists():
        pytest.fail(f"The folder ../shared is here, but holds no {'/'.join(parts)}")
    return found
