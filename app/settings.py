"""One frozen `Settings`, read once from the environment (`LANYARD_…`) or `.env`; passed in, never imported."""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Collection, Iterable
from enum import StrEnum
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from app.errors import UnsafeConfiguration

# A host as it stands in an address: an IDN in its xn-- form. No user, path, query or fragment.
_ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?/?",
    re.IGNORECASE | re.ASCII,
)
PREFIX = "LANYARD_"
_OWN_PORTS = {"http": "80", "https": "443"}


class Mode(StrEnum):
    """`production` refuses unsafe settings; `development` warns; `demo` is `make demo` on one's own machine."""

    PRODUCTION = "production"
    DEVELOPMENT = "development"
    DEMO = "demo"


class Settings(BaseSettings):
    """Everything an operator can set. Each field has a safe default or stops start-up with a sentence."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", frozen=True, extra="ignore")

    mode: Mode = Mode.PRODUCTION
    public_base_url: str = Field("http://localhost:8321", description="where the world reaches this service; signed")
    secret: SecretStr | None = Field(None, description="at least 32 characters; opens keys and stored secrets")
    database_url: str = Field("sqlite:///var/lanyard.sqlite3", description="sqlite:///… or postgresql+psycopg://…")
    keystore: Literal["files", "database", "pkcs11"] = Field("files", description="where private keys live")
    keys_dir: Path = Field(Path("keys"), description="private keys, encrypted, readable by the service only")
    pkcs11_module: Path | None = Field(None, description="library of the token, for the key store pkcs11")
    pkcs11_token: str | None = Field(None, description="label of the token")
    pkcs11_pin: SecretStr | None = Field(None, description="PIN of the token's user")
    var_dir: Path = Field(Path("var"), description="mail files and other things the service writes")

    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8321, ge=1, le=65535, description="port to listen on")
    trusted_proxies: str = Field(
        "",
        description="addresses and networks of the proxies in front, separated by commas; who calls is then whom they "
        "name in X-Forwarded-For",
    )
    thread_limit: int = Field(16, ge=1, le=200, description="requests handled at once, and database connections")
    database_timeout_seconds: int = Field(30, ge=1, description="wait for the database, then 503 with Retry-After")
    max_body_bytes: int = Field(1_048_576, ge=1024, description="largest request body, except image uploads")
    max_upload_bytes: int = Field(5_242_880, ge=1024, description="largest uploaded file")
    max_items_in_request: int = Field(
        100, ge=1, description="completions handled in the request; more go to the worker"
    )
    awards_per_hour: int = Field(
        60_000, ge=1, description="awards that rules make for one issuer in an hour; more wait for the next hour"
    )

    refresh_service: bool = Field(
        default=False, description="badges name the address that answers with their newest form (refreshService)"
    )
    endorsement_tokens: bool = Field(
        default=False,
        description="badges carry endorsements that are tokens (endorsementJwt); verifiers with a context of before "
        "June 2026 then refuse the whole badge",
    )
    wallet_offer_minutes: int = Field(
        10, ge=1, le=1_440, description="minutes for which a badge that is offered to a wallet waits for it"
    )
    verify_foreign: bool = Field(
        default=True, description="ask other hosts for keys, lists and badges when somebody has a badge checked"
    )
    verify_per_minute: int = Field(
        60, ge=0, le=100_000, description="badges that one caller may have checked in a minute at /verify; 0 = no limit"
    )
    own_platforms: tuple[str, ...] = Field(
        (), description='JSON list of origins in your own network that may be asked, such as ["https://lms.lan"]'
    )
    terms_url: str | None = Field(
        None, description="page with your terms of use, named to programs that holders let in; None: the home page"
    )
    privacy_url: str | None = Field(
        None, description="page with your privacy policy, named to the same programs; None: the home page"
    )
    vc_api: Literal["off", "keys", "open"] = Field(
        "off", description="VC-API: keys = callers need an API key; open = nobody is asked, for conformance suites only"
    )
    vc_api_issuer: str | None = Field(None, description="slug of the issuer that an open VC-API signs for")
    trust_lists: str | None = Field(
        None, description="files with registries of issuers, separated by commas; shown as “known in”"
    )
    new_awards: Literal["unlisted", "private", "public"] = Field("unlisted", description="visibility of new awards")
    # At most what is accepted from others as well: with its bits set at random, such a list is signed as 0.9 MB.
    status_list_size_bits: int = Field(
        131_072, ge=131_072, le=4_194_304, description="entries of a status list, a multiple of 8 up to 4,194,304"
    )
    raw_kept_days: int = Field(
        30,
        ge=0,
        le=3_660,
        description="days for which the raw bytes of deliveries are kept, sealed; a source may differ",
    )
    webhook_tolerance_seconds: int = Field(300, ge=1, description="how far a delivery's timestamp may be off")

    webhook_timeout_seconds: int = Field(15, ge=1, le=30, description="how long an endpoint may take, all together")
    webhook_disable_days: int = Field(5, ge=1, description="an endpoint that nothing reaches for so long is disabled")
    checks_kept_days: int = Field(
        30,
        ge=1,
        le=3_660,
        description="days for which what was handed in for a bulk check is kept",
    )
    check_run_seconds: float = Field(
        1_800, ge=1, description="longest run over the badges of one bulk check; what is left can be checked again"
    )
    news_days: int = Field(30, ge=4, description="how long messages to endpoints are kept, for a replay")

    staff_second_factor: Literal["required", "offered"] = Field(
        "required", description="whether staff must have an authenticator or a passkey beside their password"
    )

    bulk_undo_minutes: int = Field(
        10, ge=0, le=1_440, description="how long a bulk act, such as revoking many badges, waits and can be cancelled"
    )
    bulk_second_person_from: int = Field(
        50, ge=2, description="from so many badges of one member in a day, another member has to agree to a bulk act"
    )

    oidc_issuer: str | None = Field(
        None, description="identity provider (OpenID Connect), such as https://login.hospital.example; None: no button"
    )
    oidc_client_id: str | None = Field(None, description="as the provider knows this service")
    oidc_client_secret: SecretStr | None = Field(None, description="the secret that the provider gave for it")
    oidc_name: str = Field("your organisation", max_length=60, description="what stands on the button: Sign in with …")
    oidc_trust_mfa: bool = Field(
        default=False, description="ask for no code of ours where the provider says that it used several factors (amr)"
    )

    run_worker: bool = Field(default=True, description="run the worker inside the web process (one machine)")
    worker_poll_seconds: float = Field(1.0, gt=0, description="pause of the worker when there is nothing to do")
    lease_seconds: int = Field(60, ge=5, description="how long a worker holds a piece of work")

    smtp_host: str | None = Field(None, description="None: mails are written as .eml files under var/mail")
    smtp_port: int = Field(587, ge=1, le=65535)
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_timeout_seconds: int = Field(20, ge=1)
    mail_from: str | None = Field(None, description="the From of every mail; None: badges@ the public host")

    mail_per_person_day: int = Field(100, ge=1, description="mails to one address in 24 hours; more are held")
    mail_per_issuer_hour: int = Field(10_000, ge=1, description="mails of one issuer in an hour; more are held")

    metrics_token: SecretStr | None = Field(
        None, description="at least 16 characters; opens /metrics for Prometheus; None: there is no such address"
    )
    log_format: Literal["json", "console"] = "json"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The usual sources, once no name in them is misspelt. Raises UnsafeConfiguration."""
        del settings_cls, file_secret_settings
        for source in (env_settings, dotenv_settings):
            if isinstance(source, EnvSettingsSource):
                _refuse_unknown_names(source.env_vars, cls.model_fields)
        return init_settings, env_settings, dotenv_settings

    @field_validator("public_base_url")
    @classmethod
    def _origin_without_trailing_slash(cls, value: str) -> str:
        if (origin := origin_of(value)) is None:
            raise ValueError("LANYARD_PUBLIC_BASE_URL must look like https://badges.example.org")
        return origin

    @field_validator("trusted_proxies")
    @classmethod
    def _networks_of_proxies(cls, value: str) -> str:
        stated = [each.strip() for each in value.split(",") if each.strip()]
        try:
            networks = [ipaddress.ip_network(each) for each in stated]
        except ValueError:
            networks = []
        if len(networks) < len(stated) or any(each.prefixlen == 0 for each in networks):
            raise ValueError("LANYARD_TRUSTED_PROXIES must name proxies only, like 127.0.0.1, 10.0.3.0/24")
        return ",".join(stated)

    @field_validator("database_url")
    @classmethod
    def _database_that_is_known(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("LANYARD_DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://")
        return value

    @field_validator("oidc_issuer")
    @classmethod
    def _address_of_a_provider(cls, value: str | None) -> str | None:
        if value is not None and (not value.startswith(("https://", "http://")) or "?" in value or "#" in value):
            raise ValueError("LANYARD_OIDC_ISSUER must look like https://login.hospital.example")
        return value

    @field_validator("status_list_size_bits")
    @classmethod
    def _whole_bytes(cls, value: int) -> int:
        if value % 8:
            raise ValueError("LANYARD_STATUS_LIST_SIZE_BITS must be a multiple of 8")
        return value

    @field_validator("metrics_token")
    @classmethod
    def _token_that_is_long(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 16:  # noqa: PLR2004 - the length that is named
            raise ValueError("LANYARD_METRICS_TOKEN must be a random string of at least 16 characters")
        return value

    @property
    def mail_sender(self) -> str:
        """The From of every mail: as set, or an address at the public host."""
        host = urlsplit(self.public_base_url).hostname or ""
        return self.mail_from or f"Lanyard <badges@{host if '.' in host else f'{host}.localdomain'}>"

    @property
    def trust_list_files(self) -> tuple[Path, ...]:
        """The files of `trust_lists`, in the order in which they were named."""
        return tuple(Path(name.strip()) for name in (self.trust_lists or "").split(",") if name.strip())

    def secret_bytes(self) -> bytes:
        """The secret as bytes. Raises UnsafeConfiguration without one."""
        if self.secret is None:
            raise UnsafeConfiguration("Set LANYARD_SECRET to a random string of at least 32 characters")
        return self.secret.get_secret_value().encode()

    def unsafe(self) -> list[str]:
        """What a production service must not run with: a sentence each, saying what to set."""
        found = []
        if self.secret is None:
            found.append("There is no secret. Set LANYARD_SECRET to a random string of at least 32 characters.")
        elif len(self.secret.get_secret_value()) < 32:  # noqa: PLR2004 - the length that the sentence names
            found.append("The secret is too short. Set LANYARD_SECRET to a random string of at least 32 characters.")
        if not self.public_base_url.startswith("https://"):
            found.append(
                f"The public address {self.public_base_url} is not https. "
                "Set LANYARD_PUBLIC_BASE_URL to the https address under which the world reaches this service.",
            )
        if self.vc_api == "open":
            found.append(
                "The VC-API would sign whatever anybody sends. Set LANYARD_VC_API to keys, or to off.",
            )
        if self.smtp_host is not None and self.smtp_security == "none":
            found.append("Mail would go out unencrypted. Set LANYARD_SMTP_SECURITY to starttls or tls.")
        return found

    def refuse_if_unsafe(self) -> None:
        """Raise UnsafeConfiguration in production mode when `unsafe()` finds anything."""
        found = self.unsafe()
        if self.mode is Mode.PRODUCTION and found:
            raise UnsafeConfiguration(" ".join(found), problems=found)


def origin_of(stated: str) -> str | None:
    """A public address as it is signed: in small letters, without a slash at its end; None for what is none."""
    match = _ORIGIN.fullmatch(stated)
    if match is None or int(match["port"] or 1) not in range(1, 65_536):
        return None
    scheme, host, port = match["scheme"].lower(), match["host"].lower(), match["port"]
    # Browsers leave a scheme's own port out, and what is signed should be what they show.
    return f"{scheme}://{host}" if port in {None, _OWN_PORTS[scheme]} else f"{scheme}://{host}:{port}"


def _refuse_unknown_names(stated: Iterable[str], known: Collection[str]) -> None:
    """A name that is nearly right would change nothing, and nobody would see it."""
    for name in sorted(each.removeprefix(PREFIX.lower()) for each in stated if each.startswith(PREFIX.lower())):
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"Did you mean {PREFIX}{near[0].upper()}?" if near else "The operating guide lists every setting."
            raise UnsafeConfiguration(f"{PREFIX}{name.upper()} is not a setting of Lanyard. {hint}")
