"""What every office function may need beside the session: addresses, key store, sealer and defaults."""

from __future__ import annotations

from dataclasses import dataclass

from app.credentials.keys import did_web
from app.keystores import KeyStore
from app.keystores.sealing import Sealer


@dataclass(frozen=True, slots=True)
class Addresses:
    """Every address that Lanyard signs or prints, from the configured public base URL and nothing else (T40)."""

    base_url: str

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

    def image(self, sha256: str) -> str:
        """An image by its digest; never changes."""
        return f"{self.base_url}/images/{sha256}.png"

    def endorsement(self, endorsement_id: str) -> str:
        """The one address of an endorsement; also the id of its credential."""
        return f"{self.base_url}/endorsements/{endorsement_id}"

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

    def problem(self, slug: str) -> str:
        """The page behind a problem type."""
        return f"{self.base_url}/problems/{slug}"

    def hook(self, source_id: str) -> str:
        """Where a source posts its deliveries."""
        return f"{self.base_url}/hooks/{source_id}"


@dataclass(frozen=True, slots=True)
class Office:
    """The office's equipment; made once by `main` and handed to every door."""

    addresses: Addresses
    keystore: KeyStore
    sealer: Sealer
    new_awards: str = "unlisted"
    status_list_size_bits: int = 131_072
    max_items_in_request: int = 100
    webhook_tolerance_seconds: int = 300
    refresh_service: bool = False
    demo: bool = False
