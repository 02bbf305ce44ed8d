"""The operator's door: `lanyard …`. One file per noun; every command opens its own transaction."""

from __future__ import annotations

from functools import cache
from typing import Any

import typer

from app.cli import (
    accreditations,
    achievements,
    api_keys,
    approvals,
    awards,
    careers,
    catalog,
    checks,
    cohorts,
    demo,
    endorsements,
    endpoints,
    export,
    fhir,
    frameworks,
    guide,
    imports,
    inbox,
    issuers,
    jose,
    keys,
    lti,
    mail,
    members,
    move,
    operate,
    pathways,
    people,
    plans,
    recognitions,
    reconcile,
    renewals,
    reports,
    rules,
    samples,
    sources,
    stacks,
    trust,
    units,
    vc_api,
    verify,
    watches,
    workforce,
)
from app.cli.terminal import say_errors

app = typer.Typer(
    name="lanyard",
    help="A self-hosted Open Badges service for health-care training.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
operate.register(app)
members.register(app)
awards.register(app)
endorsements.register(app)
verify.register(app)
demo.register(app)
vc_api.register(app)
imports.register(app)
export.register(app)
move.register(app)
checks.register(app)
samples.register(sources.app)
guide.register(app)
workforce.register(units.app)
app.add_typer(issuers.app, name="issuer")
app.add_typer(accreditations.app, name="accreditation")
app.add_typer(members.app, name="member")
app.add_typer(keys.app, name="keys")
app.add_typer(jose.app, name="jose")
app.add_typer(catalog.app, name="catalog")
app.add_typer(frameworks.app, name="frameworks")
app.add_typer(achievements.app, name="achievement")
app.add_typer(sources.app, name="source")
app.add_typer(rules.app, name="rules")
app.add_typer(renewals.app, name="renewals")
app.add_typer(renewals.education, name="ce")
app.add_typer(approvals.app, name="approvals")
app.add_typer(lti.app, name="lti")
app.add_typer(reconcile.app, name="reconcile")
app.add_typer(inbox.app, name="inbox")
app.add_typer(endpoints.app, name="endpoints")
app.add_typer(mail.app, name="mail")
app.add_typer(people.app, name="people")
app.add_typer(stacks.app, name="stacks")
app.add_typer(plans.app, name="plans")
app.add_typer(careers.app, name="careers")
app.add_typer(recognitions.app, name="recognitions")
app.add_typer(units.app, name="units")
app.add_typer(watches.app, name="watches")
app.add_typer(pathways.app, name="pathways")
app.add_typer(cohorts.app, name="cohorts")
app.add_typer(reports.app, name="report")
app.add_typer(api_keys.app, name="api-key")
app.add_typer(fhir.app, name="fhir")
app.add_typer(trust.app, name="trust")
app.add_typer(operate.audit, name="audit")


@cache
def commands() -> Any:
    """The tree of all commands. Several hundred: a process that runs more than one, as the tests do, builds it once."""
    return typer.main.get_command(app)


def main() -> None:
    """Run the command that the arguments name; errors raised on purpose are said in a sentence, with exit code 1."""
    with say_errors():
        commands()()
