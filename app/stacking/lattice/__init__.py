"""The lattice: where somebody can go from here, where a badge leads, a guided start, goals. Pure."""

from app.stacking.lattice.goals import Aim, Goal, Template, TwoByTwo, Why, two_by_two
from app.stacking.lattice.guide import (
    Answers,
    BadgeSuggestion,
    Do,
    Guide,
    NextAction,
    Reason,
    RoleSuggestion,
    Wants,
    guided_start,
)
from app.stacking.lattice.leads import LeadsTo, dead_ends, leads_to, start_here
from app.stacking.lattice.moves import Direction, Lattice, Move, moves

__all__ = [
    "Aim",
    "Answers",
    "BadgeSuggestion",
    "Direction",
    "Do",
    "Goal",
    "Guide",
    "Lattice",
    "LeadsTo",
    "Move",
    "NextAction",
    "Reason",
    "RoleSuggestion",
    "Template",
    "TwoByTwo",
    "Wants",
    "Why",
    "dead_ends",
    "guided_start",
    "leads_to",
    "moves",
    "start_here",
    "two_by_two",
]
