"""Conditions and findings in plain English sentences, for people and for machines that show them to people. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

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
)
from app.stacking.evaluate import Evaluation, Finding, Why
from app.stacking.world import Pathway, World

_MEASURES = {Measure.HOURS: "hours", Measure.ACADEMIC_CREDITS: "academic credits"}


def condition(world: World, stated: Condition, pathway: Pathway | None = None) -> str:
    """What a condition asks for, without a full stop: "BLSS, IPES and at least 2 of SPMO, ECGR, VBCO"."""
    match stated:
        case HasCredential(credential, ever):
            said = world.label(credential) + (" (also expired)" if ever else "")
        case HasNode(node):
            said = _node(pathway, node)
        case HasSkill(skill, at_least):
            said = f"{_skill(world, skill)} at level {at_least} or above"
        case AllOf(of):
            said = listed((_inner(world, each, pathway) for each in of), "and") or "nothing"
        case AnyOf(of):
            said = listed((_inner(world, each, pathway) for each in of), "or") or "something that does not exist"
        case NOf(n, of):
            said = f"at least {n} of {', '.join(_inner(world, each, pathway) for each in of)}"
        case MinSum(_, at_least, of):
            among = ", ".join(map(world.label, of))
            said = f"at least {_amount(at_least)} {_measure(stated)} from {among}"
    return said


def finding(world: World, found: Finding, pathway: Pathway | None = None) -> str:
    """What a finding comes to and why, as a sentence: "2 of 3: BLSS expired on 31 July 2026; ICTW is missing."."""
    said = _said(world, found, pathway)
    return said[:1].upper() + said[1:] + "."


def missing(world: World, found: Finding, pathway: Pathway | None = None) -> tuple[str, ...]:
    """A phrase for each thing that stands in the way, in the order of the condition."""
    if found.is_met:
        return ()
    if not found.parts:
        return (_said(world, found, pathway),)
    return tuple(one for each in found.parts for one in missing(world, each, pathway))


def lacking(world: World, evaluation: Evaluation) -> tuple[str, ...]:
    """What stands between a learner and the end of a pathway, as short phrases: "CCBT", "one of MDMT, MLS".

    A step that is needed, and a stack that another step awards, is told as what is lacking there.
    """
    completion = evaluation.nodes[evaluation.pathway.completion]
    return tuple(dict.fromkeys(_lacking(world, evaluation, completion, frozenset())))


def day(value: date) -> str:
    """A day as people write it: 1 July 2026."""
    return f"{value.day} {value:%B %Y}"


def listed(names: Iterable[str], last: str) -> str:
    """Names with commas, and a word before the last one."""
    found = list(names)
    return f" {last} ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)


def _lacking(world: World, evaluation: Evaluation, found: Finding, above: frozenset[str]) -> Iterator[str]:
    pathway = evaluation.pathway
    if found.is_met:
        return
    unmet = [each for each in found.parts if not each.is_met]
    among = ", ".join(condition(world, each.condition, pathway) for each in unmet)
    match found.condition:
        case HasNode(node) | HasCredential(node) if (step := _step(evaluation, found, node)) and step not in above:
            yield from _lacking(world, evaluation, evaluation.nodes[step], above | {step})
        case AllOf():
            for each in unmet:
                yield from _lacking(world, evaluation, each, above)
        case AnyOf(of) if len(of) > 1:
            yield f"one of {among}"
        case NOf(n, of) if len(of) > n:
            yield f"{n - sum(each.is_met for each in found.parts)} more of {among}"
        case AnyOf() | NOf():
            for each in unmet:
                yield from _lacking(world, evaluation, each, above)
        case HasCredential(credential) if found.because.why is Why.MISSING:
            yield world.label(credential)
        case _:
            yield _said(world, found, pathway)


def _step(evaluation: Evaluation, found: Finding, name: str) -> str | None:
    """The step that a condition waits for: one that it names, or one that awards a stack that was never awarded."""
    if isinstance(found.condition, HasNode):
        return name if name in evaluation.nodes else None
    return evaluation.pathway.awarded_by.get(name) if found.because.why is Why.MISSING else None


def _said(world: World, found: Finding, pathway: Pathway | None) -> str:
    because = found.because
    name = world.label(because.name)
    holding, on = because.holding, because.on
    match because.why:
        case Why.HELD:
            said = f"{name} is held" + (f", good until {day(on)}" if on else "")
        case Why.EQUIVALENT:
            through = world.label(holding.credential) if holding else ""
            said = f"{through} counts as {name}" + (f", good until {day(on)}" if on else "")
        case Why.EXPIRED:
            said = f"{name} expired on {day(on)}" if on else f"{name} has expired"
        case Why.SUSPENDED:
            said = f"{name} is suspended"
        case Why.REVOKED:
            said = f"{name} was revoked"
        case Why.NOT_YET:
            said = f"{name} begins on {day(on)}" if on else f"{name} has not begun"
        case Why.TOO_OLD:
            older = world.label(holding.credential) if holding else ""
            said = f"{older} is too old to count as {name}"
        case Why.MISSING:
            said = f"{name} is missing"
        case Why.NODE:
            said = f"{_node(pathway, because.name)} is {'complete' if found.is_met else 'not complete'}"
        case _:
            said = _said_of_amounts(world, found, pathway)
    return said


def _said_of_amounts(world: World, found: Finding, pathway: Pathway | None) -> str:
    because = found.because
    have, need, skill = _amount(because.have), _amount(because.need), _skill(world, because.name)
    match because.why:
        case Why.SKILL:
            said = f"{skill} is current at level {have}"
        case Why.SKILL_TOO_LOW:
            said = f"{skill} is at level {have}, and level {need} is needed"
        case Why.SKILL_FADED:
            said = f"{skill} was last shown on {day(because.on)} and has faded" if because.on else f"{skill} has faded"
        case Why.SKILL_MISSING:
            said = f"{skill} has not been shown"
        case Why.SUM:
            measure = _measure(found.condition) if isinstance(found.condition, MinSum) else ""
            said = f"{have} of {need} {measure}"
        case _:
            said = _said_of_parts(world, found, pathway)
    return said


def _said_of_parts(world: World, found: Finding, pathway: Pathway | None) -> str:
    have, need = _amount(found.because.have), _amount(found.because.need)
    told = [each for each in found.parts if each.is_met] if found.is_met else found.parts
    if not found.is_met:
        told = tuple(each for each in found.parts if not each.is_met)
    inner = "; ".join(_said(world, each, pathway) for each in told)
    return f"{have} of {need}" + (f": {inner}" if inner else "")


def _inner(world: World, stated: Condition, pathway: Pathway | None) -> str:
    said = condition(world, stated, pathway)
    return f"({said})" if isinstance(stated, AllOf | AnyOf | NOf) else said


def _node(pathway: Pathway | None, node: str) -> str:
    known = pathway.by_id.get(node) if pathway else None
    return f"“{known.name}”" if known else node


def _skill(world: World, skill: str) -> str:
    known = world.skills.get(skill)
    return known.name if known else skill


def _measure(stated: MinSum) -> str:
    return _MEASURES.get(stated.measure, f"of continuing education ({stated.unit})")


def _amount(value: Decimal) -> str:
    return f"{value.normalize():f}"
