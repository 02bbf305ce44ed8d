"""Sentences of ours that are raised, stated or explained by rooms without languages, and shown on pages.

They are English where they are said. What is collected, by rule (decision 0031): in `ROOMS` every text of two words or
more that begins as a sentence does, and in `PARTS` also those that are put into others; in the doors what is raised.
Left out is what only operators and programs are told (`NOT_FOR_PEOPLE`), docstrings, words for the log, and texts of
machines (SQL, patterns, media types).

Where an expression stands in a text, the template has its number in braces: `There is no event type {1}`. `{1:said}`
stands for a sentence of ours, which is translated too, and `{1:day}` for a date that is written out.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

ROOMS = ("errors/", "issuing/", "lms/", "credentials/", "stacking/", "judging/", "outbound/", "keystores/", "doctor.py",
         "db.py")  # fmt: skip
DOORS = "web/"
# Where parts of sentences begin with a small letter.
PARTS = (
    "credentials/verify/",
    "doctor.py",
    "issuing/achievement_facts.py",
    "issuing/definitions/",
    "issuing/frameworks/",
    "issuing/renewals/renewing.py",
    "issuing/sources.py",
    "issuing/watches.py",
    "issuing/watching/telling.py",
    "keystores/",
    "lms/auth/options.py",
    "lms/csv/settings.py",
    "lms/csv/table.py",
    "lms/date_patterns.py",
    "lms/generic/",
    "outbound/",
    "stacking/rules/",
    "stacking/wording.py",
)
# Each with the reason why no person reads it on a page.
NOT_FOR_PEOPLE = {
    "credentials/client_assertions.py": "programs that sign in, and the log",
    "credentials/data_integrity.py": "VC-API, a door for programs",
    "credentials/id_tokens.py": "the log: who is refused is not told why",
    "credentials/jsonld/compiled/": "ends the fast path; the general one says it anew",
    "credentials/keys/": "programs that hand in keys",
    "credentials/lint/__init__.py": "clauses of standards",
    "credentials/lint/registry.py": "names of rules",
    "credentials/multibase.py": "programs that hand in keys",
    "credentials/sign.py": "a fault of ours, of which the log says more",
    "credentials/sign_ob2.py": "a fault of ours, of which the log says more",
    "credentials/signed_tokens.py": "programs that sign in, and the log",
    "credentials/trust_lists.py": "read when the service starts",
    "credentials/vc/": "VC-API, a door for programs",
    "credentials/verify/ob2/generations.py": "names of standards",
    "credentials/verify/standards.py": "names of standards",
    "credentials/wallet_proofs.py": "wallets",
    "issuing/achievement_documents.py": "stands in signed documents, which stay as they are",
    "issuing/append_only.py": "SQL",
    "issuing/badge_connect/": "programs of other hosts",
    "issuing/catalog/": "the command line of the operator",
    "issuing/collection.py": "names of standards",
    "issuing/endorsement_letters.py": "stands in letters, in their language",
    "issuing/eras.py": "the start of the service",
    "issuing/health_records/": "programs; the page of their keys has its own words",
    "issuing/moving.py": "the command line of the operator",
    "issuing/office.py": "addresses",
    "issuing/renewals/calendars.py": "feeds of calendars, which carry no language of a reader",
    "lms/auth/networks.py": "settings that the command line alone can make",
    "outbound/addresses.py": "the log",
    "stacking/condition_text/writing.py": "the language of conditions",
    "stacking/lattice/": "a fault of ours",
    "stacking/versions.py": "the command line; pages have words of their own",
    "web/api/": "programs",
    "web/badge_connect/": "programs of other hosts",
    "web/caliper.py": "programs",
    "web/fhir/": "programs",
    "web/hooks.py": "programs",
    "web/metrics.py": "programs",
    "web/provider_questions.py": "the log",
    "web/standalone/": "the command line of the operator",
    "web/token_requests.py": "programs",
    "web/vc_api.py": "programs",
    "web/wallets/": "wallets",
    "web/xapi.py": "programs",
}
# What the library that reads forms and documents says; pages show it beside fields, some with "This" in its front.
OF_THE_LIBRARY = (
    "Field required",
    "Extra inputs are not permitted",
    *(
        f"{what} should {rest}"
        for what in ("This", "Input", "String", "List")
        for rest in (
            "have at most {1} characters",
            "have at least 1 character",
            "have at least {1} characters",
            "match pattern '{1}'",
            "be greater than {1}",
            "be greater than or equal to {1}",
            "be less than {1}",
            "be less than or equal to {1}",
            "be a valid string",
            "be a valid list",
            "be a valid integer",
            "be a valid integer, unable to parse string as an integer",
            "be a valid number",
            "be a valid decimal",
            "be a valid boolean",
            "be a valid date",
            "be a valid date in the format YYYY-MM-DD, {1}",
            "be a valid date or datetime, {1}",
            "be a valid datetime, {1}",
            "be a valid dictionary or object to extract fields from",
            "have timezone info",
            "be {1}",
            "have at least {1} item after validation, not {2}",
            "have at least {1} items after validation, not {2}",
            "have at most {1} item after validation, not {2}",
            "have at most {1} items after validation, not {2}",
        )
        if (what in {"This", "Input"}) or (what == "String" and ("character" in rest or "pattern" in rest)) or (what == "List" and "item" in rest)
    ),
    "Decimal input should have no more than {1} decimal places",
    "Decimal input should have no more than {1} digits in total",
    "Value error, {1:said}",
)
# What somebody without an account can be shown; the rest is for staff and learners.
PUBLIC = (
    "credentials/",
    "db.py",
    "errors/",
    "issuing/accounts/",
    "issuing/achievements.py",
    "issuing/awards.py",
    "issuing/claim_links.py",
    "issuing/endorsement_requests.py",
    "issuing/endorsements.py",
    "issuing/holding/portfolios.py",
    "issuing/holding/sharing.py",
    "issuing/images.py",
    "issuing/issuers.py",
    "issuing/verification.py",
    "issuing/wallets/offers.py",
    "issuing/watches.py",
    "judging/",
    "outbound/oidc.py",
    "web/",
)
NOT_PUBLIC = ("credentials/lint/", "credentials/ob2_rules.py", "credentials/jsonld/contexts.py", "web/learner/", "web/lti/", "web/staff/")
NOT_SAID = {
    "Ana Ortiz",
    "Hand Hygiene",
    "Basic Life Support",
    "DD MMM YYYY",
    "January February March April May June July August September October November December",
    "{1} of 1",
    "{1} UTC",
    "openid email profile",
    "Lanyard at {1}",
    "Open Badges 3.0",
    "Open Badges v2p0",
    "Open Badges v3p0",
    "test student",
    "No badge: keeps this list at two entries.",
    "BEGIN IMMEDIATE",
    "REPEATABLE READ",
    "O*NET-SOC Code",
    "Element ID",
    "Element Name",
    "Task ID",
    "is not",
    "{1} of {2}",
    "{1} of {2} {3}",
    "This {1:said}",
    "learner record",
}
# What an expression can be, where it is one of few words.
VALUES = {
    ("credentials/verify/shape.py", "noun"): ("badge", "endorsement", "learner record"),
    ("issuing/definitions/keeping.py", "kind.replace('-', ' ')"): (
        "framework", "skill", "ce unit", "recognised credential", "equivalence", "programme", "credit transfer",
        "role", "unit",
    ),
    ("issuing/plans/aims.py", "aim.aims"): ("role", "pathway", "skill"),
    ("issuing/plans/cohorts.py", "described.aim.aims"): ("role", "pathway", "skill"),
    ("issuing/news.py", "endpoint.state"): ("paused", "disabled"),
    ("issuing/endorsement_requests.py", "found"): ("given", "declined", "withdrawn", "expired"),
    ("keystores/private_keys.py", "place"): ("row of the stored key", "key file"),
    ("lms/csv/row.py", "unit"): ("fraction", "percent"),
    ("lms/generic/score.py", "unit"): ("fraction", "percent"),
    ("stacking/condition_text/reading.py", "what"): ("step", "credential", "skill", "unit of continuing education"),
    ("stacking/rules/explanation/of_award.py", "verb"): ("can", "could"),
    ("stacking/rules/explanation/of_require.py", "verb"): ("is", "is not"),
    ("stacking/rules/explanation/of_require.py", "word"): ("passed", "completed"),
    ("stacking/rules/explanation/of_require.py", "result"): ("passed", "completed"),
}  # fmt: skip
# Texts with names in braces, which are filled by `format`.
FORMATTED = "credentials/verify/conclusion.py"
_NOUNS = ("badge", "endorsement", "learner record")
# Names of expressions that hold a sentence, or a part of one.
_SAID = {
    "because", "detail", "end", "ended", "first_sentence", "hint", "label", "least", "likely", "meant", "name_of", "of_these",
    "on", "problem", "reason", "said", "said_already", "sentence", "signed", "since", "tail", "told", "until", "what",
    "why", "words",
}  # fmt: skip
_MACHINE = re.compile(
    r"^(?:SELECT|PRAGMA|CAST|\(CAST|OLD|NEW|UPDATE|-c|application/|Bearer|Basic|Value error|lanyard )\b"
    r"|\\S|\\d|\(\?|^<[a-z{]|^\"\{|^[a-z_]+ = |^\{1\}[^A-Za-z]*$|_:|CREATE |^[a-z_]+( [a-z]+_[a-z_]+)+"
)
_MISSPELT = re.compile(r"\ban (?:badge|learner)\b|\ba endorsement\b")
_PLACE = re.compile(r"\{\d+(?::\w+)?\}")
_FEWEST_WORDS = 2


@dataclass(frozen=True, slots=True)
class Found:
    """A template, and the file that says it."""

    text: str
    file: str


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
    return place.startswith(PUBLIC) and not place.startswith(NOT_PUBLIC)


def of_file(file: Path, root: Path) -> Iterator[Found]:
    """What one file says."""
    tree, name = ast.parse(file.read_text(encoding="utf-8")), file.relative_to(root).as_posix()
    place = name.removeprefix("app/")
    for node in _raised(tree) if place.startswith(DOORS) else _texts(tree):
        for text in templates(node, place):
            if is_sentence(text, is_part=place.startswith(PARTS)):
                yield Found(text, name)
    for text in _subjects(tree) if place == "doctor.py" else ():
        yield Found(text, name)


def is_sentence(text: str, *, is_part: bool) -> bool:
    """Whether a template reads as something that is said to a person."""
    bare = _PLACE.sub(" ", text)
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
    left_out: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant() as docstring):
                left_out.add(id(docstring))
            case ast.JoinedStr(values=values):
                left_out |= {id(value) for value in values}
            case ast.Call(func=ast.Attribute(value=ast.Name(id="log")) | ast.Attribute(attr="compile"), args=args):
                left_out |= {id(each) for arg in args for each in ast.walk(arg)}
            case ast.FormattedValue(value=inner):
                left_out.add(id(inner))
            case ast.Call(func=ast.Name(id="counted"), args=args):
                left_out |= {id(arg) for arg in args}
            case ast.FunctionDef(decorator_list=decorators) | ast.ClassDef(decorator_list=decorators):
                left_out |= {id(each) for decorator in decorators for each in ast.walk(decorator)}
    for node in ast.walk(tree):
        is_counted = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "counted"
        if isinstance(node, ast.expr) and (is_counted or isinstance(node, ast.Constant | ast.JoinedStr)):
            if id(node) not in left_out:
                yield node


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
