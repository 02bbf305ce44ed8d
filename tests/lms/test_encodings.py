"""Compressed bodies are opened within a limit, and what is not compressed is left alone (T44)."""

import gzip
import zlib

import pytest

from app.errors import TooLarge, UnsupportedMediaType
from app.lms.encodings import MAX_INFLATED_BYTES, MOST_MEMBERS, encoding_of, opened

TEXT = b'{"event": "completed"}' * 20


def bare_deflate(data):
    machine = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return machine.compress(data) + machine.flush()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(TEXT)),
        ("x-gzip", gzip.compress(TEXT)),
        ("GZIP", gzip.compress(TEXT)),
        (" gzip , identity", gzip.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", bare_deflate(TEXT)),
        ("identity", TEXT),
        ("", TEXT),
    ],
    ids=["gzip", "x-gzip", "capitals", "with identity", "zlib", "bare deflate", "identity", "nothing"],
)
def test_every_known_encoding_gives_the_text_back(encoding, body):
    assert opened({"content-encoding": encoding}, body) == TEXT


def test_without_the_header_nothing_is_opened():
    assert opened({}, gzip.compress(TEXT)) == gzip.compress(TEXT)
    assert encoding_of({}) is None


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, gzip", "deflate, gzip", "gzip;q=1", "../gzip"])
def test_an_encoding_that_nobody_here_can_open_is_refused(encoding):
    with pytest.raises(UnsupportedMediaType):
        opened({"content-encoding": encoding}, TEXT)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_body_that_somebody_on_the_way_has_opened_already_is_left_as_it_is(encoding):
    assert opened({"content-encoding": encoding}, TEXT) == TEXT
    assert opened({"content-encoding": encoding}, b"") == b""


@pytest.mark.parametrize("cut", [1, 8, 20])
def test_a_body_that_ends_too_early_is_left_as_it_is(cut):
    body = gzip.compress(TEXT)[:-cut]

    assert opened({"content-encoding": "gzip"}, body) == body


def test_several_gzip_texts_are_read_as_one():
    body = gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:])

    assert opened({"content-encoding": "gzip"}, body) == TEXT


def test_a_text_of_exactly_the_limit_is_opened_and_one_byte_more_is_not():
    most = b" " * MAX_INFLATED_BYTES

    assert len(opened({"content-encoding": "gzip"}, gzip.compress(most))) == MAX_INFLATED_BYTES
    with pytest.raises(TooLarge):
        opened({"content-encoding": "gzip"}, gzip.compress(most + b" "))


def test_a_bomb_is_refused_whether_in_one_piece_or_in_several():
    bomb = gzip.compress(bytes(64 * 1024 * 1024))
    quarter = gzip.compress(bytes(MAX_INFLATED_BYTES // 4 + 1))

    for body in (bomb, quarter * 4):
        with pytest.raises(TooLarge):
            opened({"content-encoding": "gzip"}, body)


def test_thousands_of_empty_texts_are_not_read_one_by_one():
    body = gzip.compress(b"") * (MOST_MEMBERS + 1)

    assert opened({"content-encoding": "gzip"}, body) == body
