"""`lanyard trust …`: which registries of issuers this service was given, and who is in them."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.terminal import out, service, table

app = typer.Typer(help="Registries of issuers (LANYARD_TRUST_LISTS).", no_args_is_help=True)


@app.command("list")
def list_registries(
    *,
    issuers: Annotated[bool, typer.Option("--issuers", help="also print every issuer")] = False,
) -> None:
    """Print each registry and the number of issuers in it, or the issuers themselves."""
    with service() as opened:
        lists = opened.trust_lists.lists
    if not lists:
        out.print("There are no trust lists. LANYARD_TRUST_LISTS names their files.", style="dim")
    elif issuers:
        rows = [[each.name, issuer_id, name or ""] for each in lists for issuer_id, name in each.issuers.items()]
        table(["registry", "issuer", "name"], rows)
    else:
        table(["registry", "issuers"], [[each.name, str(len(each.issuers))] for each in lists])
