"""Rules to begin with: one for each thing that people ask for most, as they stand in the editor."""

from __future__ import annotations

from dataclasses import dataclass

from app.web.languages import marked as _


@dataclass(frozen=True, slots=True)
class Example:
    """One example. `title` is English, and translated where it is shown."""

    title: str
    text: str


EXAMPLES: dict[str, Example] = {
    "first": Example(
        _("One course"),
        """match:
  activities: [bls-2026]
""",
    ),
    "score": Example(
        _("A lowest score, and approval below another"),
        """match:
  activities: ["9021"]
require: {score_gte: "75 %"}
approval: {when: {score_lt: "80 %"}}
on_better_score: {supersede: {bands: ["75 %", "90 %"]}}
""",
    ),
    "together": Example(
        _("Two courses together"),
        """match:
  activities:
    - {id: sepsis-theory, name: theory}
    - {id: sepsis-simulation, name: simulation}
require: {outcome: passed}
combine: {all_of: [theory, simulation], within: P180D}
""",
    ),
    "renewal": Example(
        _("Renewed every two years"),
        """match:
  activities: [{pattern: "cpr-*"}]
require: {all: [{outcome: passed}, {score_gte: "84 %"}]}
validity: {months: 24, anchor: end_of_month, grace: P30D, remind: [P90D, P30D, P7D]}
repeat: {renewal: {open: P90D, stack: extend_from_old_expiry}}
on_unearn: review
""",
    ),
    "group": Example(
        _("Only for a group, with another badge first"),
        """match:
  activities: [preceptor-day]
require:
  all:
    - {outcome: completed}
    - {learner_in: "cohort:nursing-26"}
    - {has_badge: cpr-basics}
""",
    ),
}
