"""What a file of a framework comes to: entries, who is above whom, problems with their places, what is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field, ValidationError

from app.issuing.achievement_facts import Name, Text, Url
from app.issuing.definitions.kinds import Aligned, Facts

MOST_ENTRIES = 50_000
MOST_PROBLEMS = 50
LONGEST_NAME = 200
LONGEST_SEARCHED = 4_000

Identifier = Annotated[str, Field(min_length=1, max_length=400)]


class FrameworkItem(Facts):
    """One entry as its framework states it.

    `broader` are identifiers of what it belongs to, None = the file does not say. `same_as` is what the framework
    calls an exact match elsewhere. `also` are other names. `is_partial`: the file only mentions it, and says less
    than the file that defines it.
    """

    identifier: Identifier
    name: Name
    url: Url
    code: Annotated[str, Field(max_length=120)] | None = None
    description: Text | None = None
    target_type: Annotated[str, Field(max_length=120)]
    broader: tuple[Identifier, ...] | None = Field(None, max_length=100)
    same_as: tuple[Aligned, ...] = Field((), max_length=19)  # with the entry itself as many as a skill may have
    also: tuple[str, ...] = ()
    is_partial: bool = False

    @property
    def searched(self) -> str:
        """What a search for it looks at."""
        words = (self.name, self.code or "", self.identifier, *self.also)
        return "\n".join(words).casefold()[:LONGEST_SEARCHED]


@dataclass(frozen=True, slots=True)
class Place:
    """Where in which file: a line, counted from 1 with the headings, or a JSON Pointer."""

    file: str
    at: str

    def __str__(self) -> str:
        return f"{self.file}:{self.at}" if self.at else self.file


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong, and where."""

    place: Place
    sentence: str


@dataclass(slots=True)
class Read:
    """Everything that the files of one framework say. With `mistakes`, nothing of it is taken."""

    format: str = ""
    name: str = ""
    url: str = ""
    items: dict[str, FrameworkItem] = field(default_factory=dict)
    broader: dict[str, list[str]] = field(default_factory=dict)  # stated apart from the entries
    mistakes: list[Mistake] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    _places: dict[str, Place] = field(default_factory=dict)

    @property
    def is_hopeless(self) -> bool:
        """Whether so much is wrong that reading on tells nobody anything."""
        return len(self.mistakes) >= MOST_PROBLEMS

    def wrong(self, place: Place, sentence: str) -> None:
        """Note something that is wrong."""
        if not self.is_hopeless:
            self.mistakes.append(Mistake(place, sentence))

    def put(self, place: Place, stated: Mapping[str, Any]) -> None:
        """Note an entry. One that is there already is a mistake, unless one of the two only mentions it."""
        try:
            item = FrameworkItem.model_validate(stated)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            self.wrong(place, f"{first['loc'][0]}: {first['msg']}")
            return
        found = self.items.get(item.identifier)
        if found is not None and item.is_partial:
            return
        if found is not None and not found.is_partial:
            first_place = self._places[item.identifier]
            self.wrong(place, f"{item.identifier} is there a second time; the first is at {first_place}")
            return
        if found is None and len(self.items) == MOST_ENTRIES:
            self.wrong(place, f"A framework has at most {MOST_ENTRIES} entries")
            return
        self.items[item.identifier] = item
        self._places[item.identifier] = place

    def put_above(self, place: Place, child: str, parent: str) -> None:
        """Note that one entry belongs to another one."""
        if child == parent:
            self.wrong(place, f"{child} is said to be above itself")
        elif parent not in (above := self.broader.setdefault(child, [])):
            above.append(parent)


def shortened(text: str) -> str:
    """The text as a name: one line, cut with an ellipsis where it is too long."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_NAME else f"{line[: LONGEST_NAME - 1].rstrip()}…"
