"""Evaluation of any small graph for any holdings: equal to brute force, monotone, order-free, at rest when done."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

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
    read,
    write,
)
from app.stacking.evaluate import evaluate, settle
from app.stacking.holdings import Holding, Proof, Standing
from app.stacking.world import (
    Amount,
    Credential,
    Equivalence,
    Kind,
    Mode,
    Node,
    Pathway,
    Skill,
    SkillAt,
    StackType,
    World,
)

DAY = date(2026, 7, 1)
BADGES = ["a", "b", "c", "d", "e"]
STACKS = ["st-0", "st-1", "st-2"]
QUICK = settings(max_examples=120, deadline=None)


def credentials() -> list[Credential]:
    """Five badges with different measures and skills, and three stacks."""
    return [
        Credential(
            each,
            Kind.MICRO,
            each,
            each.upper(),
            skills=(SkillAt("s", (number - 1) % 3 + 1),),  # as the proofs of its awards below
            hours=Decimal(number),
            academic_credits=Decimal(number % 2),
            ce=(Amount(Decimal(number), "hour" if number % 2 else "ten"),),
        )
        for number, each in enumerate(BADGES, start=1)
    ] + [Credential(each, Kind.STACK, each, each.upper(), inherits_skills=True) for each in STACKS]


@st.composite
def conditions(draw: st.DrawFn, nodes: int, depth: int = 3) -> Condition:
    """A condition that may name badges, earlier nodes and the stacks that those award."""
    leaf = st.one_of(
        st.builds(HasCredential, st.sampled_from(BADGES), st.booleans()),
        st.builds(HasSkill, st.just("s"), st.integers(1, 4)),
        st.builds(
            MinSum,
            st.sampled_from([Measure.HOURS, Measure.ACADEMIC_CREDITS]),
            st.integers(1, 8).map(Decimal),
            st.lists(st.sampled_from(BADGES), min_size=1, max_size=4, unique=True).map(tuple),
        ),
        st.builds(
            MinSum,
            st.just(Measure.CE),
            st.integers(1, 30).map(Decimal),
            st.lists(st.sampled_from(BADGES), min_size=1, max_size=4, unique=True).map(tuple),
            st.just("hour"),
        ),
        *([st.builds(HasNode, st.sampled_from([f"n{each}" for each in range(nodes)]))] if nodes else []),
        *([st.builds(HasCredential, st.sampled_from(STACKS[:nodes]))] if nodes else []),
    )
    if depth == 0 or draw(st.booleans()):
        return draw(leaf)
    parts = tuple(draw(conditions(nodes, depth - 1)) for _ in range(draw(st.integers(1, 3))))
    return draw(
        st.one_of(
            st.just(AllOf(parts)),
            st.just(AnyOf(parts)),
            st.integers(1, len(parts)).map(lambda n: NOf(n, parts)),
        )
    )


@st.composite
def pathways(draw: st.DrawFn) -> Pathway:
    """A pathway of one to three nodes, each of which awards a stack and may need those before it."""
    count = draw(st.integers(1, 3))
    nodes = tuple(Node(f"n{each}", f"n{each}", draw(conditions(each)), awards=STACKS[each]) for each in range(count))
    return Pathway("pw", 1, "pw", StackType.VERTICAL, Mode.PROGRESSIVE, nodes, nodes[-1].id)


@st.composite
def holdings(draw: st.DrawFn) -> list[Holding]:
    """Up to six awards of badges: good, expired, to come, suspended, revoked."""
    found = []
    for number in range(draw(st.integers(0, 6))):
        issued = DAY + timedelta(days=draw(st.integers(-900, 30)))
        days = draw(st.none() | st.integers(1, 900))
        ends = None if days is None else issued + timedelta(days=days)
        credential = draw(st.sampled_from(BADGES))
        proof = Proof("s", BADGES.index(credential) % 3 + 1, issued)
        standing = draw(st.sampled_from([Standing.ACTIVE] * 4 + [Standing.SUSPENDED, Standing.REVOKED]))
        found.append(Holding(f"h{number}", credential, issued, ends, standing, (proof,)))
    return found


@st.composite
def worlds(draw: st.DrawFn, pathway: Pathway) -> World:
    """A world with up to two equivalences between badges."""
    pairs = draw(st.lists(st.sampled_from(list(combinations(BADGES, 2))), max_size=2, unique=True))
    equivalences = [
        Equivalence(
            f"eq-{one}-{other}",
            one,
            other,
            both=draw(st.booleans()),
            pathways=draw(st.sampled_from([None, frozenset({"pw"}), frozenset({"other"})])),
            max_age_months=draw(st.none() | st.integers(1, 30)),
        )
        for one, other in pairs
    ]
    return World(
        credentials=credentials(),
        skills=[Skill("s", "S", decay_months=draw(st.none() | st.integers(1, 30)))],
        contact_hours={"hour": Decimal(1), "ten": Decimal(10)},
        equivalences=equivalences,
        pathways=[pathway],
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[World, Pathway, list[Holding]]:
    """A world, a pathway of it, and what somebody holds."""
    pathway = draw(pathways())
    return draw(worlds(pathway)), pathway, draw(holdings())


# -- the same, said as plainly as possible ------------------------------------------------------------------


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month: counted down from the 31st."""
    years, month = divmod(day.month - 1 + months, 12)
    for last in range(day.day, 0, -1):
        try:
            return date(day.year + years, month + 1, last)
        except ValueError:
            continue
    raise AssertionError


def plainly(  # noqa: C901, PLR0911 - one plain case after the other
    world: World, pathway: Pathway, held: list[Holding], condition: Condition
) -> bool:
    """Whether a condition holds, by looking at every holding and every equivalence each time."""

    def good(each: Holding) -> bool:
        ends = each.valid_until
        return each.standing is Standing.ACTIVE and each.issued <= DAY and (ends is None or ends >= DAY)

    def once(each: Holding) -> bool:
        return each.standing is Standing.ACTIVE and each.issued <= DAY

    def counts(name: str, how: Any) -> bool:
        if any(each.credential == name and how(each) for each in held):
            return True
        for equivalence in world.equivalences:
            ways = [(equivalence.source, equivalence.target)]
            ways += [(equivalence.target, equivalence.source)] if equivalence.both else []
            for source, target in ways:
                in_scope = equivalence.pathways is None or "pw" in equivalence.pathways
                age = equivalence.max_age_months
                if (
                    target == name
                    and in_scope
                    and any(
                        each.credential == source
                        and how(each)
                        and (age is None or months_after(each.issued, age) >= DAY)
                        for each in held
                    )
                ):
                    return True
        return False

    match condition:
        case HasCredential(name, ever):
            return counts(name, once if ever else good)
        case HasNode(node):
            return plainly(world, pathway, held, pathway.by_id[node].condition)
        case HasSkill(_, at_least):
            return level(world, held, good) >= at_least
        case AllOf(of):
            return all(plainly(world, pathway, held, each) for each in of)
        case AnyOf(of):
            return any(plainly(world, pathway, held, each) for each in of)
        case NOf(n, of):
            return any(all(plainly(world, pathway, held, each) for each in some) for some in combinations(of, n))
        case MinSum(measure, at_least, of):
            names = {each.credential for each in held if good(each)} & set(of)
            return sum(amount(world, each, measure) for each in names) >= at_least


def level(world: World, held: list[Holding], good: Any) -> int:
    """The highest current level of the one skill there is."""
    months = world.skills["s"].decay_months
    best = 0
    for each in held:
        if not good(each):
            continue
        proofs = [(proof.level, proof.on) for proof in each.proofs]
        for equivalence in world.equivalences:
            ways = [(equivalence.source, equivalence.target)]
            ways += [(equivalence.target, equivalence.source)] if equivalence.both else []
            age = equivalence.max_age_months
            fits = equivalence.pathways is None and (age is None or months_after(each.issued, age) >= DAY)
            proofs += [
                (BADGES.index(target) % 3 + 1, each.issued)
                for source, target in ways
                if fits and source == each.credential
            ]
        best = max([best, *(lev for lev, on in proofs if months is None or months_after(on, months) >= DAY)])
    return best


def amount(world: World, name: str, measure: Measure) -> Decimal:
    """How much of a measure one badge is, in hours where it is education."""
    known = world.credentials[name]
    if measure is Measure.CE:
        return sum((each.amount * (10 if each.unit == "ten" else 1) for each in known.ce), Decimal(0))
    return known.hours if measure is Measure.HOURS else known.academic_credits


def plain_stacks(world: World, pathway: Pathway, held: list[Holding]) -> set[str]:
    """The stacks that are complete, found by trying again until nothing is new."""
    found, grows = list(held), True
    while grows:
        grows = False
        for node in pathway.nodes:
            has_it = any(each.credential == node.awards for each in found)
            if not has_it and plainly(world, pathway, found, node.condition):
                rests_on = evaluate(world, pathway, found, DAY).nodes[node.id].used
                proofs = tuple(proof for each in found if each.id in rests_on for proof in each.proofs)
                found.append(Holding(f"new:{node.awards}", str(node.awards), DAY, proofs=proofs))
                grows = True
    return {each.credential for each in found if each.credential in STACKS}


# -- what always holds ----------------------------------------------------------------------------------------


@QUICK
@given(cases())
def test_it_agrees_with_brute_force(case: tuple[World, Pathway, list[Holding]]):
    world, pathway, held = case

    found = evaluate(world, pathway, held, DAY)

    assert {node.id: found.nodes[node.id].is_met for node in pathway.nodes} == {
        node.id: plainly(world, pathway, held, node.condition) for node in pathway.nodes
    }
    assert {each.stack for each in settle(world, [pathway], held, DAY)[0]} == plain_stacks(world, pathway, held)


@QUICK
@given(cases(), st.sampled_from(BADGES))
def test_one_more_good_award_never_lowers_anything(case: tuple[World, Pathway, list[Holding]], more: str):
    world, pathway, held = case
    proof = Proof("s", BADGES.index(more) % 3 + 1, DAY)
    richer = [*held, Holding("more", more, DAY, proofs=(proof,))]

    before, after = evaluate(world, pathway, held, DAY), evaluate(world, pathway, richer, DAY)

    assert all(after.nodes[node.id].progress >= before.nodes[node.id].progress for node in pathway.nodes)
    assert set(before.complete) <= set(after.complete)
    stacks = {each.stack for each in settle(world, [pathway], held, DAY)[0]}
    assert stacks <= {each.stack for each in settle(world, [pathway], richer, DAY)[0]}


@QUICK
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_holdings_is_nothing(case: tuple[World, Pathway, list[Holding]], chance: Any):
    world, pathway, held = case
    mixed = list(held)
    chance.shuffle(mixed)

    assert evaluate(world, pathway, mixed, DAY) == evaluate(world, pathway, held, DAY)
    assert settle(world, [pathway], mixed, DAY)[0] == settle(world, [pathway], held, DAY)[0]


@QUICK
@given(cases())
def test_what_is_settled_stays_settled(case: tuple[World, Pathway, list[Holding]]):
    world, pathway, held = case

    earned, all_of_it = settle(world, [pathway], held, DAY)

    assert settle(world, [pathway], all_of_it, DAY)[0] == ()
    assert len({each.stack for each in earned}) == len(earned)


@QUICK
@given(cases())
def test_what_is_met_rests_on_holdings_that_alone_still_meet_it(case: tuple[World, Pathway, list[Holding]]):
    world, pathway, held = case

    for node in pathway.nodes:
        found = evaluate(world, pathway, held, DAY).nodes[node.id]
        if found.is_met:
            rest = [each for each in held if each.id in found.used]
            assert evaluate(world, pathway, rest, DAY).nodes[node.id].is_met


@QUICK
@given(cases())
def test_progress_is_whole_exactly_when_it_is_met_or_only_waits_for_its_own_stack(
    case: tuple[World, Pathway, list[Holding]],
):
    world, pathway, held = case
    _earned, settled = settle(world, [pathway], held, DAY)

    for found in evaluate(world, pathway, settled, DAY).nodes.values():
        assert 0 <= found.progress <= 1
        assert found.is_met == (found.progress == Fraction(1))


@QUICK
@given(conditions(2))
def test_any_condition_is_read_back_as_it_was_written(condition: Condition):
    assert read(write(condition)) == condition
