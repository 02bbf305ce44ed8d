"""The door of this room: a plan from where somebody stands to a target."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from app.stacking.holdings import Holding
from app.stacking.plans.exact import MOST_CANDIDATES
from app.stacking.plans.explaining import explained
from app.stacking.plans.ground import Ground
from app.stacking.plans.model import AtNode, Plan, Target
from app.stacking.plans.searching import search
from app.stacking.plans.wishes import Wishes
from app.stacking.world import Pathway, World

NO_WISHES = Wishes()


def plan(
    world: World,
    target: Target,
    holdings: Iterable[Holding],
    as_of: date,
    wishes: Wishes = NO_WISHES,
    *,
    pathways: Iterable[Pathway] = (),
    assuming: Iterable[Pathway] = (),
    exact_up_to: int = MOST_CANDIDATES,
) -> Plan:
    """The cheapest micro-credentials to take for a target, in order, each with its reasons.

    `pathways`: the versions that the learner is in; only their stacks come by themselves. `assuming`: others that they
    might join; then the plan meets their entry as well, and says which ones it needs. A pathway that is itself the
    target is always one of the two. More than `exact_up_to` candidates are planned well instead of best (`bound`).
    """
    joined = {each.id: each for each in pathways}
    others = {each.id: each for each in assuming}
    aim = target.pathway if isinstance(target, AtNode) else target
    if isinstance(aim, Pathway):  # the version that is aimed at, in the place of another one
        (joined if aim.id in joined else others)[aim.id] = aim
    ground = Ground(world, holdings, as_of, joined.values(), others.values())
    return explained(target, search(ground, target, wishes, exact_up_to))
