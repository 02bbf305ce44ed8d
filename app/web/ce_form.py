"""The form of an entry of continuing education, for its holder and for staff: what was typed, as the ledger has it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

from app.errors import InvalidInput
from app.issuing.renewals import ledger
from app.web.forms import Form
from app.web.languages import gettext as _

FIELDS = (
    "learner", "title", "activity_date", "amount", "unit", "domain", "activity_type", "evidence_url", "evidence_text",
)  # fmt: skip


def stated(form: Form) -> ledger.Stated:
    """What the form says. Raises InvalidInput, with the field, for an amount or a day that is none."""
    return ledger.Stated(
        title=form.text("title", most=200),
        unit=form.text("unit", most=80),
        amount=amount(form),
        activity_date=day(form, "activity_date"),
        domain=form.optional("domain", most=80),
        activity_type=form.optional("activity_type", most=80),
        evidence_url=form.optional("evidence_url", most=2_000),
        evidence_text=form.optional("evidence_text", most=20_000),
    )


def amount(form: Form) -> Decimal:
    """The field `amount`; a comma stands for a point. Raises InvalidInput."""
    try:
        return Decimal(form.text("amount", most=20).replace(",", "."))
    except InvalidOperation as error:
        raise InvalidInput(_("An amount is a number such as 2.5"), pointer="/amount") from error


def day(form: Form, name: str) -> date:
    """A field that holds a day. Raises InvalidInput."""
    try:
        return date.fromisoformat(form.text(name, most=10))
    except ValueError as error:
        said = _("A day is written as year, month and day: 2026-11-24")
        raise InvalidInput(said, pointer=f"/{name}") from error


def given(form: Form | None) -> dict[str, str]:
    """What stands in each field, for showing the form again."""
    return {name: form.fields.get(name, [""])[-1] if form is not None else "" for name in FIELDS}
