"""Renewal policies of a file: how long a credential is good, and how it is renewed."""

from __future__ import annotations

from typing import Any

from app.issuing.catalog.lines import Entry, number, plain
from app.issuing.catalog.reading.file import CatalogFile


def validity(file: CatalogFile, entry: Entry) -> dict[str, Any] | None:
    """How long a credential is good: as it states itself, or by its policy; None = neither says anything."""
    if entry.get("validity") is not None:
        return stated if isinstance(stated := plain(entry.get("validity")), dict) else {"kind": stated}
    found = policy(file, entry)
    if found is None:
        return None
    months = found.get("cycle_months")
    if months is None:
        return {"kind": "none"}
    return {"kind": "months", "amount": plain(months), "end_of_month": bool(found.get("end_of_month"))}


def policy(file: CatalogFile, entry: Entry) -> Entry | None:
    """The policy that a credential names. An unknown one is a problem."""
    name = file.refer(entry, "renewal", "renewal_policies")
    return None if name is None else file.tables["renewal_policies"][name]


def renewal(file: CatalogFile, entry: Entry) -> dict[str, Any] | None:
    """How a credential is renewed; None = its policy says nothing of that, or it names none."""
    found = policy(file, entry)
    if found is None or found.get("cycle_months") is None:
        return None
    said = {name: plain(found.get(name)) for name in ("grace_days", "reminder_days", "method")}
    asked = plain(found.get("ce"))
    if isinstance(asked, dict):
        file.refer(found, "ce", "ce_units", name=str(asked.get("unit")))
        numbers = {name: number(asked[name]) for name in ("amount", "in_domain_min_ratio") if name in asked}
        said["ce"] = {**asked, **numbers}
    return {name: value for name, value in said.items() if value is not None} or None
