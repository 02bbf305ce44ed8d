"""What is wrong with a field, in a sentence to stand beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.web.languages import gettext as _
from app.web.languages import marked
from app.web.staff.achievements import renewal_fields, translation_fields

_ROWS = {"skills": "skill", "continuing_education": "credit", "result_descriptions": "result"}
_ADDRESSES = ("url", "criteria_url")
# Kind of mistake -> which fact says the limit, and the sentence.
_LIMITS = {
    "string_too_long": ("max_length", marked("This has at most %(number)s characters.")),
    "too_long": ("max_length", marked("There can be at most %(number)s of these.")),
    "greater_than_equal": ("ge", marked("This is %(number)s or more.")),
    "less_than_equal": ("le", marked("This is %(number)s or less.")),
}


# What a model says of facts that do not go together -> how that is said here.
_RULES = {
    "control characters": marked("This holds a character that cannot be seen. Type it anew."),
    "same day are one": marked("Two reminders on the same day are one."),
    "language of the achievement already": marked("This is the language that is signed; the texts above are in it."),
    "no text of the criteria": marked("There is no text of the criteria above that this could be a translation of."),
    "cannot be carried over": marked("Units that count for several badges cannot be carried over as well."),
}


def field_of(place: tuple[int | str, ...], *, validity_kind: str, translations: Sequence[dict[str, str]] = ()) -> str:
    """The name of the field that a place in the facts comes from; `translations` are the rows of other languages."""
    top, *below = place
    if top in _ROWS:
        index, name = (*below, 0, "name")[:2] if below else (0, "name")
        return f"{_ROWS[str(top)]}-{index}-{name if isinstance(name, str) else 'name'}"
    if top == "validity":
        name = str(below[0]) if below else ("until" if validity_kind == "fixed_date" else "amount")
        return f"validity_{name}"
    if top in {"renewal", "translations"}:
        is_renewal = top == "renewal"
        return renewal_fields.field_of(below) if is_renewal else translation_fields.field_of(below, translations)
    if top == "price":
        return f"price_{below[0] if below else 'amount'}"
    if top == "drawing" and below:
        return str(below[0])
    return str(top)


def sentence_of(name: str, kind: str, facts: dict[str, Any]) -> str:
    """What is wrong, by the field and by the kind of mistake that the model found."""
    last = name.rpartition("-")[2]
    if kind in _LIMITS:
        limit, sentence = _LIMITS[kind]
        return _(sentence, number=facts.get(limit, ""))
    match kind:
        case "missing" | "string_too_short":
            sentence = _needed(last)
        case "string_pattern_mismatch":
            sentence = _pattern(last)
        case "value_error":
            sentence = _value(last, str(facts.get("error", "")))
        case "enum" | "literal_error":
            sentence = _("Choose one from the list.")
        case _ if kind.startswith("date"):
            sentence = _("This is no date. Write it as year, month and day: 2027-06-30.")
        case _:
            sentence = _("This is no number. Write it with digits, such as 12 or 1.5.")
    return sentence


def _needed(last: str) -> str:
    sentences = {
        "name": _("Give it a name."),
        "abbreviation": _("Give it an abbreviation."),
        "description": _("Describe it in a sentence or two."),
        "url": _("Say at which address the skill is described: Open Badges asks for one."),
        "unit": _("Say what the amount is counted in, such as ANCC contact hours."),
        "amount": _("Say how many."),
        "price_amount": _("Say how much; 0 is free of charge."),
        "price_currency": _("Say in which currency, such as USD."),
        "renewal_ce_unit": _("Say of which unit, by its short name, such as contact-hour."),
        "renewal_ce_amount": _("Say how many a cycle asks for."),
    }
    return sentences.get(last, _("This is needed."))


def _pattern(last: str) -> str:
    if last in {"language", "tag"}:
        return _("A language is written as a tag, such as en, es or pt-BR.")
    if last == "price_currency":
        return _("A currency is written as three letters, such as USD or EUR.")
    if last in {"fill", "accent"}:
        return _("A colour is written as # and six digits, such as #0b4f6c.")
    return _("This has characters that do not belong here.")


def _value(last: str, found: str) -> str:
    for words, sentence in _RULES.items():
        if words in found:
            return _(sentence)
    if last in _ADDRESSES:
        return _("An address begins with https:// and holds no blanks.")
    if last == "validity_until":
        return _("Say until which date it is good.")
    if last == "validity_amount":
        return _("Say for how many days or months it is good.")
    return _("This cannot be read.")
