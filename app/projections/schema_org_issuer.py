"""An issuer in the words of schema.org, for search engines. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Organisation:
    """What an issuer says of itself; `id` is its decentralised identifier, `url` its page here, `website` its own."""

    id: str
    url: str
    name: str
    website: str | None = None
    email: str | None = None
    description: str | None = None
    logo_url: str | None = None
    parent_name: str | None = None
    parent_url: str | None = None


def organisation(stated: Organisation) -> dict[str, Any]:
    """An `Organization` without a context, to stand alone or inside of another thing; what is not known is left out."""
    parent = {"@type": "Organization", "name": stated.parent_name, "url": stated.parent_url}
    found = {
        "@type": "Organization",
        "@id": stated.url,
        "identifier": stated.id,
        "name": stated.name,
        "url": stated.website or stated.url,
        "mainEntityOfPage": stated.url,
        "email": stated.email,
        "description": stated.description,
        "logo": stated.logo_url,
        "parentOrganization": _known(parent) if stated.parent_name else None,
    }
    return _known(found)


def document(stated: Organisation) -> dict[str, Any]:
    """The same as a document of its own."""
    return {"@context": "https://schema.org", **organisation(stated)}


def _known(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if value is not None}
