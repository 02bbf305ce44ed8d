"""What an issuer defines for its stacks: skills, units of education, equivalences, programmes, roles."""

from app.issuing.definitions.keeping import Put, all_of, archive, by_slug, facts_of, parse, put, revision, touched
from app.issuing.definitions.kinds import SHAPES, Kind
from app.issuing.definitions.tables import Definition, DefinitionsRevision

__all__ = [
    "SHAPES",
    "Definition",
    "DefinitionsRevision",
    "Kind",
    "Put",
    "all_of",
    "archive",
    "by_slug",
    "facts_of",
    "parse",
    "put",
    "revision",
    "touched",
]
