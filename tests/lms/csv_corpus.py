"""Small files as people really upload them, each with what has to come of it: one word a row, or what is asked.

A row's word is `email|course|date|score` of its completion (only as far as the expectation goes), or `!column` where it
cannot be read. `?setting` = the file waits for an answer to that; `#words` = it is refused with these words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

A = "ana@x.example"
B = "li@x.example"


@dataclass(frozen=True, slots=True)
class Sample:
    """One file: its bytes, the options that were declared, and what has to come of it."""

    name: str
    data: bytes
    expected: str
    options: dict[str, Any] = field(default_factory=dict)


def text(name: str, content: str, expected: str, *, encoding: str = "utf-8", **options: Any) -> Sample:
    return Sample(name, content.encode(encoding), expected, options)


FORMS = [
    text("plain", f"email,course_id\n{A},BLS\n{B},ALS\n", f"{A}|BLS {B}|ALS"),
    text("crlf", f"email,course_id\r\n{A},BLS\r\n", f"{A}|BLS"),
    text("old mac line ends", f"email,course_id\r{A},BLS\r", f"{A}|BLS"),
    text("no last line end", f"email,course_id\n{A},BLS", f"{A}|BLS"),
    text("blank last lines", f"email,course_id\n{A},BLS\n\n\n", f"{A}|BLS"),
    text("rows of separators only", f"email,course_id\n{A},BLS\n,\n , \n", f"{A}|BLS"),
    text("blank first lines", f"\n\nemail,course_id\n{A},BLS\n", f"{A}|BLS"),
    text("blank line within", f"email,course_id\n{A},BLS\n\n{B},BLS\n", f"{A}|BLS {B}|BLS"),
    text("semicolon", f"email;course_id\n{A};BLS\n", f"{A}|BLS"),
    text("tab", f"email\tcourse_id\n{A}\tBLS\n", f"{A}|BLS"),
    text("pipe", f"email|course_id\n{A}|BLS\n", f"{A}|BLS"),
    text("sep line of excel", f"sep=;\nemail;course_id\n{A};BLS\n", f"{A}|BLS"),
    text("sep line of a tab", f"sep=\t\r\nemail\tcourse_id\r\n{A}\tBLS\r\n", f"{A}|BLS"),
    text("commas within semicolons", f"email;name;course_id\n{A};Ortiz, Ana, PhD;BLS\n", f"{A}|BLS"),
    text("quoted comma", f'email,name,course_id\n{A},"Ortiz, Ana",BLS\n', f"{A}|BLS"),
    text("quoted quote", f'email,name,course_id\n{A},"Ana ""Annie"" Ortiz",BLS\n', f"{A}|BLS"),
    text("quoted line end", f'email,name,course_id\n{A},"Ana\nOrtiz",BLS\n{B},Li,BLS\n', f"{A}|BLS {B}|BLS"),
    text("all quoted", f'"email","course_id"\n"{A}","BLS"\n', f"{A}|BLS"),
    text("one column and a declared course", f"email\n{A}\n{B}\n", f"{A}|BLS {B}|BLS", course_id="BLS"),
    text("extra columns", f"email,ward,course_id,shoe size\n{A},3,BLS,38\n", f"{A}|BLS"),
    text("short row", f"email,course_id,name\n{A},BLS\n", f"{A}|BLS"),
    text("torn row", f"email,name,course_id\n{A},Ortiz, Ana,BLS\n{B},Li,BLS\n", f"!row {B}|BLS"),
    text("trailing separators", f"email,course_id,,\n{A},BLS,,\n", f"{A}|BLS"),
    text(
        "declared separator",
        f"email;course_id,x\n{A};BLS\n",
        f"{A}|BLS",
        delimiter="semicolon",
        columns={"course_id": 2},
    ),
]
ENCODINGS = [
    text("utf-8 with mark", f"\ufeffemail,name,course_id\n{A},Šárka,BLS\n", f"{A}|BLS"),
    text("utf-16 with mark", f"email,name,course_id\n{A},李 娜,BLS\n", f"{A}|BLS", encoding="utf-16"),
    text("utf-16 little endian without mark", f"email,course_id\n{A},BLS\n", f"{A}|BLS", encoding="utf-16-le"),
    text("utf-16 big endian without mark", f"email,course_id\n{A},BLS\n", f"{A}|BLS", encoding="utf-16-be"),
    text("utf-16 declared", f"email,course_id\n{A},BLS\n", f"{A}|BLS", encoding="utf-16-le", encoding_="utf-16"),
    text("windows-1252", f"email;name;course_id\n{A};Jörg Öztürk;BLS\n", f"{A}|BLS", encoding="cp1252"),
    text(
        "declared latin",
        f"email,name,course_id\n{A},Jörg,BLS\n",
        f"{A}|BLS",
        encoding="latin-1",
        encoding_="iso-8859-1",
    ),
    text(
        "declared polish", f"email,name,course_id\n{A},Łucja,BLS\n", f"{A}|BLS", encoding="cp1250", encoding_="cp1250"
    ),
    text(
        "declared chinese", f"email,name,course_id\n{A},李娜,BLS\n", f"{A}|BLS", encoding="gb18030", encoding_="gb18030"
    ),
    text(
        "not what was declared",
        f"email,name,course_id\n{A},Jörg,BLS\n",
        "#not utf-8",
        encoding="cp1252",
        encoding_="utf-8",
    ),
    Sample("no windows text either", b"email,course_id\n\x81\x8d,BLS\n", "#not cp1252"),
    Sample("a picture", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "#no text file"),
]
HEADINGS = [
    text("capitals", f"EMAIL,COURSE_ID\n{A},BLS\n", f"{A}|BLS"),
    text("blanks and signs", f" E-Mail Address , Course ID \n{A},BLS\n", f"{A}|BLS"),
    text("german", f"E-Mail-Adresse;Kurs-ID;Abschlussdatum\n{A};BLS;2026-03-01\n", f"{A}|BLS|2026-02-28T23:00"),
    text("french with accents", f"Courriel,Prénom,Nom,Code cours\n{A},Ana,Ortiz,BLS\n", f"{A}|BLS"),
    text(
        "spanish", f"Correo electrónico,Nombre completo,Curso,Fecha,id_curso\n{A},Ana,RCP,2026-03-01,BLS\n", f"{A}|BLS"
    ),
    text("no break blank", f"E\u00a0mail\u00a0,course\u00a0id\n{A},BLS\n", f"{A}|BLS"),
    text("by id alone", "employee_id,course_id\n4711,BLS\n", "|BLS"),
    text("chosen by heading", f"Kontakt,Was\n{A},BLS\n", f"{A}|BLS", columns={"email": "Kontakt", "course_id": "Was"}),
    text("chosen by number", f"x,y\n{A},BLS\n", f"{A}|BLS", columns={"email": 1, "course_id": 2}),
    text("a guess put aside", f"email,course_id,score\n{A},BLS,good\n", f"{A}|BLS", columns={"score": None}),
    text("two that could be it", f"mail,e-mail,course_id\n{A},{B},BLS\n", "?columns/email"),
    text("the exact name wins", f"mail,email,course_id\n{B},{A},BLS\n", f"{A}|BLS"),
    text("chosen and missing", f"email,course_id\n{A},BLS\n", "?columns/email", columns={"email": "Kontakt"}),
    text("nobody named", "course_id,score\nBLS,1\n", "?columns/email", score_unit="fraction"),
    text("no course named", f"email,name\n{A},Ana\n", "?columns/course_id"),
    text("no headings", f"{A},BLS\n{B},BLS\n", "?columns/email"),
]
DATED = "email,course_id,date\n"
SCORED = "email,course_id,score\n"
DATES = [
    text("iso date in the zone of the source", DATED + f"{A},BLS,2026-03-01\n", f"{A}|BLS|2026-02-28T23:00"),
    text("iso moment", DATED + f"{A},BLS,2026-03-01T10:00:00Z\n", f"{A}|BLS|2026-03-01T10:00"),
    text("iso with blank", DATED + f"{A},BLS,2026-03-01 10:00:00\n", f"{A}|BLS|2026-03-01T09:00"),
    text("day or month first", DATED + f"{A},BLS,03/04/2025\n", "?date_format"),
    text("points and two digits", DATED + f"{A},BLS,3.4.25\n", "?date_format"),
    text("clear from the number and still asked", DATED + f"{A},BLS,25/12/2025\n", "?date_format"),
    text("day first by choice", DATED + f"{A},BLS,03/04/2025\n", f"{A}|BLS|2025-04-02T22", date_format="DD/MM/YYYY"),
    text("month first by choice", DATED + f"{A},BLS,03/04/2025\n", f"{A}|BLS|2025-03-03T23", date_format="%m/%d/%Y"),
    text("month by name", DATED + f"{A},BLS,3 Apr 2025\n", "?date_format"),
    text("month by name by choice", DATED + f"{A},BLS,3 Apr 2025\n", f"{A}|BLS|2025-04-02T22", date_format="%d %b %Y"),
    text(
        "other form than chosen",
        DATED + f"{A},BLS,2025-04-03\n{B},BLS,03.04.2025\n",
        f"!completed_at {B}|BLS",
        date_format="DD.MM.YYYY",
    ),
    text("no such day", DATED + f"{A},BLS,2026-02-30\n{B},BLS,2026-02-28\n", f"!completed_at {B}|BLS"),
    text("in the future", DATED + f"{A},BLS,2031-01-01\n", "!completed_at"),
    text("before 2000", DATED + f"{A},BLS,1999-12-31\n", "!completed_at"),
    text("a bare number", DATED + f"{A},BLS,46082\n", "?date_format"),
    text("no date", DATED + f"{A},BLS,\n", f"{A}|BLS|2026-03-02T10:20"),
]
SCORES = [
    text("unit is asked", SCORED + f"{A},BLS,93\n", "?score_unit"),
    text("percent", SCORED + f"{A},BLS,93\n", f"{A}|BLS||0.93", score_unit="percent"),
    text("percent sign", SCORED + f"{A},BLS,93 %\n", f"{A}|BLS||0.93", score_unit="percent"),
    text("fraction", SCORED + f"{A},BLS,0.93\n", f"{A}|BLS||0.93", score_unit="fraction"),
    text("fraction and a percent sign", SCORED + f"{A},BLS,93%\n", f"{A}|BLS||0.93", score_unit="fraction"),
    text("points", f"email,course_id,score,max\n{A},BLS,15,20\n", f"{A}|BLS||0.75", score_unit="points"),
    text("points without a maximum", SCORED + f"{A},BLS,15\n", "?columns/score_max", score_unit="points"),
    text("a row without a maximum", f"email,course_id,score,max\n{A},BLS,15,\n", "!score_max", score_unit="points"),
    text("points with a percent sign", f"email,course_id,score,max\n{A},BLS,15%,20\n", "!score", score_unit="points"),
    text("comma is asked", SCORED + f'{A},BLS,"92,5"\n', "?decimal_sign", score_unit="percent"),
    text(
        "comma by choice",
        f"email;course_id;score\n{A};BLS;92,5\n",
        f"{A}|BLS||0.925",
        score_unit="percent",
        decimal_sign=",",
    ),
    text(
        "point where a comma was chosen",
        f"email;course_id;score\n{A};BLS;92.5\n",
        "!score",
        score_unit="percent",
        decimal_sign=",",
    ),
    text("not the unit", SCORED + f"{A},BLS,93\n", "!score", score_unit="fraction"),
    text("zero is a score", SCORED + f"{A},BLS,0\n", f"{A}|BLS||0", score_unit="percent"),
    text("no score", SCORED + f"{A},BLS,\n", f"{A}|BLS", score_unit="percent"),
    text("words", SCORED + f"{A},BLS,good\n", "!score", score_unit="percent"),
    text("not a number", SCORED + f"{A},BLS,NaN\n", "!score", score_unit="percent"),
]
PEOPLE = [
    text("blanks around an address b05", "email,course_id\n  kim@x.example\u00a0,BLS\n", "kim@x.example|BLS"),
    text("zero width in front b05", "email,course_id\n\u200bkim@x.example\u200b\ufeff,BLS\n", "kim@x.example|BLS"),
    text("no address", f"email,course_id\nkim.x.example,BLS\n{B},BLS\n", f"!email {B}|BLS"),
    text("two addresses in a cell", f'email,course_id\n"{A}; {B}",BLS\n', "!email"),
    text("empty address", f"email,course_id\n,BLS\n{B},BLS\n", f"!email {B}|BLS"),
    text("empty address and an id", "email,external_id,course_id\n,4711,BLS\n", "|BLS"),
    text("placeholder and an id", "email,external_id,course_id\nnoemail@x.example,4711,BLS\n", "|BLS"),
    text("no course in a row", f"email,course_id\n{A},\n{B},BLS\n", f"!course_id {B}|BLS"),
    text("guard of our own export", "email,name,course_id\nana@x.example,'+49 1,BLS\n", f"{A}|BLS"),
    text("address of no web page", f"email,course_id,link\n{A},BLS,see binder\n", "!evidence_url"),
    text("a very long cell", f"email,course_id,name\n{A},BLS,{'x' * 5001}\n", "#more than 5000 characters"),
    text("a quote that stays open", f'email,name,course_id\n{A},"Ana,BLS\n{B},Li,BLS\n', "#quotation mark"),
    text("a quote within a cell", f'email,name,course_id\n{A},"Ana" Ortiz,BLS\n', "#quotation mark"),
]
STATES = [
    text("passed", f"email,course_id,status\n{A},BLS,Passed\n", f"{A}|BLS"),
    text("german words", f"email,course_id,ergebnis\n{A},BLS,nicht bestanden\n", f"{A}|BLS"),
    text("unknown word", f"email,course_id,status\n{A},BLS,meh\n{B},BLS,done\n", f"!status {B}|BLS"),
    text("word by choice", f"email,course_id,status\n{A},BLS,Meh\n", f"{A}|BLS", statuses={"meh": "failed"}),
    text("empty status", f"email,course_id,status\n{A},BLS,\n", "!status"),
    text("yes and no", f"email,course_id,passed\n{A},BLS,yes\n{B},BLS,no\n", f"{A}|BLS {B}|BLS"),
    text("neither yes nor no", f"email,course_id,passed\n{A},BLS,perhaps\n", "!passed"),
    text("two that contradict", f"email,course_id,status,passed\n{A},BLS,failed,yes\n", "!passed"),
]
NOTHING = [
    Sample("empty", b"", "#empty"),
    Sample("blank", b" \r\n\t", "#empty"),
    text("headings only", "email,course_id\n", "#no rows"),
    Sample("an old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "#.xls"),
    Sample("a damaged workbook", b"PK\x03\x04 and nothing more", "#no workbook"),
]
CORPUS = [*FORMS, *ENCODINGS, *HEADINGS, *DATES, *SCORES, *PEOPLE, *STATES, *NOTHING]
