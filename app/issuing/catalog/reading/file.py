"""One reading of a file: its entries by section and id, what is wrong, and what is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from ruamel.yaml.comments import CommentedMap

from app.errors import InvalidInput
from app.issuing.catalog.lines import Entry, Problem, entries, maps_of, plain
from app.issuing.catalog.reading.sections import MAPS, SECTIONS, SKIPPED
from app.issuing.slugs import check_slug

LONGEST_LINE = 200
NOUNS = {
    "organizations": "organization", "frameworks": "framework", "skills": "skill", "ce_units": "CE unit",
    "renewal_policies": "renewal policy", "credentials": "credential", "programs": "programme",
    "pathways": "pathway", "roles": "role", "units": "unit",
}  # fmt: skip
Facts = TypeVar("Facts")


@dataclass(slots=True)
class CatalogFile:
    """The document and its tables: section -> id -> entry. Whoever reads a part of it notes problems here."""

    document: CommentedMap
    problems: list[Problem] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    tables: dict[str, dict[str, Entry]] = field(default_factory=dict)

    def open(self) -> None:
        """Find every entry, and everything that the file says and that nothing here is called."""
        where: dict[str, tuple[str, int]] = {}
        for section in SECTIONS:
            self.tables[section] = self._by_id(section, where)
        for entry in entries(self.document, "scenarios", self.problems):
            self._claim(entry, "scenarios", where)
        for section in MAPS:
            if section in self.document:
                self._check_map(section)
        for name in self.document:
            if name in SKIPPED:
                self.skipped.append(f"{name}: {SKIPPED[name]}")
            elif name not in SECTIONS and name not in MAPS:
                self.skipped.append(f"{name}: a section that is not known here")

    def note(self, line: int, sentence: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(line, sentence))

    def about(self, key: str) -> Any:
        """What the map `catalog` says."""
        found = self.document.get("catalog")
        return found.get(key) if isinstance(found, CommentedMap) else None

    def line_of_section(self, section: str, key: str | None = None) -> int:
        """Where a section begins, or a key of a map stands; 1 if it is not there."""
        if section not in self.document:
            return 1
        found = self.document[section]
        if key is not None and isinstance(found, CommentedMap) and key in found:
            return Entry(found).line_of(key)
        return int(self.document.lc.key(section)[0]) + 1

    def refer(self, entry: Entry, key: str, section: str, *, name: Any = None, at: int | None = None) -> str | None:
        """The id of a section that an entry names; None when it names nothing. An unknown one is a problem.

        `name` and `at` (a line) stand for the value of the key and its line.
        """
        stated = entry.get(key) if name is None else name
        if stated is None:
            return None
        if isinstance(stated, str) and stated in self.tables[section]:
            return stated
        line = entry.line_of(key) if at is None else at
        self.note(line, f"{entry.get('id')}: there is no {NOUNS[section]} {_shown(stated)}")
        return None

    def refer_many(self, entry: Entry, key: str, section: str) -> tuple[str, ...]:
        """The ids that a list of an entry names."""
        stated = entry.get(key)
        if stated is None:
            return ()
        if not isinstance(stated, list):
            self.note(entry.line_of(key), f"{entry.get('id')}: {key} is a list")
            return ()
        found = [self.refer(entry, key, section, name=_shown(each)) for each in stated]
        return tuple(each for each in found if each is not None)

    def maps(self, entry: Entry, key: str) -> list[Entry]:
        """The maps in a list of an entry."""
        return maps_of(entry, key, self.problems)

    def day(self, entry: Entry, key: str, *, needed: bool = False) -> date | None:
        """A day, written as 2026-07-01. Whatever else stands there is a problem, and nothing is one if it is needed."""
        stated = plain(entry.get(key))
        if stated is None and not needed:
            return None
        try:
            return date.fromisoformat(stated)
        except (TypeError, ValueError):
            self.note(entry.line_of(key), f"{entry.get('id', 'catalog')}: {key} is a day, such as 2026-07-01")
            return None

    def check_slug(self, entry: Entry, slug: str) -> None:
        """Note an id that cannot be a short name."""
        try:
            check_slug(slug)
        except InvalidInput as error:
            self.note(entry.line_of("id"), f"{slug}: {error.detail}")

    def check_texts(self, entry: Entry, *keys: str) -> None:
        """Note what is not a text of some length."""
        for key in keys:
            value = entry.get(key)
            if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_LINE:
                self.note(entry.line_of(key), f"{entry.get('id')}: {key} is a text of 1 to {LONGEST_LINE} characters")

    def check_keys(self, entry: Entry, known: Iterable[str], about: str | None = None) -> None:
        """Note names that are spelled otherwise: a badge without its `renewal` would never expire."""
        for key in entry.values:
            if key not in known:
                self.note(entry.line_of(key), f"{about or entry.get('id')}: nothing is called {key} here")

    def facts(
        self, entry: Entry, parse: Callable[[Any], Facts], document: Mapping[str, Any], keys: Mapping[str, str]
    ) -> Facts | None:
        """Facts out of plain data, or problems with their lines. `keys`: where the file's names are other ones."""
        try:
            return parse({name: value for name, value in document.items() if value is not None})
        except InvalidInput as error:
            for problem in error.facts["problems"]:
                name, *deeper = problem["pointer"].split("/")[1:]
                sentence = str(problem["sentence"]).removeprefix("Value error, ")
                told = f"{entry.get('id')}: {name}: {sentence}" if name else f"{entry.get('id')}: {sentence}"
                self.note(entry.line_at(keys.get(name, name), deeper), told)
            return None

    def _by_id(self, section: str, where: dict[str, tuple[str, int]]) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        left_out: Counter[str] = Counter()
        known = SECTIONS[section]
        for entry in entries(self.document, section, self.problems):
            name = self._claim(entry, section, where)
            self.check_keys(entry, known.keys, about=name or section)
            left_out.update(key for key in known.left_out if entry.get(key) is not None)
            if name is not None:
                found[name] = entry
        self.skipped += [f"{section}: {key} {known.left_out[key]}" for key in left_out]
        return found

    def _claim(self, entry: Entry, section: str, where: dict[str, tuple[str, int]]) -> str | None:
        name = entry.get("id")
        if not isinstance(name, str) or not name:
            self.note(entry.line, f"An entry of {section} has no id")
        elif name not in where:
            where[name] = (section, entry.line)
            return str(name)
        elif where[name][0] == section:
            self.note(entry.line, f"{name} stands in {section} twice")
        else:
            self.note(
                entry.line, f"{name} stands in {where[name][0]} too, on line {where[name][1]}; an id is used once"
            )
        return None

    def _check_map(self, section: str) -> None:
        found, known = self.document[section], MAPS[section]
        if not isinstance(found, CommentedMap):
            if found is not None:
                self.note(self.line_of_section(section), f"{section} is a map of names and values")
            return
        self.check_keys(Entry(found), known.keys, about=section)
        told = [f"{section}: {key} {why}" for key, why in known.left_out.items() if found.get(key) is not None]
        self.skipped += told


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else str(plain(value))
