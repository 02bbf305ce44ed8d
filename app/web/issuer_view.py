"""What pages show of an issuer: its domain first, because a name is easily claimed (T20)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from app.credentials.report import domain_of
from app.credentials.verify.cautions import misleading
from app.issuing.issuers import Issuer
from app.issuing.office import Office


@dataclass(frozen=True, slots=True)
class IssuerView:
    """An issuer as every page names it. `warning` is a sentence when the name could be mistaken for another."""

    name: str
    slug: str
    path: str
    did: str
    signs_as: str  # the domain that signs
    website: str | None
    website_host: str
    email: str | None
    description: str | None
    image_path: str | None
    parent_name: str | None
    parent_url: str | None
    warning: str | None


def issuer_view(office: Office, issuer: Issuer) -> IssuerView:
    """The issuer as it is now."""
    did = office.addresses.did(issuer.slug)
    caution = misleading(issuer.name)
    return IssuerView(
        name=issuer.name,
        slug=issuer.slug,
        path=f"/issuers/{issuer.slug}",
        did=did,
        signs_as=domain_of(did),
        website=issuer.url if is_web_address(issuer.url) else None,
        website_host=_host(issuer.url),
        email=issuer.email,
        description=issuer.description,
        image_path=f"/images/{issuer.image_sha256}.png" if issuer.image_sha256 else None,
        parent_name=issuer.parent_name,
        parent_url=issuer.parent_url if is_web_address(issuer.parent_url or "") else None,
        warning=caution.sentence if caution else None,
    )


def is_web_address(text: str) -> bool:
    """Whether a text may be the target of a link on our pages."""
    return text.startswith(("https://", "http://"))


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url
