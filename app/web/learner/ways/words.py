"""How pages say what stands in the way, why a step of a plan is there, and what a plan comes to."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from app.issuing.achievement_facts import PriceFacts
from app.issuing.plans import Intent, Pace
from app.stacking.conditions import Measure, MinSum
from app.stacking.evaluate import Because, Finding, Why
from app.stacking.gaps import Lack, SkillStanding
from app.stacking.plans import Ending, NeededFor, Outcome, Outside, Plan, Purpose, Step, When, WhyOutside
from app.stacking.world import Pathway, World
from app.web import words
from app.web.languages import gettext as _
from app.web.languages import marked, ngettext
from app.web.states import State, Tone

INTENTS = {
    Intent.UPSKILL: (marked("To do more in my work"), marked("Upskill: deeper or broader in what you do already")),
    Intent.RE_SKILL: (marked("To change to other work"), marked("Re-skill: a way into another role")),
    Intent.STACK: (marked("To complete a stack"), marked("Stack: badges that add up to a larger one")),
}
_PACES = {
    Pace.DONE: (Tone.GOOD, marked("Done")),
    Pace.ON_TIME: (Tone.GOOD, marked("On time")),
    Pace.LATE: (Tone.SOON, marked("Late")),
    Pace.NO_DATES: (Tone.UNKNOWN, marked("Without dates")),
}
FORMATS = {
    "course": marked("Course"),
    "workshop": marked("Workshop"),
    "on_the_job": marked("On the job"),
    "self_study": marked("Self-study"),
}


def badge(world: World, credential: str) -> str:
    """A credential by its name and abbreviation: `Phlebotomy (PHLB)`; its short name when it is not known."""
    known = world.credentials.get(credential)
    if known is None:
        return credential
    return known.name if known.name == known.abbreviation else f"{known.name} ({known.abbreviation})"


def badges(world: World, credentials: Iterable[str]) -> str:
    """Several of them in one line."""
    return ", ".join(badge(world, each) for each in credentials)


def skill(world: World, name: str) -> str:
    """A skill by its name."""
    known = world.skills.get(name)
    return known.name if known else name


def money(amount: Decimal, currency: str | None) -> str:
    """`US$70.00`, or that it costs nothing; a bare number where no badge says in what money."""
    if currency is None:
        return words.amount(amount) if amount else _("free of charge")
    return words.price(PriceFacts(amount=amount, currency=currency))


def missing(world: World, found: Finding, pathway: Pathway | None = None) -> list[str]:
    """A sentence without its end for each thing that stands in the way."""
    if found.is_met:
        return []
    if not found.parts:
        return [_missing(world, found, pathway)]
    ahead = [missing(world, each, pathway) for each in found.parts if not each.is_met]
    lacking = int(found.because.need - found.because.have)
    if len(ahead) > lacking:  # a choice: not all of it is needed
        of = ", ".join(_choice(world, each, pathway) for each in found.parts if not each.is_met)
        return [ngettext("one more of these: %(things)s", "%(num)s more of these: %(things)s", lacking, things=of)]
    return [one for each in ahead for one in each]


def _choice(world: World, found: Finding, pathway: Pathway | None) -> str:
    """One of several ways: what is simply missing by its name alone."""
    if not found.parts and found.because.why is Why.MISSING:
        return badge(world, found.because.name)
    return " + ".join(missing(world, found, pathway))


def _missing(world: World, found: Finding, pathway: Pathway | None) -> str:  # noqa: PLR0911 - one for each reason
    because = found.because
    name, on = badge(world, because.name), words.day_of(because.on) if because.on else ""
    match because.why:
        case Why.EXPIRED:
            return _("%(badge)s ended on %(day)s", badge=name, day=on) if on else _("%(badge)s has ended", badge=name)
        case Why.SUSPENDED:
            return _("%(badge)s is paused", badge=name)
        case Why.REVOKED:
            return _("%(badge)s was withdrawn", badge=name)
        case Why.NOT_YET:
            return _("%(badge)s does not count yet", badge=name)
        case Why.TOO_OLD:
            older = badge(world, because.holding.credential) if because.holding else name
            return _("%(older)s is too old to count as %(badge)s", older=older, badge=name)
        case Why.NODE:
            node = pathway.by_id.get(because.name) if pathway else None
            return _("the step “%(step)s” is not complete", step=node.name if node else because.name)
        case Why.SUM:
            return _sum(found, because)
        case Why.SKILL_TOO_LOW | Why.SKILL_FADED | Why.SKILL_MISSING:
            return _skill_missing(world, because, on)
        case _:
            return _("%(badge)s is missing", badge=name)


def _skill_missing(world: World, because: Because, on: str) -> str:
    said = skill(world, because.name)
    if because.why is Why.SKILL_FADED:
        return _("%(skill)s was last shown on %(day)s and is not current any more", skill=said, day=on)
    if because.why is Why.SKILL_TOO_LOW:
        have, need = words.amount(because.have), words.amount(because.need)
        return _("%(skill)s is at level %(have)s, and level %(need)s is needed", skill=said, have=have, need=need)
    return _("%(skill)s has not been shown yet", skill=said)


def _sum(found: Finding, because: Because) -> str:
    have, need = words.amount(because.have), words.amount(because.need)
    measure = found.condition.measure if isinstance(found.condition, MinSum) else None
    if measure is Measure.HOURS:
        return _("%(have)s of %(need)s hours", have=have, need=need)
    if measure is Measure.ACADEMIC_CREDITS:
        return _("%(have)s of %(need)s academic credits", have=have, need=need)
    return _("%(have)s of %(need)s of continuing education", have=have, need=need)


def lacks(standing: SkillStanding) -> str:
    """Why a level of a skill is not there, or that it is."""
    day = words.day_of(standing.proof.on) if standing.proof else ""
    match standing.lack:
        case None:
            return _("You have it.")
        case Lack.MISSING:
            return _("No badge of yours shows it yet.")
        case Lack.TOO_LOW:
            return _("A higher level is needed.")
        case Lack.FADED:
            return _("Last shown on %(day)s; that was too long ago.", day=day)
        case Lack.LAPSED:
            return _("The badge of %(day)s that showed it has ended.", day=day)


def reasons(world: World, plan: Plan, step: Step) -> list[str]:
    """Why a step is there, as phrases."""
    found = [
        _("closes %(skill)s: %(have)s → %(need)s", skill=skill(world, each.skill), have=each.have, need=each.need)
        for each in step.closes
    ]
    closed = {each.skill for each in step.closes}
    found += [
        _needed(world, plan, each)
        for each in step.needed_for
        if not (each.purpose is Purpose.SKILL and each.name in closed)
    ]
    return list(dict.fromkeys(found))


def _needed(world: World, plan: Plan, needed: NeededFor) -> str:
    match needed.purpose:
        case Purpose.STEP:
            return _("needed before %(badge)s", badge=badge(world, needed.name))
        case Purpose.NODE:
            return _("needed for “%(step)s”", step=_node(world, plan, needed.name))
        case Purpose.CREDENTIAL:
            return _("is asked for: %(badge)s", badge=badge(world, needed.name))
        case Purpose.SKILL:
            return _("keeps up %(skill)s", skill=skill(world, needed.name))
        case Purpose.SUM:
            return _("adds to the hours or credits that are asked for")


def _node(world: World, plan: Plan, name: str) -> str:
    target = plan.target
    among = [target] if isinstance(target, Pathway) else []
    for pathway in (*among, *world.pathways.values()):
        if name in pathway.by_id:
            return pathway.by_id[name].name
    return name


def swap(world: World, plan: Plan, step: Step, currency: str | None) -> str:
    """What one would do instead of a step; "" = there is no way around it."""
    if step.swap is None:
        return ""
    others = [each for each in step.swap.ids if each not in plan.ids]
    differences = [_more(words.hours(abs(step.swap.more_hours)), step.swap.more_hours)]
    if step.swap.more_price:
        differences.append(_more(money(abs(step.swap.more_price), currency), step.swap.more_price))
    said = ", ".join(each for each in differences if each) or _("the same effort")
    if not others:
        return _("Without it: the other steps are enough, %(difference)s.", difference=said)
    return _("Instead: %(badges)s, %(difference)s.", badges=badges(world, others), difference=said)


def _more(amount: str, difference: Decimal) -> str:
    if not difference:
        return ""
    return _("%(amount)s more", amount=amount) if difference > 0 else _("%(amount)s less", amount=amount)


def outside(world: World, each: Outside) -> str:
    """What is to be done elsewhere, as a sentence."""
    name = skill(world, each.name) if each.level is not None else badge(world, each.name)
    match each.why:
        case WhyOutside.ELSEWHERE:
            return _("%(badge)s is issued by somebody else. Have it recognised here once you hold it.", badge=name)
        case WhyOutside.OTHER_PATHWAY:
            return _("%(badge)s comes from a pathway that you are not on.", badge=name)
        case WhyOutside.SUSPENDED:
            return _("%(badge)s of yours is paused; ask the issuer.", badge=name)
        case WhyOutside.UNTAUGHT:
            return _("No badge here teaches %(skill)s at level %(level)s.", skill=name, level=each.level)
        case WhyOutside.UNKNOWN:
            return _("%(badge)s is not known here.", badge=name)


def ending(world: World, each: Ending) -> str:
    """What the plan rests on and that ends too early, or soon."""
    name = badge(world, each.name) if each.name in world.credentials else skill(world, each.name)
    day = words.day_of(each.last_day)
    if each.when is When.TOO_EARLY:
        return _("%(name)s is good until %(day)s only, before the plan is done. Renew it in time.", name=name, day=day)
    return _("%(name)s is good until %(day)s, which is soon.", name=name, day=day)


def outcome(plan: Plan, currency: str | None) -> tuple[str, str]:
    """What came of planning: a tone and a sentence."""
    match plan.outcome:
        case Outcome.MET:
            tone, said = Tone.GOOD, _("You have everything that this needs.")
        case Outcome.PLANNED:
            tone, said = Tone.GOOD, _("These badges get you there.")
        case Outcome.PARTLY:
            tone, said = Tone.SOON, _("These badges get you a part of the way; the rest is to be done elsewhere.")
        case Outcome.OVER_BUDGET:
            tone, said = Tone.STOPPED, _("Nothing within your budget gets you there.")
            if plan.least_price is not None:
                least = money(plan.least_price, currency)
                said += " " + _("The cheapest way costs %(price)s.", price=least)
        case Outcome.NOT_WITHIN_WISHES:
            tone, said = Tone.STOPPED, _("Not in these formats. Allow others, and there is a way.")
        case Outcome.IMPOSSIBLE:
            tone, said = Tone.STOPPED, _("No badges here lead there at present.")
    return tone, said


def approximate(plan: Plan) -> str:
    """That a plan may not be the very best one, and by how much at most; "" = it is."""
    if plan.is_exact or not plan.steps:
        return ""
    if plan.bound is None:
        return _("This plan is approximate: there are too many ways to look at all of them.")
    if plan.bound == 1:
        return ""
    more = words.figure(float(plan.bound - Fraction(1)), as_share=True)
    return _(
        "This plan is approximate: there are too many ways to look at all of them. "
        "It takes at most %(share)s more than the best one.",
        share=more,
    )


def pace(found: Pace) -> State:
    """Whether a plan is where its dates say."""
    tone, said = _PACES[found]
    return State(tone, _(said), "")


def intent(stated: str) -> str:
    """What a plan is meant for, in a few words."""
    return _(INTENTS[Intent(stated)][0])
