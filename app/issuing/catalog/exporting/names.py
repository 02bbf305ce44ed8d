"""Ids that an export gives out: each stands once in a file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from app.issuing.accreditations import Accreditation
from app.issuing.catalog.exporting.writing import said
from app.issuing.folding import fold
from app.issuing.issuers import Issuer

LONGEST = 60


class Ids:
    """The ids of one file."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def take(self, name: str) -> bool:
        """Use an id as it is; False when it is used already."""
        if name in self._used:
            return False
        self._used.add(name)
        return True

    def is_used(self, name: str) -> bool:
        """Whether something has this id."""
        return name in self._used

    def make(self, prefix: str, words: str) -> str:
        """An id of this kind that is like the words, with a number if it is used already."""
        stem = f"{prefix}{re.sub(r'[^a-z0-9]+', '-', fold(words))[:LONGEST].strip('-') or 'x'}"
        name, number = stem, 2
        while not self.take(name):
            name, number = f"{stem}-{number}", number + 1
        return name


class Organizations:
    """The organisations that an export names: the issuer, what is above it, and whoever awards what it recognises."""

    def __init__(self, ids: Ids, issuer: Issuer) -> None:
        self._ids = ids
        self.home = f"org-{issuer.slug}"
        ids.take(self.home)
        home: dict[str, Any] = {"id": self.home, "name": issuer.name, "kind": "issuer", "url": issuer.url}
        self.entries = [home]
        self._found = {(issuer.name, issuer.url): self.home}
        if issuer.parent_name and issuer.parent_url:
            home["parent"] = self.find(issuer.parent_name, issuer.parent_url, kind="employer")

    def find(self, name: str, url: str | None, *, kind: str) -> str:
        """The id of an organisation, made if new."""
        if (known := self._found.get((name, url or ""))) is not None:
            return known
        made = self._found[name, url or ""] = self._ids.make("org-", name)
        entry = {"id": made, "name": name, "kind": kind}
        self.entries.append(entry | ({"url": url} if url else {}))
        return made

    def accredit(self, kept: Iterable[Accreditation]) -> None:
        """Say by whom the issuer is accredited."""
        found = [
            said(
                by=self.find(each.accreditor, each.url, kind="accreditor"),
                contact_instructions=each.contact_instructions,
                scope=each.scope,
                area_served=each.area_served,
                sector=each.sector,
                accredited_on=each.accredited_on and each.accredited_on.isoformat(),
                ends_on=each.ends_on and each.ends_on.isoformat(),
            )
            for each in kept
        ]
        if found:
            self.entries[0]["accreditations"] = found

    def named(self, name: str) -> str:
        """How a file names an organisation of which nothing but the name is known."""
        for (known, _url), found in self._found.items():
            if known == name:
                return found
        return self.find(name, None, kind="association") if name.startswith("org-") else name


class Policies:
    """The renewal policies that an export names; the same one for whatever is renewed alike."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self.entries: list[dict[str, Any]] = []

    def find(self, stated: dict[str, Any]) -> str:
        """The id of the policy that says this, made if new."""
        for each in self.entries:
            if {name: value for name, value in each.items() if name != "id"} == stated:
                return str(each["id"])
        months = stated["cycle_months"]
        words = "none" if months is None else f"{months}{' eom' if stated['end_of_month'] else ''}"
        made = self._ids.make("rp-", words)
        self.entries.append({"id": made, **stated})
        return made
