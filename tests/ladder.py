"""The pathway that many tests walk: two badges make a base, the base and one of two more make the top."""

from __future__ import annotations

from typing import Any

BASE: dict[str, Any] = {
    "id": "base",
    "name": "Base",
    "awards": "st-base",
    "condition": {"all_of": [{"credential": "bls"}, {"credential": "ipc"}]},
}
LADDER: dict[str, Any] = {
    "name": "Ladder",
    "description": "From the base to the top.",
    "stack_type": "vertical",
    "mode": "progressive",
    "on_component_loss": "suspend",
    "on_new_version": "grandfather",
    "grandfather_months": 18,
    "completion": "top",
}


def top(base: dict[str, str], *others: str) -> dict[str, Any]:
    """The step at the top: `base` names what is below it, and one of the `others` is needed beside."""
    condition = {"all_of": [base, {"any_of": [{"credential": each} for each in others]}]}
    return {"id": "top", "name": "Top", "level": 2, "awards": "st-top", "condition": condition}
