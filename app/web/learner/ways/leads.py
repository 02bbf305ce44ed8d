"""Where a badge leads its holder: pathways that count it, and roles for which it is of use."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.issuing.awards import Award
from app.issuing.issuers import Issuer
from app.issuing.pathways import worlds
from app.stacking import lattice
from app.web.languages import gettext as _

MOST = 12


def of(session: Session, issuer: Issuer, award: Award) -> Sequence[tuple[str, str]]:
    """Names, and where each is looked at; none if the badge leads nowhere."""
    known = worlds.of(session, issuer.id)
    name = known.slugs.get(award.achievement_id)
    if name is None:
        return ()
    ahead, world = lattice.leads_to(known.world, name), known.world
    pathways = dict.fromkeys(pathway for pathway, _node in ahead.nodes)
    found = [(_("Pathway: %(name)s", name=world.pathways[each].name), "/me/pathways") for each in pathways]
    found += [
        (_("Role: %(name)s", name=world.roles[each].name), f"/me/gap?role=role:{issuer.slug}/{each}")
        for each in ahead.roles
    ]
    return found[:MOST]
