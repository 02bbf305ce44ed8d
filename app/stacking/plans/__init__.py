"""Plans: from what somebody holds to a role, a pathway or any condition, by the cheapest badges. Pure.

searching.py leads: relevant.py cuts to what can matter, exact.py looks at every choice among up to 16 candidates,
greedy.py chooses well among more and bounds.py says how well, explaining.py and ends.py give the reasons.
"""

from app.stacking.plans.ground import Ground
from app.stacking.plans.model import (
    AtNode,
    Closes,
    Ending,
    NeededFor,
    Outcome,
    Outside,
    Plan,
    Purpose,
    Step,
    Swap,
    Target,
    When,
    WhyOutside,
)
from app.stacking.plans.planning import plan
from app.stacking.plans.wishes import Cost, Objective, Wishes

__all__ = [
    "AtNode",
    "Closes",
    "Cost",
    "Ending",
    "Ground",
    "NeededFor",
    "Objective",
    "Outcome",
    "Outside",
    "Plan",
    "Purpose",
    "Step",
    "Swap",
    "Target",
    "When",
    "WhyOutside",
    "Wishes",
    "plan",
]
