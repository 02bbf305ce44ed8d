import base64
import gzip
import random
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.credentials import bitstring
from app.errors import InvalidInput

# The list of the W3C recommendation's own example, 131,072 bits, none set.
W3C_EMPTY_LIST = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"


def gzipped(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)  # without the time of day, which would be part of a test's name


def packed(data: bytes) -> str:
    return "u" + base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def refusal(encoded: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        bitstring.decode(encoded)
    return str(caught.value.facts["code"])


def test_the_example_list_of_the_recommendation_reads_as_16_kib_of_zeros():
    assert bitstring.decode(W3C_EMPTY_LIST) == bytes(16_384)


def test_the_first_bit_is_the_left_most_bit_of_the_first_byte():
    bits = bitstring.decode(bitstring.encode({0, 9}, 131_072))

    assert bits[:2] == bytes([0b1000_0000, 0b0100_0000])
    assert [index for index in range(16) if bitstring.is_set(bits, index)] == [0, 9]


def test_another_reader_finds_the_same_bits():
    encoded = bitstring.encode({131_071}, 131_072)

    bits = gzip.decompress(base64.urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4)))

    assert bits == bytes(16_383) + b"\x01"


def test_the_same_bits_give_the_same_text_whatever_their_order():
    assert bitstring.encode([5, 3, 99], 131_072) == bitstring.encode([99, 5, 3, 3], 131_072)


def test_an_empty_list_begins_as_every_reader_expects():
    assert bitstring.encode((), 131_072).startswith("uH4sIA")


@pytest.mark.parametrize(("indexes", "size"), [({131_072}, 131_072), ({-1}, 131_072), ((), 131_064), ((), 131_073)])
def test_a_list_that_breaks_the_standard_is_never_encoded(indexes: Iterable[int], size: int):
    with pytest.raises(ValueError, match=r"index|list"):
        bitstring.encode(indexes, size)


@given(indexes=st.sets(st.integers(0, 131_071), max_size=50))
def test_what_is_encoded_is_what_is_decoded(indexes: set[int]):
    bits = bitstring.decode(bitstring.encode(indexes, 131_072))

    assert {i for i in indexes if bitstring.is_set(bits, i)} == indexes
    assert sum(byte.bit_count() for byte in bits) == len(indexes)


@pytest.mark.parametrize(
    ("encoded", "code"),
    [
        (packed(gzipped(bytes(16_383))), "list_too_short"),
        (packed(gzipped(bytes(16_384)) + gzipped(bytes(16_384))), "list_trailing_bytes"),
        (packed(gzipped(bytes(16_384)) + b"\x00"), "list_trailing_bytes"),
        (packed(gzipped(bytes(16_384))[:-1]), "list_truncated"),
        (packed(gzipped(bytes(16_384))[:-8] + bytes(8)), "list_not_gzip"),
        (packed(bytes(16_384)), "list_not_gzip"),
        (W3C_EMPTY_LIST[1:], "list_not_base64url"),
        ("z" + W3C_EMPTY_LIST[1:], "list_not_base64url"),
        (W3C_EMPTY_LIST + "=", "list_not_base64url"),
        (W3C_EMPTY_LIST.replace("-", "+"), "list_not_base64url"),
        (packed(bytes(16))[:-1] + "B", "list_not_base64url"),
        (W3C_EMPTY_LIST + "\n", "list_not_base64url"),
        ("u", "list_not_base64url"),
        ("", "list_not_base64url"),
        ("u" + "A" * 1_048_576, "list_too_large"),
    ],
)
def test_a_malformed_list_is_refused_with_a_reason(encoded: str, code: str):
    assert refusal(encoded) == code


def test_a_bomb_is_stopped_at_the_limit():
    assert refusal(packed(gzipped(bytes(20 * 1_048_576)))) == "list_too_large"


def test_scattered_bits_are_packed_smaller_than_gzip_does_at_its_best():
    bits = bitstring.pack(random.Random(7).sample(range(1_048_576), 50_000), 1_048_576)  # noqa: S311 - no secret

    assert len(bitstring.encode_packed(bits)) < len(packed(gzipped(bits)))


def test_the_longest_list_that_can_be_set_up_is_accepted_however_its_bits_fall():
    bits = random.Random(7).randbytes(4_194_304 // 8)  # noqa: S311 - no secret

    assert bitstring.decode(bitstring.encode_packed(bits)) == bits


@pytest.mark.parametrize("index", [-1, 131_072])
def test_an_index_outside_the_list_is_an_error_and_never_not_set(index: int):
    with pytest.raises(InvalidInput, match="no entry"):
        bitstring.is_set(bytes(16_384), index)


@given(size=st.integers(1, 400), key=st.binary(min_size=0, max_size=80))
def test_the_shuffle_takes_every_place_once(size: int, key: bytes):
    places = [bitstring.permute(counter, size=size, key=key) for counter in range(size)]

    assert sorted(places) == list(range(size))


def test_the_shuffle_of_a_long_list_takes_every_place_once():
    size = 10_000

    assert len({bitstring.permute(counter, size=size, key=b"list 1") for counter in range(size)}) == size


def test_neighbours_land_far_apart_and_another_key_shuffles_otherwise():
    first = [bitstring.permute(counter, size=131_072, key=b"one") for counter in range(1_000)]
    second = [bitstring.permute(counter, size=131_072, key=b"two") for counter in range(1_000)]

    assert sum(abs(a - b) < 100 for a, b in pairwise(first)) < 20
    assert sum(a == b for a, b in zip(first, second, strict=True)) < 5


def test_the_shuffle_of_a_key_never_changes_between_releases():
    assert [bitstring.permute(counter, size=131_072, key=b"pinned") for counter in range(4)] == PINNED_PLACES


def test_a_counter_beyond_the_list_has_no_place():
    with pytest.raises(ValueError, match="range"):
        bitstring.permute(131_072, size=131_072, key=b"key")


PINNED_PLACES = [10_934, 8_225, 39_064, 32_790]
