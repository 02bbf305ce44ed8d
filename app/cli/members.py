"""`lanyard setup` and `lanyard member …`: the first owner, and who works for an issuer."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.terminal import ACTOR, out, service, table
from app.errors import NotFound
from app.issuing import issuers
from app.issuing.accounts import Role, invitations, members, passwords, people

app = typer.Typer(help="Who works for an issuer.", no_args_is_help=True)

Slug = Annotated[str, typer.Argument(help="the issuer's short name, as in its address")]


def register(root: typer.Typer) -> None:
    """Add `lanyard setup`."""
    root.command("setup")(set_up)


def set_up(
    slug: Annotated[str | None, typer.Argument(help="an issuer that is there already; without, a new one")] = None,
) -> None:
    """Print a one-time link with which somebody becomes an owner, and sets an issuer up."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug) if slug else None
        made = invitations.for_set_up(session, opened.office, issuer)
    out.print(made.url, markup=False, soft_wrap=True)
    out.print(f"Open it within {invitations.DAYS} days. It works once; keep it to yourself.", markup=False)


@app.command("list")
def list_members(slug: Slug) -> None:
    """List an issuer's members."""
    with service() as opened, opened.database.read() as session:
        lines = members.of_issuer(session, issuers.by_slug(session, slug))
    rows = [
        [each.email or "", each.name or "", each.member.role, "yes" if each.has_second_factor else "no"]
        for each in lines
    ]
    table(["address", "name", "role", "second factor"], rows)


@app.command("invite")
def invite(slug: Slug, email: str, role: Role) -> None:
    """Invite somebody by mail."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        made = invitations.invite(session, opened.office, issuer, email, role, invited_by=issuer.name, actor=ACTOR)
    out.print(made.url, markup=False, soft_wrap=True)


@app.command("role")
def change_role(slug: Slug, email: str, role: Role) -> None:
    """Give a member another role."""
    with service() as opened, opened.database.write() as session:
        account = people.by_address(session, email)
        if account is None:
            raise NotFound("There is no account with this address")
        members.change_role(session, issuers.by_slug(session, slug), account.id, role, actor=ACTOR)
    out.print("Done.")


@app.command("remove")
def remove(slug: Slug, email: str) -> None:
    """Let a member go."""
    with service() as opened, opened.database.write() as session:
        account = people.by_address(session, email)
        if account is None:
            raise NotFound("There is no account with this address")
        members.remove(session, issuers.by_slug(session, slug), account.id, actor=ACTOR)
    out.print("Done.")


@app.command("reset-second-factor")
def reset_second_factor(email: str) -> None:
    """Ask for no code of an authenticator that was lost; the next sign-in sets up another one."""
    with service() as opened, opened.database.write() as session:
        account = people.by_address(session, email)
        if account is None:
            raise NotFound("There is no account with this address")
        passwords.drop_totp(session, account)
        for issuer, _role in members.issuers_of(session, account.id):
            members.note_reset(session, issuer, account.id, actor=ACTOR)
    out.print("Done.")
