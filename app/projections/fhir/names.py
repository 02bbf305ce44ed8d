"""A name as people write it, in the parts that FHIR asks for. Pure.

Most names here came as one text. `Ortiz, Ana` says itself which part is the family's. Else the last word is, with the
particles before it (`van der Berg`, `de la Cruz`); one word alone is the family's. That is a guess, and wrong for some:
the whole name always stands in `text`, and a search by `name` looks at every word.
"""

from __future__ import annotations

from dataclasses import dataclass

_PARTICLES = frozenset(
    {"af", "al", "av", "ben", "bin", "bint", "da", "dal", "de", "del", "della", "den", "der", "des", "di", "do", "dos"}
    | {"du", "el", "la", "las", "le", "los", "mac", "mc", "san", "st", "te", "ten", "ter", "van", "von", "vom", "zu"}
    | {"zum", "zur", "y"}
)
_TITLES_AFTER = frozenset({"jr", "sr", "ii", "iii", "iv", "rn", "md", "phd", "msn", "bsn", "np", "do"})


@dataclass(frozen=True, slots=True)
class Parts:
    """A name in parts; `text` is all of it."""

    text: str
    family: str
    given: tuple[str, ...] = ()
    suffix: tuple[str, ...] = ()


def split(name: str) -> Parts:
    """The parts of a name that is not empty."""
    text = " ".join(name.split())
    before, comma, after = text.partition(",")
    if comma and before.strip() and after.strip():
        if _is_title(after):
            plain = split(before)
            return Parts(text, plain.family, plain.given, tuple(after.replace(",", " ").split()))
        return Parts(text, before.strip(), tuple(after.replace(",", " ").split()))
    words = text.split()
    suffix: tuple[str, ...] = ()
    while len(words) > 2 and _is_title(words[-1]):  # noqa: PLR2004 - a given and a family name stay
        suffix = (words.pop(), *suffix)
    first_of_family = len(words) - 1
    while first_of_family > 1 and words[first_of_family - 1].casefold() in _PARTICLES:
        first_of_family -= 1
    return Parts(text, " ".join(words[first_of_family:]), tuple(words[:first_of_family]), suffix)


def beginnings(folded: str) -> tuple[str, ...]:
    """What a search that looks for beginnings compares with: the text from each of its words on."""
    words = folded.split()
    return tuple(dict.fromkeys(" ".join(words[place:]) for place in range(len(words))))


def _is_title(text: str) -> bool:
    return all(word.replace(".", "").casefold() in _TITLES_AFTER for word in text.replace(",", " ").split())
