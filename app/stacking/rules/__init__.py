"""The rule language: which completions earn an achievement, and why. Pure: a rule, a history and a moment in."""

from app.stacking.rules.document import RuleDocument
from app.stacking.rules.evaluation import evaluate
from app.stacking.rules.facts import LIVING, ActivityType, Fact, FactKind, Held, HeldState, History
from app.stacking.rules.periods import slot_after
from app.stacking.rules.reading import read
from app.stacking.rules.simple import simple
from app.stacking.rules.verdict import Action, ApprovalNeed, Clause, Decision, Earning, Standing, Verdict
from app.stacking.rules.writing import to_dict
from app.stacking.rules.yaml_writing import to_yaml

__all__ = [
    "LIVING",
    "Action",
    "ActivityType",
    "ApprovalNeed",
    "Clause",
    "Decision",
    "Earning",
    "Fact",
    "FactKind",
    "Held",
    "HeldState",
    "History",
    "RuleDocument",
    "Standing",
    "Verdict",
    "evaluate",
    "read",
    "simple",
    "slot_after",
    "to_dict",
    "to_yaml",
]
