"""Definitions of the home issuer."""

from __future__ import annotations

from app.issuing import definitions
from app.issuing.catalog.importing.changes import Import, about
from app.issuing.catalog.plan import Plan


def carry_out(done: Import, plan: Plan) -> None:
    """See that every definition is there and says what the file says."""
    for planned in plan.definitions:
        with about(planned.line, planned.slug):
            issuer = done.issuers[plan.home or ""]
            put = definitions.put(done.session, issuer, planned.kind, planned.slug, planned.facts, actor=done.actor)
            done.note(planned.kind.value, planned.slug, put.what)
