"""Conditions of pathways in the reader's language, as phrases without a full stop: "BLSS, IPES and at least 2 of …"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from babel.lists import format_list

from app.stacking.conditions import (
    AllOf,
    AnyOf,
    Condition,
    HasCredential,
    HasNode,
    HasSkill,
    Measure,
    MinSum,
    NOf,
    leaves,
)
from app.stacking.world import CreditTransfer, Equivalence, Pathway, World
from app.web import words
from app.web.languages import gettext as _
from app.web.languages import ngettext


def said(world: World, stated: Condition, pathway: Pathway | None = None) -> str:
    """What a condition asks for; credentials by their abbreviations, steps of the pathway by their names."""
    match stated:
        case HasCredential(credential, ever):
            label = world.label(credential)
            found = _("%(name)s (also one that has ended)", name=label) if ever else label
        case HasNode(node):
            known = pathway.by_id.get(node) if pathway else None
            found = _("the step “%(name)s”", name=known.name if known else node)
        case HasSkill(skill, at_least):
            name = world.skills[skill].name if skill in world.skills else skill
            found = _("%(skill)s: %(level)s or higher", skill=name, level=words.level(at_least))
        case AllOf(of):
            found = _listed((_inner(world, each, pathway) for each in of), "standard")
        case AnyOf(of):
            found = _listed((_inner(world, each, pathway) for each in of), "or")
        case NOf(n, of):
            names = ", ".join(_inner(world, each, pathway) for each in of)
            found = _("at least %(number)s of %(names)s", number=n, names=names)
        case MinSum(_measure, at_least, of):
            names = ", ".join(map(world.label, of))
            found = _("at least %(amount)s from %(names)s", amount=_amount(stated, at_least), names=names)
    return found


def names_in(stated: Condition) -> tuple[str, ...]:
    """The credentials that a condition names, each once, in its order."""
    return tuple(dict.fromkeys(_names(stated)))


def equivalence(world: World, each: Equivalence) -> str:
    """What counts as what, and for how long, as a sentence."""
    pair = {"one": _whole(world, each.source), "other": _whole(world, each.target)}
    found = [_("%(one)s and %(other)s count as each other.", **pair) if each.both else _counts(pair)]
    if each.max_age_months is not None:
        months = ngettext("%(num)s month", "%(num)s months", each.max_age_months)
        found.append(_("It must not be older than %(length)s.", length=months))
    if each.valid_until is not None:
        found.append(_("This is so until %(date)s.", date=words.day_of(each.valid_until)))
    return " ".join(found)


def transfer(world: World, each: CreditTransfer, *, alone: str | None = None) -> str:
    """What credit is worth and where; `alone` is what the reader looks at, which need not be named again."""
    programme = world.programmes.get(each.programme)
    amount = _("%(amount)s credits", amount=words.amount(each.credits))
    where = _("%(name)s at %(provider)s", name=programme.name, provider=programme.provider) if programme else ""
    if isinstance(each.source, HasCredential) and each.source.credential == alone:
        found = [_("It is worth %(credits)s in %(where)s.", credits=amount, where=where)]
    else:
        source = said(world, each.source)
        found = [_("%(credits)s in %(where)s for: %(what)s.", credits=amount, where=where, what=source)]
    if not each.on_award:
        found.append(_("This is potential credit, until one is enrolled there."))
    if each.max_age_months is not None:
        months = ngettext("%(num)s month", "%(num)s months", each.max_age_months)
        found.append(_("It must not be older than %(length)s.", length=months))
    if each.agreement_until is not None:
        found.append(_("The agreement is good until %(date)s.", date=words.day_of(each.agreement_until)))
    return " ".join(found)


def sentence(phrase: str) -> str:
    """A phrase as a sentence."""
    return phrase[:1].upper() + phrase[1:] + "."


def _counts(pair: dict[str, str]) -> str:
    return _("%(one)s counts as %(other)s.", **pair)


def _whole(world: World, name: str) -> str:
    known = world.credentials.get(name)
    return f"{known.name} ({known.abbreviation})" if known else name


def _names(stated: Condition) -> Iterator[str]:
    for leaf in leaves(stated):
        if isinstance(leaf, HasCredential):
            yield leaf.credential
        elif isinstance(leaf, MinSum):
            yield from leaf.of


def _inner(world: World, stated: Condition, pathway: Pathway | None) -> str:
    phrase = said(world, stated, pathway)
    return f"({phrase})" if isinstance(stated, AllOf | AnyOf | NOf) else phrase


def _listed(phrases: Iterable[str], style: str) -> str:
    return format_list(list(phrases), style=style, locale=words.locale_tag())  # type: ignore[arg-type]  # two of them


def _amount(stated: MinSum, at_least: Decimal) -> str:
    match stated.measure:
        case Measure.HOURS:
            return words.counted(at_least, "hour", "hours")
        case Measure.ACADEMIC_CREDITS:
            return _("%(amount)s academic credits", amount=words.amount(at_least))
        case Measure.CE:
            amount = words.amount(at_least)
            return _("%(amount)s of continuing education (%(unit)s)", amount=amount, unit=stated.unit or "")
