"""JSON without surprises: what two readers could understand in two ways is refused (T13, T14)."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.credentials import strict_json
from app.errors import MalformedJson, TooLarge


def refusal(text: bytes | str, **limits) -> MalformedJson:
    with pytest.raises(MalformedJson) as caught:
        strict_json.loads(text, **limits)
    return caught.value


# -- what two readers could understand in two ways -----------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        '{"issuer": "good", "issuer": "evil"}',
        '{"a": {"b": [{"c": 1, "c": 1}]}}',
        '{"a": 1, "\\u0061": 2}',
        '{"": 1, "": 2}',
    ],
)
def test_a_name_that_stands_twice_in_an_object_is_refused_and_named(text):
    assert "member" in refusal(text).facts


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1" + "0" * 400 + ".0"])
def test_a_number_that_json_does_not_have_is_refused(number):
    refusal(f'{{"score": {number}}}')
    refusal(f'{{"score": {number}}}', exact_numbers=True)


@pytest.mark.parametrize("number", [str(2**53), str(-(2**53)), "9" * 17, "9" * 5_000, "-" + "9" * 5_000])
def test_a_whole_number_that_not_all_readers_hold_exactly_is_refused(number):
    refusal(number)
    refusal(f"[{number}]", exact_numbers=True)


def test_the_largest_whole_numbers_that_all_readers_hold_are_taken():
    assert strict_json.loads(f"[{2**53 - 1}, {-(2**53) + 1}, 0, -0]") == [2**53 - 1, -(2**53) + 1, 0, 0]


@pytest.mark.parametrize("text", ['"\\ud800"', '{"\\udfff": 1}', '["a", {"b": "\\ud83d"}]', '"\\ude00\\ud83d"'])
def test_half_of_a_surrogate_pair_is_refused_wherever_it_stands(text):
    refusal(text)


def test_a_whole_surrogate_pair_is_the_character_that_it_means():
    assert strict_json.loads('"\\ud83d\\ude00"') == "😀"


@pytest.mark.parametrize(
    "data", [b"\xff", b'"\xc3\x28"', b'"\xed\xa0\x80"', "é".encode("latin-1"), '"x"'.encode("utf-16")]
)
def test_bytes_that_are_no_utf8_are_refused(data):
    refusal(data)


def test_a_byte_order_mark_is_taken_as_windows_writes_one():
    assert strict_json.loads(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@pytest.mark.parametrize(
    "text",
    ["", " ", "{", "}", "[1,]", '{"a": 1,}', "{'a': 1}", "{a: 1}", "01", "1.", ".5", "+1", "0x1", "True", "undefined",
     '{"a": 1} {"b": 2}', "/* hello */ 1", '"a\nb"', '"a\tb"', '"\\x41"', "nul", "[1 2]"],
)  # fmt: skip
def test_what_only_some_readers_take_for_json_is_refused_with_its_place(text):
    error = refusal(text)

    assert (error.facts["line"] >= 1, error.facts["column"] >= 1) == (True, True)


# -- limits --------------------------------------------------------------------------------------------------


def test_a_document_of_the_largest_size_is_taken_and_one_byte_more_is_not():
    document = b'"' + b"x" * 98 + b'"'

    assert strict_json.loads(document, max_bytes=100) == "x" * 98
    with pytest.raises(TooLarge) as caught:
        strict_json.loads(document, max_bytes=99)
    assert caught.value.facts == {"limit_bytes": 99}
    with pytest.raises(TooLarge):
        strict_json.loads(document.decode(), max_bytes=99)


def test_the_size_is_limited_by_itself():
    with pytest.raises(TooLarge):
        strict_json.loads(b" " * (strict_json.MAX_BYTES + 1))


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_the_deepest_nesting_is_taken_and_one_more_is_not(opening):
    closing = "]" if opening == "[" else "}"
    deepest = opening * 32 + "1" + closing * 32

    assert strict_json.loads(deepest)
    assert refusal(opening + deepest + closing).facts == {"limit_depth": 32}


def test_twenty_thousand_levels_are_refused_and_overflow_nothing():
    for text in ("[" * 20_000, "[" * 20_000 + "]" * 20_000, '{"a":' * 20_000):
        assert refusal(text).facts == {"limit_depth": 32}


NESTED = st.recursive(
    st.sampled_from([1, "]", "[", '}"{']),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=60,
)


def levels(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(levels, inner), default=0)


@given(NESTED, st.integers(1, 6))
def test_a_document_is_taken_as_deep_as_is_allowed_and_no_deeper(value, max_depth):
    # Forty siblings, so that counting brackets alone does not answer it.
    text = json.dumps([value, *[[] for _ in range(40)]])

    if levels([value, []]) <= max_depth:
        assert strict_json.loads(text, max_depth=max_depth) == json.loads(text)
    else:
        assert refusal(text, max_depth=max_depth).facts == {"limit_depth": max_depth}


def test_brackets_inside_texts_are_no_nesting():
    assert strict_json.loads(json.dumps(["[" * 100, '\\"[[[' * 50, '{"' * 50]))


def test_siblings_are_no_nesting():
    assert len(strict_json.loads("[" + "[]," * 99 + "[]]")) == 100


def test_a_document_with_too_many_parts_is_refused():
    assert len(strict_json.loads("[" + "1," * 98 + "1]", max_nodes=100)) == 99
    assert refusal("[" + "1," * 99 + "1]", max_nodes=100).facts == {"limit_nodes": 100}


# -- exact numbers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["0.84", "0.1", "1E-7", "92.500", "0.30000000000000000001"])
def test_exact_numbers_keep_every_digit(number):
    assert strict_json.loads(number, exact_numbers=True) == Decimal(number)


@pytest.mark.parametrize("number", ["0." + "1" * 70, "1e999999999999", "1e-99999999999999999999"])
def test_exact_numbers_have_a_limit(number):
    refusal(number, exact_numbers=True)


# -- writing -------------------------------------------------------------------------------------------------


def test_what_is_written_is_ascii_and_reads_back_the_same():
    value = {"name": "Šárka Nguyễn-O'Brien", "also": "李 娜", "smile": "😀", "n": [1, 2.5, None, True]}

    written = strict_json.dumps(value)

    assert written.isascii()
    assert b" " not in strict_json.dumps({"a": [1, 2]})
    assert strict_json.loads(written) == value


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_json_is_not_written(value):
    with pytest.raises(ValueError, match=r"(?i)json"):
        strict_json.dumps(value)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_every_value_that_was_written_is_read_back(value):
    assert strict_json.loads(strict_json.dumps(value)) == value


@given(st.binary(max_size=200) | st.text(alphabet='{}[]":,\\eE+-.0123456789truefalsn ud8', max_size=60))
def test_no_input_raises_anything_but_what_is_promised(data):
    for exact in (False, True):
        try:
            strict_json.loads(data, exact_numbers=exact)
        except (MalformedJson, TooLarge):
            continue
