"""What every office function may need beside the session: addresses, key store, sealer and defaults.

An *era* is the time during which everything new was signed under one public address. `lanyard move` begins the next
one. What was signed keeps the names that it was signed with, for ever: rows say of which era they are, and
`Office.at` gives an office whose addresses are those of that era (decision 0028).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from app.credentials.keys import did_web
from app.errors import StartedBeforeMove
from app.keystores import KeyStore
from app.keystores.sealing import Sealer


@dataclass(frozen=True, slots=True)
class Addresses:
    """Every address that Lanyard signs or prints, from the configured public base URL and nothing else (T40)."""

    base_url: str
    era: int = 1

    @property
    def beginnings(self) -> tuple[str, str]:
        """How every address and every DID of this service begins."""
        return f"{self.base_url}/", self.did("")

    def badge(self, award_id: str) -> str:
        """The one address of a badge; also `credential.id`."""
        return f"{self.base_url}/b/{award_id}"

    def refresh(self, award_id: str) -> str:
        """Where the newest signed form of a badge is; the id of its refresh service (OB3-85)."""
        return f"{self.badge(award_id)}/refresh"

    def issuer(self, slug: str) -> str:
        """The issuer's page and profile."""
        return f"{self.base_url}/issuers/{slug}"

    def did(self, slug: str) -> str:
        """The issuer's did:web, which resolves to `/issuers/{slug}/did.json`."""
        return did_web(self.base_url, slug)

    def key(self, slug: str, kid: str) -> str:
        """The address that answers with one bare public JWK; the `kid` of a VC-JWT."""
        return f"{self.issuer(slug)}/keys/{kid}"

    def achievement(self, achievement_id: str) -> str:
        """The achievement's page, newest version."""
        return f"{self.base_url}/achievements/{achievement_id}"

    def achievement_version(self, achievement_id: str, number: int) -> str:
        """One frozen version; the `achievement.id` that badges carry."""
        return f"{self.achievement(achievement_id)}/v{number}"

    def pathway(self, pathway_id: str) -> str:
        """The pathway's page, newest version."""
        return f"{self.base_url}/pathways/{pathway_id}"

    def pathway_version(self, pathway_id: str, number: int) -> str:
        """One published version of a pathway, which never changes."""
        return f"{self.pathway(pathway_id)}/v{number}"

    def image(self, sha256: str) -> str:
        """An image by its digest; never changes."""
        return f"{self.base_url}/images/{sha256}.png"

    def endorsement(self, endorsement_id: str) -> str:
        """The one address of an endorsement; also the id of its credential."""
        return f"{self.base_url}/endorsements/{endorsement_id}"

    def asked_endorsement(self, token: str) -> str:
        """The page on which an organisation elsewhere sees what it is asked to endorse, and hands its word in."""
        return f"{self.base_url}/endorse/{token}"

    def status_list(self, list_id: str) -> str:
        """A status list."""
        return f"{self.base_url}/status/{list_id}"

    def ob2_assertion(self, award_id: str) -> str:
        """The hosted badge of Open Badges 2.0. Its signed form has the suffix `.jws`."""
        return f"{self.base_url}/ob2/assertions/{award_id}"

    def ob2_badge_class(self, achievement_id: str, number: int) -> str:
        """The BadgeClass of one version, as hosted badges name it."""
        return f"{self.base_url}/ob2/achievements/{achievement_id}/v{number}"

    def ob2_badge_class_of_key(self, achievement_id: str, number: int, kid: str) -> str:
        """The same, as badges signed with this key name it: of the issuer document that lists the key."""
        return f"{self.ob2_badge_class(achievement_id, number)}/keys/{kid}"

    def ob2_issuer(self, slug: str) -> str:
        """The issuer of hosted badges."""
        return f"{self.base_url}/ob2/issuers/{slug}"

    def ob2_issuer_of_key(self, slug: str, kid: str) -> str:
        """The issuer of badges that this key signed; its `publicKey` is this key alone."""
        return f"{self.ob2_key(slug, kid)}/issuer"

    def ob2_key(self, slug: str, kid: str) -> str:
        """A key as PEM; `verification.creator` of signed badges."""
        return f"{self.ob2_issuer(slug)}/keys/{kid}"

    def ob2_revocations(self, slug: str) -> str:
        """The issuer's list of signed badges that do not count."""
        return f"{self.ob2_issuer(slug)}/revocations"

    def unsubscribe(self, token: str) -> str:
        """Where a reader ends digests."""
        return f"{self.base_url}/unsubscribe/{token}"

    def problem(self, slug: str) -> str:
        """The page behind a problem type."""
        return f"{self.base_url}/problems/{slug}"

    def check(self, badge_url: str) -> str:
        """The page that checks the badge at this address."""
        return f"{self.base_url}/verify?{urlencode({'badge': badge_url})}"

    def claim(self, token: str) -> str:
        """The page on which somebody pending says who they are."""
        return f"{self.base_url}/claim/{token}"

    def claim_confirmation(self, token: str) -> str:
        """The page on which they confirm an address, from the mail that went there."""
        return f"{self.base_url}/claim/confirm/{token}"

    def sign_in(self, token: str) -> str:
        """The page behind a mailed link to sign in, to confirm an address or to set a password."""
        return f"{self.base_url}/sign-in/{token}"

    def shared(self, token: str) -> str:
        """A badge by a link of its holder, which ends."""
        return f"{self.base_url}/s/{token}"

    def portfolio(self, name: str) -> str:
        """A holder's page with chosen badges, by its token or, while it is public, its short name."""
        return f"{self.base_url}/p/{name}"

    def mine(self, path: str) -> str:
        """A page of whoever is signed in, such as `applications/…`."""
        return f"{self.base_url}/me/{path}"

    def staff(self, slug: str, path: str) -> str:
        """A page of an issuer's members, such as `renewals`."""
        return f"{self.base_url}/staff/{slug}/{path}"

    def calendar(self, token: str) -> str:
        """A calendar, for programs that fetch it again and again; whoever has the address reads it."""
        return f"{self.base_url}/calendars/{token}.ics"

    def fhir(self, slug: str) -> str:
        """The base of what health-record systems read of an issuer."""
        return f"{self.base_url}/fhir/{slug}"

    def wallets(self, slug: str) -> str:
        """What an issuer is called by wallets: its Credential Issuer Identifier in OpenID4VCI."""
        return f"{self.base_url}/wallets/{slug}"

    def wallet_offer(self, slug: str, code: str) -> str:
        """An offer of one badge to one wallet; a page for people."""
        return f"{self.wallets(slug)}/offers/{code}"

    def wallet_exchange(self, slug: str, code: str) -> str:
        """Where a wallet that is known by its DID takes what is offered."""
        return f"{self.wallets(slug)}/exchanges/{code}"

    def watch(self, token: str) -> str:
        """Where a holder says whether an organisation may be told what becomes of a badge."""
        return f"{self.base_url}/watch/{token}"

    def welcome(self, token: str) -> str:
        """The page of an invitation to become a member."""
        return f"{self.base_url}/staff/welcome/{token}"

    @property
    def provider_answer(self) -> str:
        """Where an identity provider sends the browser back to; to be entered there as it is."""
        return f"{self.base_url}/oidc/answer"

    def hook(self, source_id: str) -> str:
        """Where a source posts its deliveries."""
        return f"{self.base_url}/hooks/{source_id}"


class Follows(Protocol):
    """What is done at once when an award was made, or counts differently: in the same transaction, last of all."""

    def __call__(self, session: Session, office: Office, learner_id: str) -> None:
        """Look at what rests on the learner's awards, and at what they complete."""


def nobody_follows(session: Session, office: Office, learner_id: str) -> None:
    """Nothing is built on awards."""


@dataclass(frozen=True, slots=True)
class Sponsorship:
    """Who paid for what led to an award, and how it is paid for; None = not said. Shown to staff and holder only."""

    sponsor: str | None = None
    funding: str | None = None


class Sponsors(Protocol):
    """Who pays for what a learner earns, where nobody said so of the award itself."""

    def __call__(self, session: Session, learner_id: str, achievement_id: str, awarded_at: datetime) -> Sponsorship:
        """Look at the plans and pathways that the learner is on."""


def nobody_pays(session: Session, learner_id: str, achievement_id: str, awarded_at: datetime) -> Sponsorship:
    """Nobody is on a plan or a pathway."""
    del session, learner_id, achievement_id, awarded_at
    return Sponsorship()


@dataclass(frozen=True, slots=True)
class Office:
    """The office's equipment; made once by `main` and handed to every door.

    `addresses` are those of today. `former` are those of eras before it, the newest first: they go on answering.
    `follow` and `sponsored` are handed in, since stacks make awards and awards know nothing of stacks.
    """

    addresses: Addresses
    keystore: KeyStore
    sealer: Sealer
    former: tuple[Addresses, ...] = ()
    new_awards: str = "unlisted"
    status_list_size_bits: int = 131_072
    max_items_in_request: int = 100
    awards_per_hour: int = 60_000
    raw_kept_days: int = 30
    webhook_tolerance_seconds: int = 300
    refresh_service: bool = False
    endorsement_tokens: bool = False
    wallet_offer_minutes: int = 10
    demo: bool = False
    follow: Follows = nobody_follows
    sponsored: Sponsors = nobody_pays

    @property
    def era(self) -> int:
        """The era of what is signed with these addresses."""
        return self.addresses.era

    @property
    def every(self) -> tuple[Addresses, ...]:
        """The addresses of all eras, today's first."""
        return (self.addresses, *self.former)

    def at(self, era: int) -> Office:
        """An office for what was made in an era, which names things as they were named then.

        Its `every` begins with that era. Raises StartedBeforeMove for one that began after this process did.
        """
        if era == self.addresses.era:
            return self
        for each in self.former:
            if each.era == era:
                others = tuple(other for other in self.every if other.era != era)
                return replace(self, addresses=each, former=others)
        raise StartedBeforeMove("This process started before the service moved to another address; start it again")

    def renamed(self, address: str) -> str:
        """An address or DID of this service from before a move, as it is today; any other as it is."""
        for each in self.former:
            for former, today in zip(each.beginnings, self.addresses.beginnings, strict=True):
                if address.startswith(former):
                    return today + address.removeprefix(former)
        return address

    def names_of(self, address: str) -> tuple[str, ...]:
        """Every name that an address or DID of ours has had, today's first; of any other the one that it has."""
        today = self.renamed(address)
        for kind, beginning in enumerate(self.addresses.beginnings):
            if today.startswith(beginning):
                rest = today.removeprefix(beginning)
                return tuple(dict.fromkeys(each.beginnings[kind] + rest for each in self.every))
        return (address,)
