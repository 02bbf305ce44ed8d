"""Issuers of a plan, and the keys of those that sign something."""

from __future__ import annotations

from collections.abc import Iterable

from app.errors import NotFound
from app.issuing import accreditations, issuers, signing_keys
from app.issuing.catalog.importing.changes import Import, What, about
from app.issuing.catalog.plan import PlannedIssuer
from app.issuing.issuers import Issuer


def carry_out(done: Import, wanted: Iterable[PlannedIssuer]) -> None:
    """See that they are there, each with keys if it signs. An issuer that ever had keys keeps those."""
    for planned in wanted:
        with about(planned.line, planned.slug):
            done.issuers[planned.slug], what = _issuer(done, planned)
            done.note("issuer", planned.slug, what)
            _accreditations(done, planned)
            if planned.signs and not signing_keys.of_issuer(done.session, done.issuers[planned.slug]):
                signing_keys.rotate(done.session, done.office, done.issuers[planned.slug], actor=done.actor)
                done.note("key pair", planned.slug, "made")


def _accreditations(done: Import, wanted: PlannedIssuer) -> None:
    """Keep those that the file names, by their accreditor and scope. Others that are kept here are left alone."""
    session, issuer = done.session, done.issuers[wanted.slug]
    kept = {(each.accreditor, each.scope): each for each in accreditations.of_issuer(session, issuer.id)}
    for stated in wanted.accreditations:
        found = kept.get((stated.accreditor, stated.scope))
        if found is None:
            accreditations.add(session, done.office, issuer, stated, actor=done.actor)
            done.note("accreditation", wanted.slug, "made")
        elif accreditations.change(session, done.office, issuer, found, stated, actor=done.actor):
            done.note("accreditation", wanted.slug, "changed")
        else:
            done.note("accreditation", wanted.slug, "unchanged")


def _issuer(done: Import, wanted: PlannedIssuer) -> tuple[Issuer, What]:
    session, actor = done.session, done.actor
    profile = {"parent_name": wanted.parent_name, "parent_url": wanted.parent_url}
    try:
        issuer = issuers.by_slug(session, wanted.slug)
    except NotFound:
        made = issuers.create(session, slug=wanted.slug, name=wanted.name, url=wanted.url, actor=actor, **profile)
        return made, "made"
    stated = {"name": wanted.name, "url": wanted.url, **profile}
    if all(getattr(issuer, name) == value for name, value in stated.items()):
        return issuer, "unchanged"
    return issuers.update(session, issuer, actor=actor, **stated), "changed"
