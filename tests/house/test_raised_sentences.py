"""What rooms without languages say to people is collected, and translated: in Spanish all of it (decision 0031)."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tools import raised

# Errors for programs and operators alone, whose words no page shows, and those that carry a check with its sentence.
NOT_SHOWN = {
    "AccessDeniedError",
    "AssertionError",
    "BadProof",
    "BadToken",
    "Exit",
    "HTTPException",
    "InvalidClientError",
    "InvalidLaunch",
    "InvalidRequestError",
    "InvalidScopeError",
    "InvalidSearch",
    "InvalidToken",
    "KeyError",
    "LeaseLost",
    "NotHad",
    "ProofProblem",
    "Refused",
    "RuntimeError",
    "Stop",
    "SystemExit",
    "Throttled",
    "TimeoutError",
    "TypeError",
    "Unsupported",
    "UnsupportedResponseTypeError",
    "ValueError",
}
SENTENCE_AT = {"UnsafeDocument": 2}  # which argument is the sentence, where it is not the first
# Sentences that are no text where they are raised, each with the reason why a page finds them all the same.
ALLOWED = {
    "issuing/achievement_facts.py: f\"{first['pointer']}: {first['sentence']}\"": "a place and a sentence",
    "issuing/achievements.py: ' '.join(found)": "sentences that are found one by one",
    "issuing/definitions/keeping.py: f\"{first['pointer']}: {first['sentence']}\"": "a place and a sentence",
    "issuing/imports/uploads.py: ' '.join(problems)": "sentences that are found one by one",
    "issuing/pathways/facts.py: f\"{first['pointer']}: {first['sentence']}\"": "a place and a sentence",
    "issuing/pathways/keeping.py: ' '.join((each.sentence for each in found))": "sentences that are found one by one",
    "issuing/samples.py: ' '.join(found)": "sentences that are found one by one",
    "issuing/sources.py: ' '.join(found)": "sentences that are found one by one",
    "outbound/fetch.py: f'{target.host}: {type(error).__name__}'": "for the log: every failure has the same words",
    "stacking/conditions.py: f\"{first['pointer'] or 'condition'}: {first['sentence']}\"": "a place and a sentence",
    "stacking/rules/reading/places.py: f\"{where}: {first['sentence']}\"": "a place and a sentence",
    "web/staff/achievements/publishing.py: ' '.join(lacking)": "sentences of the page, in its language",
    "web/staff/settings/frame.py: f'This {said}'": "a sentence of the library, with another beginning",
    "web/unreadable.py: bad[0]['detail']": "a sentence that reading a delivery gave",
    "web/unreadable.py: item['detail']": "a sentence that reading a delivery gave",
}


def unknown(source: str, place: str, known: set[str], constants: set[str]) -> list[str]:
    """Raises whose sentence is neither collected nor known to come from where it is."""
    tree = ast.parse(source)
    given = {argument.arg for node in ast.walk(tree) for argument in _arguments(node)}
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Raise) or not isinstance(node.exc, ast.Call) or not node.exc.args:
            continue
        name = ast.unparse(node.exc.func).rpartition(".")[2]
        if name in NOT_SHOWN or name[:1].islower() or name.startswith("_"):  # a function makes the error elsewhere
            continue
        sentence = node.exc.args[SENTENCE_AT.get(name, 0)]
        if not _is_known(sentence, place, known, given | constants | _assigned(tree)):
            found.append(f"{place}: {ast.unparse(sentence)}")
    return found


def _arguments(node: ast.AST) -> list[ast.arg]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return []


def _assigned(tree: ast.Module) -> set[str]:
    """Names that stand for a text, or for a choice of texts, in this file."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=value)
            ):
                pass
            case ast.NamedExpr(target=ast.Name(id=name), value=value):
                pass
            case _:
                continue
        texts = [each for each in ast.walk(value) if isinstance(each, ast.Constant | ast.JoinedStr)] if value else []
        if texts:
            found.add(name)
    return found


def _is_known(node: ast.expr, place: str, known: set[str], names: set[str]) -> bool:
    match node:
        case ast.IfExp(body=body, orelse=orelse):
            return all(_is_known(each, place, known, names) for each in (body, orelse))
        case ast.Constant() | ast.JoinedStr():
            found = all(text in known for text in raised.templates(node, place))
        case ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name)):
            found = name in names
        case ast.Attribute(attr=name):
            found = name in {"detail", "sentence"} or name in names
        case _:
            found = ast.unparse(node).startswith(("_(", "gettext(", "ngettext(", "marked("))
    return found or f"{place}: {ast.unparse(node)}" in ALLOWED


@pytest.fixture(scope="module")
def known(root: Path) -> set[str]:
    """Every sentence that is collected."""
    return {found.text for found in raised.collected(root)}


@pytest.fixture(scope="module")
def constants(root: Path) -> set[str]:
    """Constants of all rooms that hold sentences, by their names."""
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in (root / "app").rglob("*.py"))
    return {name for tree in trees for name in _assigned(tree) if name.strip("_").isupper()}


def test_every_sentence_that_is_raised_is_collected(root: Path, known: set[str], constants: set[str]):
    found = [
        each
        for file in raised.files(root)
        for each in unknown(
            file.read_text(encoding="utf-8"), file.relative_to(root / "app").as_posix(), known, constants
        )
    ]

    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        'raise NotFound("There is no such thing as this one")',
        'raise NotFound(f"There is no thing {name} of this kind")',
        'raise NotFound("so small it begins")',
        "raise NotFound(sentence_from_elsewhere())",
    ],
)
def test_a_sentence_that_is_not_collected_is_found(line: str, known: set[str], constants: set[str]):
    assert len(unknown(line, "issuing/none.py", known, constants)) == 1


def test_a_sentence_that_is_collected_is_not_found(known: set[str], constants: set[str]):
    lines = ['raise NotFound("There is no such badge")', 'raise InvalidInput(f"There is no event type {name[:60]}")']

    assert [unknown(line, "issuing/none.py", known, constants) for line in lines] == [[], []]


@pytest.mark.parametrize("tag", ["es", "ar"])
def test_the_files_of_translations_are_in_step_and_complete(load_tool: Callable[[str], ModuleType], tag: str):
    strings = load_tool("strings")
    for folder, sentences in ((strings.LOCALES, strings.sentences), (strings.RAISED, strings.raised_sentences)):
        text, lacking = strings.in_step(tag, sentences(inside=strings.TRANSLATED[tag]), folder)

        assert lacking == 0
        assert text == (folder / f"{tag}.po").read_text(encoding="utf-8"), f"run: make strings ({folder.name}/{tag})"


def test_a_translation_has_the_places_of_its_sentence(load_tool: Callable[[str], ModuleType]):
    strings = load_tool("strings")

    assert list(_misplaced(strings)) == []


def _misplaced(strings: ModuleType) -> Iterator[str]:
    for tag in strings.TRANSLATED:
        with (strings.RAISED / f"{tag}.po").open("rb") as opened:
            catalog = strings.pofile.read_po(opened, locale=tag)
        for message in catalog:
            places = sorted(raised.PLACE.findall(str(message.id)))
            if message.id and places != sorted(raised.PLACE.findall(str(message.string))):
                yield str(message.id)
