"""Pages for search engines: facts in the words of schema.org, as a data block that no browser runs."""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

from app.issuing.achievement_facts import AchievementFacts
from app.issuing.achievements import AchievementVersion
from app.issuing.office import Office
from app.projections import schema_org_achievement, schema_org_issuer
from app.projections.schema_org_issuer import Organisation
from app.stacking.renewal import ValidityKind
from app.web.issuer_view import IssuerView

# What could end the block, or begin something in it: a text in it is only ever text.
_ESCAPED = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def block(document: dict[str, Any]) -> Markup:
    """The content of `<script type="application/ld+json">`."""
    return Markup(json.dumps(document, ensure_ascii=False).translate(_ESCAPED))  # noqa: S704 - no `<` is left


def of_issuer(office: Office, issuer: IssuerView) -> Markup:
    """The issuer as an organisation."""
    return block(schema_org_issuer.document(_organisation(office, issuer)))


def of_achievement(
    office: Office, issuer: IssuerView, version: AchievementVersion, facts: AchievementFacts, *, url: str
) -> Markup:
    """One version, with its issuer."""
    kind, price = facts.validity.kind, facts.price
    stated = schema_org_achievement.Offered(
        url=url,
        name=facts.name,
        abbreviation=facts.abbreviation,
        description=facts.description,
        language=facts.language,
        kind=facts.achievement_type,
        version=str(version.number),
        published_at=version.published_at,
        zone=issuer.zone,
        image_url=office.addresses.image(version.image_sha256),
        issuer=schema_org_issuer.organisation(_organisation(office, issuer)),
        skills=tuple(
            schema_org_achievement.Skill(skill.name, skill.url, skill.code, skill.framework) for skill in facts.skills
        ),
        tags=facts.tags,
        hours=facts.hours,
        days_good=facts.validity.amount if kind is ValidityKind.DAYS else None,
        months_good=facts.validity.amount if kind is ValidityKind.MONTHS else None,
        price=schema_org_achievement.Price(price.amount, price.currency) if price else None,
    )
    return block(schema_org_achievement.document(stated))


def _organisation(office: Office, issuer: IssuerView) -> Organisation:
    base_url = office.addresses.base_url
    return Organisation(
        id=issuer.did,
        url=f"{base_url}{issuer.path}",
        name=issuer.name,
        website=issuer.website,
        email=issuer.email,
        description=issuer.description,
        logo_url=f"{base_url}{issuer.image_path}" if issuer.image_path else None,
        parent_name=issuer.parent_name,
        parent_url=issuer.parent_url,
    )
