"""Sentences of ours that are raised, stated or explained by rooms without languages, and shown on pages.

They are English where they are said. What is collected, by rule (decision 0031): in `ROOMS` every text of two words or
more that begins as a sentence does, and in `PARTS` also those that are put into others; in the doors what is raised.
Left out is what only operators and programs are told (`NOT_FOR_PEOPLE`), docstrings, words for the log, and texts of
machines (SQL, patterns, media types).

Where an expression stands in a text, the template has its number in braces: `There is no event type {1}`. `{1:said}`
stands for a sentence of ours, which is translated too, and `{1:day}` for a date that is written out.
"""

# ruff: noqa: INP001 - beside programs
from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from tools.raised_where import (
    DOORS,
    FORMATTED,
    NOT_FOR_PEOPLE,
    NOT_PUBLIC,
    NOT_SAID,
    OF_THE_LIBRARY,
    PARTS,
    PUBLIC,
    ROOMS,
    VALUES,
)

_NOUNS = ("badge", "endorsement", "learner record")
# Names of expressions that hold a sentence, or a part of one.
_SAID = {
    "because", "detail", "end", "ended", "first_sentence", "hint", "label", "least", "likely", "meant", "of_these",
    "on", "problem", "reason", "said", "said_already", "sentence", "signed", "since", "tail", "told", "until", "what",
    "why", "words",
}  # fmt: skip
_MACHINE = re.compile(
    r"^(?:SELECT|PRAGMA|CAST|\(CAST|OLD|NEW|UPDATE|-c|application/|Bearer|Basic|Value error|lanyard )\b"
    r"|\\S|\\d|\(\?|^<[a-z{]|^\"\{|^[a-z_]+ = |^\{1\}[^A-Za-z]*$|_:|CREATE |^[a-z_]+( [a-z]+_[a-z_]+)+"
)
_MISSPELT = re.compile(r"\ban (?:badge|learner)\b|\ba endorsement\b")
PLACE = re.compile(r"\{\d+(?::\w+)?\}")
_FEWEST_WORDS = 2


@dataclass(frozen=True, slots=True)
class Found:
    """A template, and the file that says it."""

    text: str
    file: str
    is_for_programmers: bool = False


def collected(root: Path) -> list[Found]:
    """Every sentence, in the order of files; the same one as often as it is said."""
    of_ours = [found for file in files(root) for found in of_file(file, root)]
    return of_ours + [Found(text, "pydantic") for text in OF_THE_LIBRARY]


def files(root: Path) -> Iterator[Path]:
    """The files that say something to people."""
    for file in sorted((root / "app").rglob("*.py")):
        place = file.relative_to(root / "app").as_posix()
        if place.startswith((*ROOMS, DOORS)) and not place.startswith(tuple(NOT_FOR_PEOPLE)):
            yield file


def is_public(found: Found) -> bool:
    """Whether somebody without an account can be shown it."""
    place = found.file.removeprefix("app/")
    return not found.is_for_programmers and place.startswith(PUBLIC) and not place.startswith(NOT_PUBLIC)


def of_file(file: Path, root: Path) -> Iterator[Found]:
    """What one file says."""
    tree, name = ast.parse(file.read_text(encoding="utf-8")), file.relative_to(root).as_posix()
    place = name.removeprefix("app/")
    for node in _raised(tree) if place.startswith(DOORS) else _texts(tree):
        for text in templates(node, place):
            if is_sentence(text, is_part=place.startswith((*PARTS, DOORS))):
                yield Found(text, name)
    if place == "doctor.py":
        yield from (Found(text, name) for text in _subjects(tree))
    if place.startswith("errors/"):
        yield from (Found(text, name, is_for_programmers=True) for text in _meanings(tree))


def is_sentence(text: str, *, is_part: bool) -> bool:
    """Whether a template reads as something that is said to a person."""
    bare = PLACE.sub(" ", text)
    if text in NOT_SAID or " " not in text.strip() or _MACHINE.search(text) or _MISSPELT.search(text):
        return False
    if text.startswith("`") and ":said}" in text:
        return True
    if len(re.findall(r"[A-Za-z]{2,}", bare)) < (1 if "{" in text else _FEWEST_WORDS):
        return False
    return is_part or not text.lstrip(" (")[:1].islower()


def templates(node: ast.expr, place: str) -> list[str]:
    """What a text or f-string can say, with numbers where expressions stand; several where it holds a choice."""
    match node:
        case ast.Constant(value=str() as text) if place == FORMATTED:
            ways = [list(_NOUNS) if part == "{noun}" else [_mark(part[1:-1]) if part[:1] == "{" else part]
                    for part in re.split(r"(\{[a-z]+\})", text)]  # fmt: skip
        case ast.Constant(value=str() as text):
            return [text.removeprefix(". ").removeprefix("; ")]
        case ast.JoinedStr(values=values):
            ways = [_ways(value, place) for value in values]
        case ast.Call(args=[_, ast.Constant(value=one), ast.Constant(value=many)]):
            return [f"1 {one}", _numbered(f"{_mark()} {many}")]
        case _:
            return []
    return [_numbered("".join(chosen)).removeprefix(". ").removeprefix("; ") for chosen in product(*ways)]


def _ways(value: ast.expr, place: str) -> list[str]:
    """What can stand at one place of an f-string; a mark where it is not known."""
    if isinstance(value, ast.Constant):
        return [str(value.value)]
    assert isinstance(value, ast.FormattedValue)  # noqa: S101 - nothing else stands in an f-string
    inner = value.value
    if (known := VALUES.get((place, ast.unparse(inner)))) is not None:
        return list(known)
    match inner:
        case ast.IfExp(body=body, orelse=orelse):
            return [text for each in (body, orelse) for text in _branch(each, place)]
        case ast.BoolOp(op=ast.Or(), values=[_, ast.Constant(value=str() as fallback)]):
            return [_mark(), fallback]
        case ast.Call(func=ast.Name(id="counted"), args=[_, ast.Constant(value=one), ast.Constant(value=many)]):
            return [f"1 {one}", f"{_mark()} {many}"]
    return [_mark(_name_of(inner))]


def _branch(node: ast.expr, place: str) -> list[str]:
    match node:
        case ast.Constant(value=value):
            return [str(value)]
        case ast.JoinedStr(values=values):
            return ["".join(chosen) for chosen in product(*(_ways(value, place) for value in values))]
    return [_mark(_name_of(node))]


def _mark(name: str = "") -> str:
    kind = "day" if name == "day()" else "said" if name in _SAID else ""
    return f"\x00{kind}\x01"


def _name_of(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=ast.Name(id="day")):
            return "day()"
        case ast.Call(func=ast.Attribute(value=inner, attr="rstrip")):
            return _name_of(inner)
    return ""


def _numbered(text: str) -> str:
    first, *others = text.split("\x00")
    found = first
    for number, other in enumerate(others, 1):
        kind, _, piece = other.partition("\x01")
        found += f"{{{number}{':' * bool(kind)}{kind}}}{piece}"
    return found


def _texts(tree: ast.Module) -> Iterator[ast.expr]:
    """Every text but docstrings, what is logged, what decorates, and the parts of f-strings."""
    left_out = {id(each) for node in ast.walk(tree) for each in _not_said(node)}
    for node in ast.walk(tree):
        is_counted = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "counted"
        is_text = is_counted or isinstance(node, ast.Constant | ast.JoinedStr)
        if is_text and isinstance(node, ast.expr) and id(node) not in left_out:
            yield node


def _not_said(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below one that are no texts of their own."""
    match node:
        case ast.Expr(value=ast.Constant() as docstring):
            yield docstring
        case ast.JoinedStr(values=values):
            yield from values
        case ast.FormattedValue(value=inner):
            yield inner
        case ast.Call(func=ast.Name(id="counted"), args=args):
            yield from args
        case ast.Call(func=ast.Attribute(value=ast.Name(id="log")) | ast.Attribute(attr="compile"), args=args):
            yield from (each for arg in args for each in ast.walk(arg))
        case ast.FunctionDef(decorator_list=decorators) | ast.ClassDef(decorator_list=decorators):
            yield from (each for decorator in decorators for each in ast.walk(decorator))


def _raised(tree: ast.Module) -> Iterator[ast.expr]:
    """The first text of everything that is raised."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            yield node.exc.args[0]


def _subjects(tree: ast.Module) -> Iterator[str]:
    """What a finding of the doctor is about, in a word or two."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="Finding"), args=[_, ast.Constant(value=str() as subject), *_]):
                yield subject


def _meanings(tree: ast.Module) -> Iterator[str]:
    """What each error means, as the page of its name says it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and (meaning := ast.get_docstring(node)) not in {None, *NOT_SAID}:
            yield meaning or ""
