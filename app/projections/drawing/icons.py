"""Our own small pictures of health care and learning, as strokes like our letters; each in a box of 100 by 100."""

from __future__ import annotations

from enum import StrEnum

ICON_BOX = 100.0


class Icon(StrEnum):
    """What can stand above the abbreviation of a badge."""

    HEART = "heart"
    DROP = "drop"
    SYRINGE = "syringe"
    STETHOSCOPE = "stethoscope"
    CROSS = "cross"
    PILL = "pill"
    THERMOMETER = "thermometer"
    BED = "bed"
    CLIPBOARD = "clipboard"
    BOOK = "book"
    CAP = "cap"
    PEOPLE = "people"


_PATHS: dict[Icon, str] = {
    Icon.HEART: "M50 92C18 68 4 52 4 33A23 23 0 0 1 50 25A23 23 0 0 1 96 33C96 52 82 68 50 92Z",
    Icon.DROP: "M50 4C62 26 82 44 82 64A32 32 0 0 1 18 64C18 44 38 26 50 4ZM36 66A15 15 0 0 0 50 80",
    Icon.SYRINGE: "M61 21L79 39L44 74L26 56ZM70 30L87 13M76 2L98 24M35 65L4 96M50 32L58 40M39 43L47 51",
    Icon.STETHOSCOPE: (
        "M22 6H12V34A21 23 0 0 0 54 34V6H44M33 57V70A23 23 0 0 0 79 70V56M66 43A13 13 0 1 1 92 43A13 13 0 1 1 66 43Z"
    ),
    Icon.CROSS: "M36 6H64V36H94V64H64V94H36V64H6V36H36Z",
    Icon.PILL: "M11 61L61 11A19.8 19.8 0 0 1 89 39L39 89A19.8 19.8 0 0 1 11 61ZM36 36L64 64",
    Icon.THERMOMETER: "M36 58V18A13 13 0 0 1 62 18V58A23 23 0 1 1 36 58ZM49 40V76M80 16H92M80 36H92",
    Icon.BED: "M6 14V88M6 70H94V88M94 70V58A16 16 0 0 0 78 42H46V70M20 53H32",
    Icon.CLIPBOARD: "M32 15H16V95H84V15H68M32 6H68V24H32ZM33 59L45 71L68 45",
    Icon.BOOK: "M50 24C38 12 22 10 5 12V78C22 76 38 78 50 90C62 78 78 76 95 78V12C78 10 62 12 50 24ZM50 24V90",
    Icon.CAP: "M50 14L96 37L50 60L4 37ZM23 48V72C38 88 62 88 77 72V48M96 37V66",
    Icon.PEOPLE: (
        "M22 26A15 15 0 1 1 52 26A15 15 0 1 1 22 26ZM6 92V82A31 27 0 0 1 68 82V92M65 12A15 15 0 0 1 65 40"
        "M76 56A25 26 0 0 1 94 80V92"
    ),
}


def path_of(icon: Icon) -> str:
    """The centre line of an icon, to be drawn with a round pen; its extent is 0 to 100 both ways."""
    return _PATHS[icon]
