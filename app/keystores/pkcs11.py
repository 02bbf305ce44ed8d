"""Private keys in a PKCS#11 token (a hardware module, or SoftHSM2): made there, used there, never taken out.

Needs the extra `lanyard[pkcs11]`. Objects are labelled with the kid, behind `demo-` for keys of a demonstration.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from threading import Lock
from typing import Any, TypeVar

import pkcs11
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.exceptions import PKCS11Error, UserAlreadyLoggedIn
from pkcs11.util.ec import encode_named_curve_parameters

from app.credentials.keys import PublicKey
from app.credentials.model import Algorithm
from app.errors import KeyUnavailable
from app.keystores import SealedKey
from app.keystores.private_keys import RSA_BITS, jwk_of

_EDWARDS_25519 = "1.3.101.112"  # id-Ed25519 (RFC 8410)
_LABEL = re.compile(r"(?P<demo>demo-)?(?P<kid>[A-Za-z0-9_\-]{40,64})", re.ASCII)
_PURPOSES = {Algorithm.ED25519: Mechanism.EDDSA, Algorithm.RS256: Mechanism.SHA256_RSA_PKCS}

T = TypeVar("T")


class Pkcs11KeyStore:
    """The KeyStore of one token. Its session is opened with the first use, and once more when the token was away."""

    def __init__(self, module: str, token: str, pin: str, *, demo: bool) -> None:
        self._module = module
        self._token = token
        self._pin = pin
        self._demo = demo
        self._session: Any = None
        self._found: dict[str, Any] = {}
        self._lock = Lock()  # a session is for one thread at a time

    def create(self, algorithm: Algorithm) -> dict[str, Any]:
        """Make a key pair in the token; its public JWK with `kid` and `alg`. Raises KeyUnavailable."""

        def make(session: Any) -> dict[str, Any]:
            public, private = _generate(session, algorithm)
            jwk = jwk_of(_public_key(public, algorithm))
            for half in (public, private):
                half[Attribute.LABEL] = f"{'demo-' if self._demo else ''}{jwk['kid']}"
            self._found[jwk["kid"]] = private
            return jwk

        return self._with_session(make)

    def sign(self, kid: str, data: bytes) -> bytes:
        """The raw signature of `data`, made in the token. Raises KeyUnavailable."""

        def use(session: Any) -> bytes:
            key = self._found.get(kid) or self._find(session, kid)
            self._found[kid] = key
            if key.key_type is KeyType.EC:  # hashed here: not every module hashes for this curve
                return bytes(key.sign(sha256(data).digest(), mechanism=Mechanism.ECDSA))
            algorithm = Algorithm.RS256 if key.key_type is KeyType.RSA else Algorithm.ED25519
            return bytes(key.sign(data, mechanism=_PURPOSES[algorithm]))

        return self._with_session(use)

    def sealed(self, kid: str, *, owner: str) -> SealedKey | None:
        """None: the token is this store's own, and nobody needs to keep anything for it."""
        del kid, owner
        return None

    def kids(self) -> list[str]:
        """The kids of all keys in the token, sorted. Raises KeyUnavailable."""
        return sorted(match["kid"] for match in self._labels())

    def demo_kids(self) -> list[str]:
        """The kids of keys that were made for a demonstration and must not sign in production."""
        return sorted(match["kid"] for match in self._labels() if match["demo"])

    def problems(self) -> list[str]:
        """What keeps the token from being used, as a sentence; empty when it can be."""
        try:
            self._labels()
        except KeyUnavailable as error:
            return [f"{error.detail}."]
        return []

    def close(self) -> None:
        """Let go of the token; the next use opens it again."""
        with self._lock, suppress(PKCS11Error):
            if self._session is not None:
                self._session.close()
            self._session, self._found = None, {}

    def _labels(self) -> list[re.Match[str]]:
        def look(session: Any) -> list[re.Match[str]]:
            keys = session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY})
            matches = (_LABEL.fullmatch(key.label or "") for key in keys)
            return [match for match in matches if match]

        return self._with_session(look)

    @staticmethod
    def _find(session: Any, kid: str) -> Any:
        for label in (kid, f"demo-{kid}"):
            found = list(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.LABEL: label}))
            if len(found) == 1:
                return found[0]
        raise KeyUnavailable("There is no private key of this name")

    def _with_session(self, work: Callable[[Any], T]) -> T:
        with self._lock:
            try:
                with _in_our_words():
                    return work(self._opened())
            except KeyUnavailable as error:
                if not isinstance(error.__cause__, PKCS11Error):
                    raise
            # A token that was taken out or restarted has forgotten the session and everything found in it.
            self._session, self._found = None, {}
            with _in_our_words():
                return work(self._opened())

    def _opened(self) -> Any:
        if self._session is None:
            token = pkcs11.lib(self._module).get_token(token_label=self._token)
            try:
                self._session = token.open(rw=True, user_pin=self._pin)
            except UserAlreadyLoggedIn:  # by another session of this process, whose login counts for all of them
                self._session = token.open(rw=True)
        return self._session


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except (PKCS11Error, RuntimeError) as error:  # RuntimeError: the module itself cannot be loaded
        kind = type(error).__name__
        raise KeyUnavailable(f"The PKCS#11 token cannot be used ({kind})", reason=kind) from error


def _generate(session: Any, algorithm: Algorithm) -> tuple[Any, Any]:
    """A key pair that stays in the token and cannot be taken out of it."""
    private = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}
    match algorithm:
        case Algorithm.ED25519:
            attributes = {Attribute.EC_PARAMS: encode_named_curve_parameters(_EDWARDS_25519)}
            domain = session.create_domain_parameters(KeyType.EC_EDWARDS, attributes, local=True)
            made = domain.generate_keypair(
                mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True, private_template=private
            )
        case Algorithm.RS256:
            made = session.generate_keypair(KeyType.RSA, RSA_BITS, store=True, private_template=private)
        case Algorithm.ES256:
            attributes = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
            domain = session.create_domain_parameters(KeyType.EC, attributes, local=True)
            made = domain.generate_keypair(store=True, private_template=private)
    public_half, private_half = made
    return public_half, private_half


def _public_key(public: Any, algorithm: Algorithm) -> PublicKey:
    match algorithm:
        case Algorithm.ED25519:
            # The point as an OCTET STRING in DER; some modules leave the wrapping out.
            point = bytes(public[Attribute.EC_POINT])
            return ed25519.Ed25519PublicKey.from_public_bytes(point[-32:])
        case Algorithm.RS256:
            numbers = (int.from_bytes(public[name], "big") for name in (Attribute.PUBLIC_EXPONENT, Attribute.MODULUS))
            return rsa.RSAPublicNumbers(*numbers).public_key()
        case Algorithm.ES256:
            point = bytes(public[Attribute.EC_POINT])
            return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point[-65:])
