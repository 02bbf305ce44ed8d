"""Private keys as encrypted files in one directory: the default key store (T46, T49).

Each key is a PKCS#8 file, encrypted with a password derived from the service's secret. File names are made here from
the key itself and looked up in a listing; a name from outside is never used as a path.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from pathlib import Path
from threading import Lock
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.credentials.model import Algorithm
from app.errors import KeyUnavailable
from app.keystores import SealedKey
from app.keystores.private_keys import PrivateKey, generate, public_jwk, raw_signature, refuse_another

_DIRECTORY_MODE = 0o700
_FILE_MODE = 0o600
_MAX_FILE_BYTES = 65_536
_KID = re.compile(r"[A-Za-z0-9_\-]{40,64}", re.ASCII)
_FILE_NAME = re.compile(r"(demo-)?(?P<kid>[A-Za-z0-9_\-]{40,64})\.pem", re.ASCII)


class FileKeyStore:
    """The KeyStore of one directory, which only the service's user may open.

    With `demo`, the keys it makes are marked `demo-`, so that production can refuse them. Opened keys stay in memory.
    """

    def __init__(self, directory: Path, secret: bytes, *, demo: bool) -> None:
        self._directory = directory
        self._password = _password(secret)
        self._demo = demo
        self._opened: dict[str, PrivateKey] = {}
        self._lock = Lock()

    def create(self, algorithm: Algorithm) -> dict[str, Any]:
        """Make and keep a key pair; its public JWK with `kid` and `alg`. Raises KeyUnavailable.

        Closes the directory to other users, as a fresh checkout leaves it open.
        """
        key = generate(algorithm)
        jwk = public_jwk(key)
        data = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(self._password),
        )
        try:
            self._directory.mkdir(mode=_DIRECTORY_MODE, parents=True, exist_ok=True)
            self._directory.chmod(_DIRECTORY_MODE)
            self._write(f"{'demo-' if self._demo else ''}{jwk['kid']}.pem", data)
        except OSError as error:
            raise KeyUnavailable("The key could not be written to the key directory", reason=error.strerror) from error
        self._opened[jwk["kid"]] = key
        return jwk

    def sign(self, kid: str, data: bytes) -> bytes:
        """The raw signature of `data`: 64 bytes of Ed25519, or PKCS#1 v1.5 with SHA-256. Raises KeyUnavailable."""
        key = self._opened.get(kid)
        if key is None:
            with self._lock:
                key = self._opened[kid] = self._open(kid)
        return raw_signature(key, data)

    def sealed(self, kid: str, *, owner: str) -> SealedKey | None:
        """None: the files are this store's own, and nobody needs to keep anything for it."""
        del kid, owner
        return None

    def private_key(self, kid: str) -> PrivateKey:
        """The opened key, for a move to another key store and for nothing else. Raises KeyUnavailable."""
        return self._open(kid)

    def kids(self) -> list[str]:
        """The kids of all keys in the directory, sorted; empty when there is no directory."""
        return sorted(self._files())

    def demo_kids(self) -> list[str]:
        """The kids of keys that were made for a demonstration and must not sign in production."""
        return sorted(kid for kid, name in self._files().items() if name.startswith("demo-"))

    def problems(self) -> list[str]:
        """What is wrong with the directory or a file in it, a sentence each; every file is opened to find out."""
        try:
            found = os.lstat(self._directory)
        except FileNotFoundError:
            return ["The key directory does not exist yet; it is made with the first key."]
        if not stat.S_ISDIR(found.st_mode):
            return ["The key directory is not a directory; links are not followed."]
        problems = []
        if stat.S_IMODE(found.st_mode) & 0o077:
            problems.append("The key directory can be opened by other users; set its mode to 700.")
        if not os.access(self._directory, os.R_OK | os.W_OK | os.X_OK):
            problems.append("The key directory cannot be read and written by this user.")
            return problems
        for kid, name in sorted(self._files().items()):
            problems += self._file_problems(kid, name)
        return problems

    def _file_problems(self, kid: str, name: str) -> list[str]:
        mode = stat.S_IMODE(os.lstat(self._directory / name).st_mode)
        problems = [f"The key file {name} can be read by other users; set its mode to 600."] if mode & 0o077 else []
        try:
            self._open(kid)
        except KeyUnavailable as error:
            problems.append(f"The key file {name} cannot be used: {error.detail}.")
        return problems

    def _files(self) -> dict[str, str]:
        """Kid -> file name, for every file that is named as this store names its files."""
        try:
            names = sorted(path.name for path in self._directory.iterdir())
        except FileNotFoundError:
            return {}
        matches = (_FILE_NAME.fullmatch(name) for name in names)
        return {match["kid"]: match[0] for match in matches if match}

    def _open(self, kid: str) -> PrivateKey:
        """The key of a kid, checked to be that very key: a file that was swapped is refused. Raises KeyUnavailable."""
        if not _KID.fullmatch(kid) or (name := self._files().get(kid)) is None:
            raise KeyUnavailable("There is no private key of this name")
        try:
            key = serialization.load_pem_private_key(self._read(name), password=self._password)
        except OSError as error:
            raise KeyUnavailable("The key file cannot be read", kid=kid, reason=error.strerror) from error
        except (ValueError, TypeError) as error:
            raise KeyUnavailable("The key file cannot be opened with the configured secret", kid=kid) from error
        return refuse_another(key, kid, place="key file")

    def _read(self, name: str) -> bytes:
        descriptor = os.open(self._directory / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            return file.read(_MAX_FILE_BYTES)

    def _write(self, name: str, data: bytes) -> None:
        """Whole or not at all: a new file is filled, synced and only then given its name, never over another."""
        temporary = self._directory / f".{secrets.token_hex(8)}.tmp"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(temporary, flags, _FILE_MODE)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.link(temporary, self._directory / name, follow_symlinks=False)
        finally:
            temporary.unlink()
        directory = os.open(self._directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def _password(secret: bytes) -> bytes:
    """A password of its own for key files, so that the secret can serve other purposes beside it."""
    derived = HKDF(hashes.SHA256(), length=32, salt=None, info=b"lanyard key files 1").derive(secret)
    return derived.hex().encode("ascii")
