"""The fields of the editor that say how a badge is renewed, and what they say as facts.

What the form has no field for (caps, shared domains, further badges) stays as it was: the API may say more than people
do here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from app.issuing.achievement_facts import RenewalFacts
from app.stacking.cycles import Method

SCALARS = (
    "renewal_method", "renewal_grace_days", "renewal_reminder_days", "renewal_ce_unit", "renewal_ce_amount",
    "renewal_ce_percent", "renewal_ce_on_failed_audit",
)  # fmt: skip
BOXES = ("renewal_ce_carry_over", "renewal_ce_shared")
# Where in the facts -> the field that says it.
PLACES = {
    "method": "renewal_method",
    "grace_days": "renewal_grace_days",
    "reminder_days": "renewal_reminder_days",
    "unit": "renewal_ce_unit",
    "amount": "renewal_ce_amount",
    "in_domain_min_ratio": "renewal_ce_percent",
    "shared": "renewal_ce_shared",
    "on_failed_audit": "renewal_ce_on_failed_audit",
}


def field_of(place: Collection[int | str]) -> str:
    """The name of the field that a place in the facts comes from."""
    return next((PLACES[str(each)] for each in reversed(list(place)) if str(each) in PLACES), "renewal_method")


def shown(facts: RenewalFacts | None) -> tuple[dict[str, str], set[str]]:
    """The fields as text, and the boxes that are ticked; nothing where nothing is said of renewal."""
    if facts is None:
        return dict.fromkeys(SCALARS, ""), set()
    values = dict.fromkeys(SCALARS, "") | {
        "renewal_method": facts.method.value,
        "renewal_grace_days": str(facts.grace_days or ""),
        "renewal_reminder_days": ", ".join(map(str, facts.reminder_days)),
    }
    if (ce := facts.ce) is None:
        return values, set()
    values |= {"renewal_ce_unit": ce.unit, "renewal_ce_amount": str(ce.amount)}
    values["renewal_ce_on_failed_audit"] = ce.on_failed_audit or ""
    values["renewal_ce_percent"] = str((ce.in_domain_min_ratio * 100).normalize() + 0) if ce.in_domain_min_ratio else ""
    return values, {name for name, is_on in zip(BOXES, (ce.carry_over, ce.shared), strict=True) if is_on}


def stated(values: Mapping[str, str], ticked: Collection[str], before: RenewalFacts | None) -> dict[str, Any] | None:
    """What the fields say, as `AchievementFacts.renewal` takes it; None = nothing. Nothing is checked yet."""
    method = values["renewal_method"]
    if not method:
        return None
    found: dict[str, Any] = {"method": method}
    if values["renewal_grace_days"]:
        found["grace_days"] = values["renewal_grace_days"]
    if values["renewal_reminder_days"]:
        found["reminder_days"] = [each.strip() for each in values["renewal_reminder_days"].split(",") if each.strip()]
    if method == Method.CE:
        found["ce"] = _education(values, ticked, before)
    return found


def _education(values: Mapping[str, str], ticked: Collection[str], before: RenewalFacts | None) -> dict[str, Any]:
    kept = {} if before is None or before.ce is None else before.ce.model_dump(mode="json")
    for name in ("unit", "amount", "in_domain_min_ratio", "on_failed_audit"):
        kept.pop(name, None)
    kept |= {"carry_over": BOXES[0] in ticked, "shared": BOXES[1] in ticked}
    if not kept["shared"]:
        kept.pop("further", None)
    texts = {name: values[f"renewal_ce_{name}"].replace(",", ".") for name in ("amount", "percent")}
    kept |= {"unit": values["renewal_ce_unit"]} | ({"amount": texts["amount"]} if texts["amount"] else {})
    if values["renewal_ce_on_failed_audit"]:
        kept["on_failed_audit"] = values["renewal_ce_on_failed_audit"]
    if texts["percent"]:
        try:
            kept["in_domain_min_ratio"] = Decimal(texts["percent"]) / 100
        except InvalidOperation:
            kept["in_domain_min_ratio"] = texts["percent"]
    return kept
