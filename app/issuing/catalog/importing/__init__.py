"""A plan is carried out: what is missing is made, what differs is changed, what agrees is left alone."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.issuing.catalog.importing import achievements, definitions, endorsements, issuers, pathways, people
from app.issuing.catalog.importing.changes import Change, Import
from app.issuing.catalog.plan import Plan
from app.issuing.office import Office

__all__ = ["Change", "import_plan"]


def import_plan(session: Session, office: Office, plan: Plan, *, actor: str) -> list[Change]:
    """See that everything in the plan is there and published. Doing it again changes nothing.

    Issuers that sign something and never had keys get a pair. Raises InvalidInput with `problems`, each with its line,
    when the plan has some and when the office refuses something: a catalogue is imported whole or not at all, so the
    caller rolls back.
    """
    if plan.problems:
        raise InvalidInput(
            f"The catalogue has {len(plan.problems)} problems; nothing was imported",
            problems=[{"line": problem.line, "sentence": problem.sentence} for problem in plan.problems],
        )
    done = Import(session, office, actor, issuers={}, changes=[])
    issuers.carry_out(done, plan.issuers)
    definitions.carry_out(done, plan)
    achievements.carry_out(done, plan.achievements)
    pathways.carry_out(done, plan.pathways)
    endorsements.carry_out(done, plan.endorsements)
    people.carry_out(done, plan)
    return done.changes
