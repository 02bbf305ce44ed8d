"""What pages show of an issuer: its domain first, because a name is easily claimed (T20)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.credentials.report import domain_of
from app.credentials.verify.cautions import misleading
from app.issuing import signing_keys
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.issuing.signing_keys import KeyState, SigningKey
from app.web import words
from app.web.languages import gettext as _

MOST_KEYS = 12
_PLACES = (KeyState.ACTIVE, KeyState.PENDING, KeyState.RETIRED, KeyState.REVOKED)


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
    zone: ZoneInfo  # in which its days are said


@dataclass(frozen=True, slots=True)
class KeyView:
    """A key as the issuer's page names it: `mark` names an icon, `sentence` says what it is good for."""

    kid: str
    mark: str
    algorithm: str
    sentence: str


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
        zone=issuer.zone,
    )


def keys_of(session: Session, issuer: Issuer) -> tuple[KeyView, ...]:
    """The newest keys of the issuer: those that sign first, then those that once did."""
    newest_first = reversed(signing_keys.of_issuer(session, issuer))
    placed = sorted(newest_first, key=lambda key: _PLACES.index(KeyState(key.state)))
    return tuple(_key_view(key, issuer.zone) for key in placed[:MOST_KEYS])


def _key_view(key: SigningKey, zone: ZoneInfo) -> KeyView:
    said = {"since": words.date_of(key.activated_at or key.created_at, zone)}
    match KeyState(key.state):
        case KeyState.ACTIVE:
            mark, sentence = "good", _("Signs since %(since)s.", **said)
        case KeyState.PENDING:
            mark, sentence = "soon", _("Does not sign yet.")
        case KeyState.RETIRED:
            until = words.date_of(key.retired_at or key.created_at, zone)
            mark, sentence = "ended", _("Signed until %(until)s. What it signed stays good.", until=until)
        case KeyState.REVOKED:
            at = words.date_of(key.revoked_at or key.created_at, zone)
            mark, sentence = "stopped", _("Withdrawn on %(date)s. Nothing that it signed can be trusted.", date=at)
    return KeyView(key.kid, mark, key.algorithm, sentence)


def is_web_address(text: str) -> bool:
    """Whether a text may be the target of a link on our pages."""
    return text.startswith(("https://", "http://"))


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url
