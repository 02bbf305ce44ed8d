"""Keys sealed in the database: bound to their kid and issuer, opened by the secret alone, kept by the caller."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.credentials.keys import public_key_of
from app.credentials.model import Algorithm
from app.credentials.raw_signatures import holds
from app.errors import KeyUnavailable
from app.keystores import SealedKey
from app.keystores.database import DatabaseKeyStore
from app.keystores.envelope import Envelope
from app.keystores.files import FileKeyStore

SECRET = b"a secret of the service, long enough"


class Rows:
    """Sealed keys in memory; `broken` makes them unreadable."""

    def __init__(self) -> None:
        self.kept: dict[str, SealedKey] = {}
        self.broken = False

    def keep(self, sealed: SealedKey) -> None:
        self.kept[sealed.kid] = sealed

    def find(self, kid: str) -> SealedKey | None:
        return self.kept.get(kid)

    def every(self) -> list[SealedKey]:
        if self.broken:
            raise KeyUnavailable("The stored keys cannot be read")
        return list(self.kept.values())


@pytest.fixture
def rows():
    return Rows()


@pytest.fixture
def open_store(rows):
    """A store over the rows, as another process has it."""
    return lambda secret=SECRET, demo=False: DatabaseKeyStore(rows, secret, demo=demo)


@pytest.fixture
def make_key(rows, open_store):
    """A key that was made and kept for an issuer; its public JWK."""

    def make(algorithm: Algorithm = Algorithm.ED25519, *, owner: str = "anna", demo: bool = False) -> dict:
        store = open_store(demo=demo)
        jwk = store.create(algorithm)
        rows.keep(store.sealed(jwk["kid"], owner=owner))
        return jwk

    return make


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_another_process_with_the_secret_can_use_the_key(make_key, open_store, algorithm):
    jwk = make_key(algorithm)

    first, second = (open_store().sign(jwk["kid"], b"message") for _ in range(2))

    assert first == second
    assert holds(public_key_of(jwk), algorithm, b"message", first)
    assert not holds(public_key_of(jwk), algorithm, b"another message", first)


def test_a_key_signs_at_once_before_anybody_kept_it(open_store):
    store = open_store()
    jwk = store.create(Algorithm.ED25519)

    public_key_of(jwk).verify(store.sign(jwk["kid"], b"message"), b"message")


def test_a_key_that_nobody_kept_is_lost(open_store):
    kid = open_store().create(Algorithm.ED25519)["kid"]

    with pytest.raises(KeyUnavailable, match="no private key of this name"):
        open_store().sign(kid, b"message")


def test_another_secret_opens_nothing_and_the_store_says_so(make_key, open_store):
    kid = make_key()["kid"]
    thief = open_store(b"another secret, also long enough")

    with pytest.raises(KeyUnavailable):
        thief.sign(kid, b"message")
    assert thief.problems() == [
        f"The stored key {kid} cannot be used: The stored key cannot be opened with the configured secret."
    ]


def test_sealed_keys_of_two_issuers_that_were_swapped_do_not_open(make_key, open_store, rows):
    ours, theirs = make_key(owner="anna")["kid"], make_key(owner="bruno")["kid"]

    rows.keep(replace(rows.kept[ours], data=rows.kept[theirs].data))

    with pytest.raises(KeyUnavailable):
        open_store().sign(ours, b"message")


def test_a_key_that_was_given_to_another_issuer_does_not_open(make_key, open_store, rows):
    kid = make_key(owner="anna")["kid"]

    rows.keep(replace(rows.kept[kid], owner="bruno"))

    with pytest.raises(KeyUnavailable):
        open_store().sign(kid, b"message")


@pytest.mark.parametrize("place", [0, 1, 30, 62, 75, -1])
def test_one_bit_changed_anywhere_and_a_key_does_not_open(make_key, open_store, rows, place):
    kid = make_key()["kid"]
    data = bytearray(rows.kept[kid].data)
    data[place] ^= 1

    rows.keep(replace(rows.kept[kid], data=bytes(data)))

    with pytest.raises(KeyUnavailable):
        open_store().sign(kid, b"message")


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x01" + bytes(20)])
def test_a_sealed_key_that_was_cut_off_is_refused(data):
    with pytest.raises(KeyUnavailable):
        Envelope(SECRET).open(data, kid="kid", owner="anna")


def test_a_key_of_another_name_is_refused_even_when_it_opens(make_key, open_store, rows):
    kid = make_key()["kid"]
    envelope = Envelope(SECRET)
    private = envelope.open(rows.kept[kid].data, kid=kid, owner="anna")

    rows.keep(SealedKey("z6Mkanother", "anna", envelope.seal(private, kid="z6Mkanother", owner="anna")))

    with pytest.raises(KeyUnavailable, match="another key than its name says"):
        open_store().sign("z6Mkanother", b"message")


def test_nothing_of_a_private_key_is_to_be_seen(make_key, rows):
    kid = make_key()["kid"]
    sealed = rows.kept[kid].data

    private = Envelope(SECRET).open(sealed, kid=kid, owner="anna")

    assert private not in sealed
    assert private[-32:] not in sealed
    assert b"PRIVATE" not in sealed


def test_each_key_is_sealed_under_a_key_of_its_own():
    first, second = (Envelope(SECRET).seal(b"the same", kid="kid", owner="anna") for _ in range(2))

    assert first[1:61] != second[1:61]
    assert first[61:] != second[61:]


def test_keys_of_a_demonstration_are_marked(make_key, open_store):
    demo, _everyday = make_key(demo=True)["kid"], make_key()["kid"]

    assert open_store().demo_kids() == [demo]


def test_a_healthy_store_has_no_problems_and_one_that_cannot_be_read_says_so(make_key, open_store, rows):
    make_key()
    assert open_store().problems() == []

    rows.broken = True

    assert open_store().problems() == ["The stored keys cannot be read."]


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_key_moves_from_files_and_stays_the_same_key(tmp_path, open_store, rows, algorithm):
    files = FileKeyStore(tmp_path / "keys", SECRET, demo=False)
    kid = files.create(algorithm)["kid"]
    before = files.sign(kid, b"message")
    store = open_store()

    assert store.take_over(files.private_key(kid))["kid"] == kid
    rows.keep(store.sealed(kid, owner="anna"))

    assert open_store().sign(kid, b"message") == before
