"""Rulings: what the rules of an achievement make of one learner's whole past, and doing it.

Decided is always the learner's past as it stands, never one completion alone: then the order of arrival is nothing.
"""

from app.issuing.rulings.deciding import of_completion, rule_on, whom

__all__ = ["of_completion", "rule_on", "whom"]
