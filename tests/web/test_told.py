"""Sentences of other rooms in the reader's language: found as they stand or by template, with values as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from app.web import languages, told
from app.web.told import MOST_TRIED, Search, Told

SPANISH = told.known("es")
# Letters that no sentence of ours has, beside what formats, templates and pages could stumble over.
VALUES = st.text(alphabet="漢字かなαβγ%{}<>&\\$1", min_size=1, max_size=12)


@pytest.fixture(autouse=True)
def _spanish() -> Iterator[None]:
    languages.use("es")
    yield
    languages.use("en")


FOUND = {
    "There is no such badge": "No existe esa insignia",
    "There is no such badge.": "No existe esa insignia.",
    "There is no event type award.made": "No existe el tipo de evento award.made",
    "A password has 12 to 200 characters": "Una contraseña tiene de 12 a 200 caracteres",
    "This badge is good until 24 November 2028. It was signed by x.example and has not been changed since.": (
        "Esta insignia es válida hasta el 24 de noviembre de 2028. La firmó x.example y no ha cambiado desde entonces."
    ),
    "acme cannot sign: The private key cannot be used.": ("acme no puede firmar: La clave privada no se puede usar."),
    "Row 3: The row names no course": "Row 3: La fila no nombra ningún curso",
    "`unit` must be one of s, ms. `host` must be text": "`unit` debe ser uno de s, ms. `host` debe ser un texto",
    "Earned on 2026-01-01 by BLS. No approval is asked for": ("Obtenida el 2026-01-01 por BLS. No se pide aprobación"),
    "CPR was done on 2026-03-01, before 2026-04-01": "CPR se hizo el 2026-03-01, antes del 2026-04-01",
}


@pytest.mark.parametrize(("raised", "shown"), FOUND.items())
def test_a_sentence_is_found_in_the_readers_language(raised: str, shown: str):
    assert told.told(raised) == shown


@pytest.mark.parametrize("raised", ["", "Nobody ever wrote this", "%(name)s {1} {", "There is no such", "x" * 5_000])
def test_what_is_not_known_stays_as_it_is(raised: str):
    assert told.told(raised) == raised


def test_in_english_nothing_is_looked_up():
    languages.use("en")

    assert told.told("There is no such badge") == "There is no such badge"
    assert told.left_english("There is no such badge") == ""


def test_what_stays_english_says_so():
    assert told.left_english("There is no such badge") == ""
    assert told.left_english("Nobody ever wrote this") == "en"


def test_markup_is_left_alone():
    assert told.told(Markup("There is no such badge")) == "There is no such badge"


def test_a_value_that_looks_like_a_sentence_of_ours_stays_as_it_is():
    assert told.told("There is no event type Sign in to see this") == "No existe el tipo de evento Sign in to see this"


def test_the_more_a_template_says_the_sooner_it_is_taken():
    known = Told({"{1} is {2}": "general", "{1} is not {2}": "special {1}"})

    assert known.find("this is not that") == "special this"
    assert known.find("this is that") == "general"


def test_a_date_stands_only_where_there_is_one():
    known = Told({"It was on {1:day}": "Fue el {1:day}"})

    assert known.find("It was on 3 May 2026") == "Fue el 3 de mayo de 2026"
    assert known.find("It was on 2026-05-03") == "Fue el 2026-05-03"
    assert known.find("It was on fire") is None


def test_every_template_is_found_by_its_own_sentence_and_keeps_its_values():
    for each in SPANISH.templates:
        values = ["7 May 2026" if kind == "day" else f"ß{number}ß" for number, kind in enumerate(each.kinds)]
        sentence = "".join(piece + value for piece, value in zip(each.pieces, [*values, ""], strict=True))
        found = SPANISH.find(sentence)

        assert found is not None, sentence
        assert all(value in found for value, kind in zip(values, each.kinds, strict=True) if kind != "day"), found


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(template=st.sampled_from(SPANISH.templates), data=st.data())
def test_whatever_the_values_are_they_stand_in_the_translation_unchanged(template: told.Template, data: st.DataObject):
    values = [data.draw(st.just("7 May 2026") if kind == "day" else VALUES) for kind in template.kinds]
    sentence = "".join(piece + value for piece, value in zip(template.pieces, [*values, ""], strict=True))

    assert "".join(
        piece + value for piece, value in zip(template.pieces, [*(template.values(sentence) or ()), ""], strict=True)
    ) == sentence  # fmt: skip
    shown = told.told(sentence)
    assert shown != sentence or "".join(template.pieces) == "".join(p for p in template.filled if isinstance(p, str))
    assert all(value in shown for value, kind in zip(values, template.kinds, strict=True) if kind != "day")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from([". ", "; ", ": ", " of ", "`", "There is no ", "{1}", "ended on ", "x"]), max_size=300)
)
def test_no_sentence_is_held_against_more_templates_than_the_bound(parts: list[str]):
    search = Search(SPANISH)

    search.find("".join(parts))

    assert search.tried <= MOST_TRIED


def test_a_sentence_as_they_are_raised_is_held_against_few_templates():
    tried = []
    for each in SPANISH.templates:
        search = Search(SPANISH)
        search.find("".join(piece + "1" for piece in each.pieces[:-1]) + each.pieces[-1])
        tried.append(search.tried)

    assert sorted(tried)[len(tried) // 2] <= 60
    assert max(tried) <= MOST_TRIED


def test_no_translation_leaves_words_of_its_sentence_out_by_accident():
    small = [text for text, said in SPANISH.exact.items() if len(text) > 40 and len(said) < len(text) // 3]

    assert small == []


def test_no_translation_uses_familiar_forms():
    familiar = re.compile(r"\b(tú|tu|tus|puedes|debes|tienes|vosotros|vuestr\w+)\b", re.IGNORECASE)

    assert [said for said in SPANISH.exact.values() if familiar.search(said)] == []
