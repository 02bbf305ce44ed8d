"""Our own capital letters as strokes, so that a badge looks the same on every machine, with fonts or without.

A glyph is a centre line in a box whose capitals run from y=0 (top) to y=100 (baseline), drawn with a round pen.
Text is written in capitals. What the alphabet lacks as a letter (any script but Latin) cannot be written at all:
`writable()` then gives None and the caller leaves the words out, because half a name is worse than none.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

CAP_HEIGHT = 100.0
WORD_SPACE = 34.0

_O = "M0 36A36 36 0 0 1 72 36V64A36 36 0 0 1 0 64Z"
_D = "M0 0H34A36 36 0 0 1 70 36V64A36 36 0 0 1 34 100H0Z"

# character -> (width, path)
_GLYPHS: dict[str, tuple[float, str]] = {
    "A": (80, "M0 100L40 0L80 100M14 66H66"),
    "B": (62, "M0 0H33A23.5 23.5 0 0 1 33 47H0M33 47H35.5A26.5 26.5 0 0 1 35.5 100H0V0"),
    "C": (71, "M70.8 26.7A36 36 0 0 0 0 36V64A36 36 0 0 0 70.8 73.3"),
    "D": (70, _D),
    "E": (56, "M56 0H0V100H56M0 49H49"),
    "F": (54, "M54 0H0V100M0 50H46"),
    "G": (72, "M70.8 26.7A36 36 0 0 0 0 36V64A36 36 0 0 0 72 64V54H42"),
    "H": (70, "M0 0V100M70 0V100M0 49H70"),
    "I": (0, "M0 0V100"),
    "J": (48, "M48 0V74A24 26 0 0 1 0 77"),
    "K": (66, "M0 0V100M64 0L0 60M24 37.5L66 100"),
    "L": (52, "M0 0V100H52"),
    "M": (88, "M0 100V0L44 64L88 0V100"),
    "N": (72, "M0 100V0L72 100V0"),
    "O": (72, _O),
    "P": (62, "M0 100V0H34A28.5 28.5 0 0 1 34 57H0"),
    "Q": (74, _O + "M46 72L75 104"),
    "R": (64, "M0 100V0H34A28 28 0 0 1 34 56H0M36 56L64 100"),
    "S": (
        62,
        "M59 23C56 8 45 0 31 0C13 0 2 10 2 26C2 42 15 46 31 50C48 54 62 59 62 75C62 91 49 100 31 100C14 100 2 91 0 76",
    ),
    "T": (70, "M0 0H70M35 0V100"),
    "U": (70, "M0 0V65A35 35 0 0 0 70 65V0"),
    "V": (78, "M0 0L39 100L78 0"),
    "W": (116, "M0 0L28 100L58 8L88 100L116 0"),
    "X": (74, "M0 0L74 100M74 0L0 100"),
    "Y": (76, "M0 0L38 52L76 0M38 52V100"),
    "Z": (66, "M0 0H66L0 100H66"),
    "0": (62, "M0 31A31 31 0 0 1 62 31V69A31 31 0 0 1 0 69Z"),
    "1": (30, "M0 24L30 0V100"),
    "2": (60, "M1 28C2 11 14 0 30 0C47 0 59 11 59 27C59 42 50 50 40 60L0 100H60"),
    "3": (60, "M4 0H56L30 40C48 40 60 52 60 70C60 88 47 100 29 100C14 100 3 92 0 80"),
    "4": (70, "M50 100V0L0 72H70"),
    "5": (60, "M54 0H10L5 46C11 40 19 37 29 37C48 37 60 50 60 68C60 87 47 100 29 100C14 100 3 92 0 80"),
    "6": (62, "M44 0L6.2 50.4M31 38A31 31 0 1 1 30.9 38Z"),
    "7": (60, "M0 0H60L20 100"),
    "8": (62, "M31 0A26 23.5 0 1 1 30.9 0ZM31 47A31 26.5 0 1 1 30.9 47Z"),
    "9": (62, "M18 100L55.8 49.6M31 0A31 31 0 1 1 30.9 0Z"),
    "&": (78, "M78 100L20 32C8 16 16 0 34 0C52 0 58 17 46 29C38 37 24 43 14 53C-7 74 5 100 30 100C54 100 70 82 74 58"),
    "-": (34, "M0 52H34"),
    "+": (54, "M0 52H54M27 25V79"),
    "/": (44, "M0 104L44 -4"),
    ".": (0, "M0 100H0.1"),
    ",": (4, "M4 98L0 114"),
    ":": (0, "M0 42H0.1M0 94H0.1"),
    "'": (0, "M0 0V16"),
    "(": (18, "M18 -8C-6 28 -6 72 18 108"),
    ")": (18, "M0 -8C24 28 24 72 0 108"),
    "Ø": (72, _O + "M4 104L68 -4"),
    "Ł": (52, "M0 0V100H52M-16 62L26 38"),
    "Đ": (70, _D + "M-14 50H30"),
}

_SPELT_OUT = {
    "Æ": "AE", "Œ": "OE", "ẞ": "SS", "Þ": "TH", "Ð": "Đ", "Ħ": "H", "Ŋ": "NG", "Ŧ": "T", "ĸ": "K",
    "Μ": "MC",  # the micro sign: "mcg" is what health care writes where "µg" could be misread
    "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "’": "'", "‘": "'", "ʼ": "'", "`": "'", "…": "...", "·": ".",
    ";": ",", "[": "(", "]": ")", "_": "-", "|": "/", "\\": "/",
}  # fmt: skip

# combining mark -> path around x=0, above the capitals (or below them)
_MARKS = {
    "\u0300": "M-9 -40L7 -27",
    "\u0301": "M9 -40L-7 -27",
    "\u0302": "M-15 -26L0 -40L15 -26",
    "\u0303": "M-17 -28C-9 -41 7 -21 17 -35",
    "\u0304": "M-16 -30H16",
    "\u0306": "M-14 -39C-8 -24 8 -24 14 -39",
    "\u0307": "M0 -31H0.1",
    "\u0308": "M-16 -31H-15.9M16 -31H16.1",
    "\u030a": "M0 -46A10 10 0 1 1 -0.1 -46Z",
    "\u030b": "M1 -40L-10 -27M19 -40L8 -27",
    "\u030c": "M-15 -40L0 -26L15 -40",
    "\u0327": "M2 102V112L-8 122",
    "\u0328": "M4 102C-6 110 -2 122 10 120",
}


@dataclass(frozen=True, slots=True)
class Glyph:
    """One written character: its centre line and its width without the pen; a space has an empty path."""

    path: str
    width: float
    marks: tuple[str, ...] = ()  # paths to be drawn around the middle of the letter


def writable(text: str) -> tuple[Glyph, ...] | None:
    """The text in capitals, glyph by glyph; single spaces between words; None if a letter or digit is not ours.

    Unknown punctuation counts as a space; controls and invisible marks (T20) count as nothing.
    """
    glyphs: list[Glyph] = []
    for character in unicodedata.normalize("NFD", _spelt_out(text)):
        category = unicodedata.category(character)
        if character in _GLYPHS:
            width, path = _GLYPHS[character]
            glyphs.append(Glyph(path, width))
        elif category.startswith("M"):
            if glyphs and glyphs[-1].path and character in _MARKS:
                last = glyphs[-1]
                glyphs[-1] = Glyph(last.path, last.width, (*last.marks, _MARKS[character]))
        elif category[0] in "LN":
            return None
        elif category not in {"Cf", "Cs"} and glyphs and glyphs[-1].path:
            glyphs.append(Glyph("", WORD_SPACE))
    while glyphs and not glyphs[-1].path:
        glyphs.pop()
    return tuple(glyphs)


def _spelt_out(text: str) -> str:
    upper = unicodedata.normalize("NFKC", text).upper()
    return "".join(_SPELT_OUT.get(character, character) for character in upper)


def ellipsis(glyphs: tuple[Glyph, ...]) -> tuple[Glyph, ...]:
    """The glyphs with three dots after them, without a space before the dots."""
    kept = list(glyphs)
    while kept and not kept[-1].path:
        kept.pop()
    width, path = _GLYPHS["."]
    return (*kept, *(Glyph(path, width) for _ in range(3)))


def advance(glyph: Glyph, *, pen: float, spacing: float) -> float:
    """How far the pen moves on after this glyph, in glyph units (capitals are 100 high)."""
    return glyph.width if not glyph.path else glyph.width + pen + spacing


def line_width(glyphs: tuple[Glyph, ...], *, pen: float, spacing: float) -> float:
    """The inked width of a line in glyph units, including the pen's half widths at both ends."""
    if not glyphs:
        return 0.0
    return sum(advance(glyph, pen=pen, spacing=spacing) for glyph in glyphs) - spacing


def words(glyphs: tuple[Glyph, ...]) -> list[tuple[Glyph, ...]]:
    """The words of a line, without the spaces."""
    found: list[tuple[Glyph, ...]] = []
    word: list[Glyph] = []
    for glyph in (*glyphs, Glyph("", 0.0)):
        if glyph.path:
            word.append(glyph)
        elif word:
            found.append(tuple(word))
            word = []
    return found


def joined(parts: list[tuple[Glyph, ...]]) -> tuple[Glyph, ...]:
    """Words put back into one line with a space between each two."""
    line: list[Glyph] = []
    for part in parts:
        if line:
            line.append(Glyph("", WORD_SPACE))
        line.extend(part)
    return tuple(line)
