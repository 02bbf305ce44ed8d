"""Hostile and odd documents as data: what is changed in a good, signed badge, and what must be said of it (T9 to T12).

A change is a JSON Pointer and a value; `-` at the end appends, GONE takes away. All were written here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.credentials.report import Verdict

GOOD, BROKEN, UNREADABLE, CANNOT_TELL = (
    Verdict.GOOD,
    Verdict.BROKEN,
    Verdict.UNREADABLE,
    Verdict.CANNOT_TELL,
)
GONE = object()
V2 = "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
V1 = "https://www.w3.org/2018/credentials/v1"
CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
OBI = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"
CRED = "https://www.w3.org/2018/credentials#"
ID = "https://badges.example/b/q3Jm0s2d9fKf1C7x8y9zAw"
CRITERIA = {
    "id": "https://badges.example/achievements/bls/v1#criteria",
    "narrative": "Pass the theory test and the practical station.",
}
SUBJECT, ACHIEVEMENT = "/credentialSubject", "/credentialSubject/achievement"


@dataclass(frozen=True)
class Case:
    """One document: how it differs from the good badge, and the verdict, check and code that are right for it."""

    name: str
    changes: dict[str, Any]
    verdict: Verdict
    check: str
    code: str


def _case(name: str, changes: dict[str, Any], verdict: Verdict, said: str) -> Case:
    check, _, code = said.partition(":")
    return Case(name, changes, verdict, check, code)


def _deep(depth: int) -> Any:
    value: Any = "end"
    for _ in range(depth):
        value = {"type": ["Profile"], "name": "x", "parentOrg": value}
    return value


def _chain(length: int) -> list[Any]:
    return [{"type": ["Evidence"], "name": "same"} for _ in range(length)]


UNDEFINED_TERMS = [
    _case(f"an undefined member {place}/{name!a}", {f"{place}/{name}": value}, BROKEN, "context:term_undefined")
    for place, name, value in [
        ("", "grade", "A+"),
        ("", "Name", "x"),
        ("", "names", ["x"]),
        ("", "", "x"),
        ("", " name", "x"),
        ("", "naïve", "x"),
        ("", "n\u0430me", "x"),  # Cyrillic a
        ("", "name\u200b", "x"),
        ("", "ｎａｍｅ", "x"),  # full width
        ("", "credentialstatus", []),
        ("", "toString", "x"),
        ("", "__proto__", {"name": "x"}),
        ("", "constructor", "x"),
        ("", "0", "x"),
        ("", "null", None),
        ("", "expirationDate", "2020-01-01T00:00:00Z"),
        ("", "issuanceDate", "2020-01-01T00:00:00Z"),
        (SUBJECT, "grade", "A+"),
        (SUBJECT, "degree", {"type": "Degree"}),
        (ACHIEVEMENT, "level", 5),
        (f"{ACHIEVEMENT}/criteria", "passMark", "50"),
        ("/issuer", "rank", 1),
        ("/evidence/0", "secret", True),
        ("/credentialStatus/0", "note", "x"),
        (f"{SUBJECT}/identifier/0", "plain", "ana@example.org"),
    ]
]

TYPES = [
    _case(name, changes, verdict, said)
    for name, changes, verdict, said in [
        ("an undefined type", {"/type/-": "GoldMedal"}, BROKEN, "context:type_undefined"),
        ("a type that is a relative address", {"/type/-": "types/Gold"}, BROKEN, "context:type_undefined"),
        ("a type that is a path", {"/type/-": "/Gold"}, BROKEN, "context:type_undefined"),
        ("a type that is a fragment", {"/type/-": "#Gold"}, BROKEN, "context:type_undefined"),
        ("a type in another case", {"/type/1": "openBadgeCredential"}, BROKEN, "context:type_undefined"),
        ("a type with a look-alike letter", {"/type/1": "OpenB\u0430dgeCredential"}, BROKEN, "context:type_undefined"),
        ("an empty type", {"/type/-": ""}, BROKEN, "context:type_undefined"),
        ("a type that is a number", {"/type/-": 5}, BROKEN, "context:jsonld_invalid"),
        ("a type that is null", {"/type/-": None}, BROKEN, "context:jsonld_invalid"),
        ("a type that is an object", {"/type/-": {"id": "urn:x"}}, BROKEN, "context:jsonld_invalid"),
        ("a type that is a list", {"/type/-": ["OpenBadgeCredential"]}, BROKEN, "context:other_spelling"),
        ("types that are an object", {"/type": {"0": "VerifiableCredential"}}, BROKEN, "context:term_undefined"),
        ("no type at all", {"/type": GONE}, BROKEN, "context:"),
        ("no types in the list", {"/type": []}, BROKEN, "context:"),
        ("a type that is a keyword", {"/type/-": "@id"}, BROKEN, "context:"),
        ("a type that is an unknown keyword", {"/type/-": "@vocab"}, BROKEN, "context:"),
        ("one more type that the vocabulary defines", {"/type/-": "Evidence"}, BROKEN, "proof:signature_invalid"),
        ("the alias of a type", {"/type/1": "AchievementCredential"}, GOOD, "proof:holds"),
        ("the full address of a type", {"/type/1": f"{OBI}OpenBadgeCredential"}, UNREADABLE, "schema:type"),
        ("types in another order", {"/type": ["OpenBadgeCredential", "VerifiableCredential"]}, GOOD, "proof:holds"),
        ("a type that is said twice", {"/type/-": "OpenBadgeCredential"}, GOOD, "proof:holds"),
        ("a subject of the type of a profile", {f"{SUBJECT}/type": ["Profile"]}, BROKEN, "schema:subject"),
        ("an issuer of no type", {"/issuer/type": GONE}, BROKEN, "schema:issuer"),
        ("a blank node as a type", {"/type/-": "_:gold"}, BROKEN, "context:blank_node"),
    ]
]

CONTEXTS = [
    _case(name, {"/@context": value}, verdict, f"context:{code}")
    for name, value, verdict, code in [
        ("no contexts", GONE, BROKEN, "context_missing"),
        ("contexts that are null", None, BROKEN, "context_missing"),
        ("an empty list of contexts", [], BROKEN, "context_missing"),
        ("a list with null", [V2, None, OB], BROKEN, "context_inline"),
        ("a context that is one text", V2, BROKEN, "context_missing"),
        ("a context that is an object", {"@vocab": "https://evil.example/"}, BROKEN, "context_missing"),
        ("a vocabulary for all words", [V2, OB, {"@vocab": "https://evil.example/"}], BROKEN, "context_inline"),
        ("a term redefined", [V2, OB, {"name": "https://schema.org/description"}], BROKEN, "context_inline"),
        ("a term taken away", [V2, OB, {"credentialStatus": None}], BROKEN, "context_inline"),
        ("a protected term redefined", [V2, OB, {"issuer": "urn:x"}], BROKEN, "context_inline"),
        ("an alias of a keyword", [V2, OB, {"kind": "@type"}], BROKEN, "context_inline"),
        ("a base for addresses", [V2, OB, {"@base": "https://evil.example/"}], BROKEN, "context_inline"),
        ("a language for texts", [V2, OB, {"@language": "en"}], BROKEN, "context_inline"),
        ("a direction of texts", [V2, OB, {"@direction": "rtl"}], BROKEN, "context_inline"),
        ("another version", [V2, OB, {"@version": 1.1}], BROKEN, "context_inline"),
        ("an imported context", [V2, OB, {"@import": OB}], BROKEN, "context_inline"),
        ("a context that does not propagate", [V2, {"@propagate": False}, OB], BROKEN, "context_inline"),
        ("a list in the list", [[V2, OB]], BROKEN, "other_spelling"),
        ("a number in the list", [V2, 5], BROKEN, "context_inline"),
        ("an unknown context", [V2, OB, "https://evil.example/c"], CANNOT_TELL, "context_unknown"),
        ("a context by another scheme", [V2, OB.replace("https", "http")], CANNOT_TELL, "context_unknown"),
        ("a context with a fragment", [V2, f"{OB}#x"], CANNOT_TELL, "context_unknown"),
        ("a context with a query", [V2, f"{OB}?x"], CANNOT_TELL, "context_unknown"),
        ("a context with a port", [V2, OB.replace(".org/", ".org:443/")], CANNOT_TELL, "context_unknown"),
        ("a context in capitals", [V2, OB.upper()], CANNOT_TELL, "context_unknown"),
        ("a context with a blank", [V2, f"{OB} "], CANNOT_TELL, "context_unknown"),
        ("a context that is a file", ["file:///etc/passwd"], CANNOT_TELL, "context_unknown"),
        ("a context that is data", [V2, "data:application/json,{}"], CANNOT_TELL, "context_unknown"),
        ("a relative context", [V2, "context.json"], CANNOT_TELL, "context_unknown"),
        ("the contexts backwards", [OB, V2], BROKEN, "context_order"),
        ("a context twice", [V2, OB, OB], BROKEN, "context_order"),
        ("the badge's context alone", [OB], BROKEN, "context_order"),
        ("the older edition 3.0.1", [V2, OB.replace("3.0.3", "3.0.1"), EXTENSIONS], BROKEN, "jsonld_invalid"),
        ("the older data model", [V1, OB, EXTENSIONS], BROKEN, "term_undefined"),
        ("both data models", [V2, V1, OB, EXTENSIONS], BROKEN, "jsonld_invalid"),
        ("the vocabulary of records too", [V2, OB, EXTENSIONS, CLR], GOOD, "known"),
        ("more contexts than are read", [V2, *[f"{OB}?{n}" for n in range(9)]], CANNOT_TELL, "context_unknown"),
        ("only the credentials context", [V2], BROKEN, "term_undefined"),
    ]
]

KEYWORDS = [
    _case(f"{keyword} in {place or 'the root'}", {f"{place}/{keyword}": value}, BROKEN, "context:keyword_forbidden")
    for place, keyword, value in [
        ("", "@id", "urn:x"),
        ("", "@type", "urn:x"),
        ("", "@graph", [{"id": "urn:x"}]),
        ("", "@included", [{"id": "urn:x"}]),
        ("", "@reverse", {"issuer": {"id": "urn:x"}}),
        ("", "@nest", {"name": "x"}),
        ("", "@index", "x"),
        ("", "@list", []),
        ("", "@set", []),
        ("", "@value", "x"),
        ("", "@language", "en"),
        ("", "@direction", "rtl"),
        ("", "@vocab", "urn:x"),
        ("", "@base", "urn:x"),
        ("", "@json", {}),
        ("", "@none", "x"),
        ("", "@anything", "x"),
        ("", "@", "x"),
        (SUBJECT, "@context", [V2]),
        (SUBJECT, "@graph", []),
        ("/issuer", "@context", {"name": "urn:x"}),
        ("/evidence/0", "@id", "urn:x"),
        (f"{ACHIEVEMENT}/image", "@context", None),
    ]
]

SPELLINGS = [
    _case(name, changes, verdict, said)
    for name, changes, verdict, said in [
        ("the full address of a member", {f"/{CRED}credentialStatus".replace("/", "/", 1): []}, BROKEN, "context:"),
        ("a member with a prefix", {"/cred:issuer": "urn:x"}, BROKEN, "context:other_spelling"),
        ("a member with a blank prefix", {"/_:name": "x"}, BROKEN, "context:other_spelling"),
        ("a member that is only a colon", {"/:": "x"}, BROKEN, "context:other_spelling"),
        ("a member with a scheme", {"/urn:x:note": "x"}, BROKEN, "context:other_spelling"),
        ("a hidden part with the badge's id", {"/evidence/0/id": ID}, BROKEN, "proof:signature_invalid"),
        (
            "a second status in a part with the badge's id",
            {"/evidence/0/id": ID, "/evidence/0/credentialStatus": {"id": "urn:x"}},
            BROKEN,
            "context:split_document",
        ),
        (
            "a second issuer in a part with the badge's id",
            {f"{ACHIEVEMENT}/image": {"id": ID, "type": "Image", "issuer": {"id": "did:web:evil.example"}}},
            BROKEN,
            "context:split_document",
        ),
        (
            "dates in a part with the badge's id",
            {"/issuer/parentOrg": {"id": ID, "type": ["Profile"], "validUntil": "2099-01-01T00:00:00Z"}},
            BROKEN,
            "context:split_document",
        ),
        ("an author's own blank node", {f"{ACHIEVEMENT}/image/id": "_:picture"}, BROKEN, "context:blank_node"),
        ("a subject that is a blank node", {f"{SUBJECT}/id": "_:ana"}, BROKEN, "context:blank_node"),
        ("the badge as a blank node", {"/id": "_:badge"}, BROKEN, "context:blank_node"),
        ("a language map", {"/name": {"en": "Basic Life Support"}}, BROKEN, "context:term_undefined"),
        ("a text with a language", {"/name": {"@value": "x", "@language": "en"}}, BROKEN, "context:keyword_forbidden"),
        (
            "criteria under the name of their type",
            {f"{ACHIEVEMENT}/Criteria": CRITERIA, f"{ACHIEVEMENT}/criteria": GONE},
            UNREADABLE,
            "schema:criteria",
        ),
        ("a picture under the name of its type", {f"{ACHIEVEMENT}/Image": "urn:x"}, BROKEN, "proof:signature_invalid"),
        ("a context in the proof", {"/proof/0/@context": [V2]}, BROKEN, "proof:proof_malformed"),
        ("one item in place of a list", {f"{ACHIEVEMENT}/tag": "resuscitation"}, BROKEN, "proof:signature_invalid"),
        ("a list of one in place of an item", {f"{ACHIEVEMENT}/version": ["1"]}, GOOD, "proof:holds"),
        ("tags in another order", {f"{ACHIEVEMENT}/tag": ["emergency", "resuscitation"]}, GOOD, "proof:holds"),
        ("a tag that is said twice", {f"{ACHIEVEMENT}/tag/-": "emergency"}, GOOD, "proof:holds"),
        (
            "a list in a list",
            {f"{ACHIEVEMENT}/tag": [["resuscitation", "emergency"]]},
            BROKEN,
            "context:other_spelling",
        ),
        ("an empty list that was not there", {"/endorsement": []}, GOOD, "proof:holds"),
        ("text in another normal form", {"/issuer/name": "Cafe\u0301"}, BROKEN, "proof:signature_invalid"),
        ("a blank at the end of a text", {"/name": "Basic Life Support "}, BROKEN, "proof:signature_invalid"),
        ("a hidden character in a text", {"/name": "Basic Life\u200b Support"}, BROKEN, "proof:signature_invalid"),
        ("a member taken away", {"/validUntil": GONE}, BROKEN, "proof:signature_invalid"),
        ("the status taken away", {"/credentialStatus": GONE}, BROKEN, "proof:signature_invalid"),
        ("an empty status", {"/credentialStatus": []}, BROKEN, "proof:signature_invalid"),
    ]
]

VALUES = [
    _case(name, changes, verdict, said)
    for name, changes, verdict, said in [
        ("null for a text", {"/name": None}, BROKEN, "proof:signature_invalid"),
        ("null beside what is there", {"/description": None}, UNREADABLE, "schema:null"),
        ("null in a list", {f"{ACHIEVEMENT}/tag/-": None}, UNREADABLE, "schema:null"),
        ("null deep in a list", {"/evidence/-": None}, UNREADABLE, "schema:null"),
        ("null for the issuer", {"/issuer": None}, UNREADABLE, "schema:null"),
        ("null for the subject", {SUBJECT: None}, BROKEN, "schema:null"),
        ("a number for a text", {"/name": 5}, BROKEN, "proof:signature_invalid"),
        ("a truth for a text", {"/name": True}, BROKEN, "proof:signature_invalid"),
        ("a text for a number", {f"{ACHIEVEMENT}/creditsAvailable": "1.5"}, BROKEN, "proof:signature_invalid"),
        ("its own canonical text for a number", {f"{ACHIEVEMENT}/creditsAvailable": "1.5E0"}, GOOD, "proof:holds"),
        ("minus nothing", {f"{ACHIEVEMENT}/creditsAvailable": -0.0}, BROKEN, "proof:signature_invalid"),
        ("the smallest number", {f"{ACHIEVEMENT}/creditsAvailable": 5e-324}, BROKEN, "proof:signature_invalid"),
        ("the largest number", {f"{ACHIEVEMENT}/creditsAvailable": 1.7e308}, BROKEN, "proof:signature_invalid"),
        ("a whole number as a fraction", {f"{ACHIEVEMENT}/creditsAvailable": 1.0}, BROKEN, "proof:signature_invalid"),
        ("the largest whole number", {f"{ACHIEVEMENT}/creditsAvailable": 2**53 - 1}, BROKEN, "proof:signature_invalid"),
        ("a truth in words", {f"{SUBJECT}/identifier/0/hashed": "true"}, UNREADABLE, "schema:identifier"),
        ("a truth as a number", {f"{SUBJECT}/identifier/0/hashed": 1}, BROKEN, "schema:identifier"),
        ("an object for a text", {"/name": {}}, BROKEN, "proof:signature_invalid"),
        ("an object for a date", {"/validUntil": {"id": "urn:x"}}, BROKEN, "schema:date"),
        ("a date in another zone", {"/validUntil": "2046-03-01T01:00:00+01:00"}, BROKEN, "proof:signature_invalid"),
        ("a date without a zone", {"/validUntil": "2046-03-01T00:00:00"}, BROKEN, "schema:date"),
        ("a date that does not exist", {"/validUntil": "2046-02-30T00:00:00Z"}, BROKEN, "schema:date"),
        ("a leap second", {"/validUntil": "2046-06-30T23:59:60Z"}, BROKEN, "schema:date"),
        ("a later date", {"/validUntil": "2099-01-01T00:00:00Z"}, BROKEN, "proof:signature_invalid"),
        ("a control character", {"/name": "Basic\u0000Life"}, BROKEN, "proof:signature_invalid"),
        ("a character outside the plane", {"/name": "Basic \U0001f600"}, BROKEN, "proof:signature_invalid"),
        ("a character that is none", {"/name": "Basic \uffff"}, BROKEN, "proof:signature_invalid"),
        ("N-Quads in a text", {"/name": 'x" .\n<urn:a> <urn:b> "y'}, BROKEN, "proof:signature_invalid"),
    ]
]

ADDRESSES = [
    _case(f"{name} as an address", {f"{ACHIEVEMENT}/image/id": value}, BROKEN, f"{said}")
    for name, value, said in [
        ("a relative path", "bls.png", "context:iri_relative"),
        ("a path", "/bls.png", "context:iri_relative"),
        ("a host without a scheme", "//evil.example/bls.png", "context:iri_relative"),
        ("nothing", "", "context:iri_relative"),
        ("a fragment", "#bls", "context:iri_relative"),
        ("an address with a blank", "https://evil.example/a b", "context:iri_relative"),
        ("an address that ends a quad", "https://evil.example/> <urn:p> <urn:o", "context:iri_relative"),
        ("an address with a line end", "https://evil.example/\n", "context:iri_relative"),
        ("a script", "javascript:alert(1)", "proof:signature_invalid"),
        ("data", "data:text/html,x", "proof:signature_invalid"),
        ("a number", 5, "context:jsonld_invalid"),
        ("an object", {"id": "urn:x"}, "context:jsonld_invalid"),
        ("a list", ["urn:x"], "context:jsonld_invalid"),
        ("null", None, "context:jsonld_invalid"),
    ]
]

SIZES = [
    _case(name, changes, verdict, said)
    for name, changes, verdict, said in [
        ("parents of parents", {"/issuer/parentOrg": _deep(12)}, BROKEN, "context:"),
        ("more nameless parts than are read", {"/evidence": _chain(201)}, CANNOT_TELL, "context:too_complex"),
        ("look-alike nameless parts", {"/evidence": _chain(8)}, BROKEN, "proof:signature_invalid"),
        (
            "nameless parts that name one another",
            {"/evidence": [{"type": ["Evidence"], "id": f"_:{n}", "name": f"_:{(n + 1) % 9}"} for n in range(9)]},
            BROKEN,
            "context:blank_node",
        ),
        (
            "more endorsements than are read",
            {"/endorsement": [{"id": f"urn:x:{n}"} for n in range(21)]},
            CANNOT_TELL,
            "context:too_complex",
        ),
        (
            "endorsements deeper than are read",
            {"/endorsement": [{"endorsement": [{"endorsement": [{"id": "urn:x"}]}]}]},
            CANNOT_TELL,
            "context:too_complex",
        ),
        ("a list that is too long", {f"{ACHIEVEMENT}/tag": ["x"] * 501}, UNREADABLE, "format:too_large"),
        ("a long text", {"/name": "x" * 100_000}, BROKEN, "proof:signature_invalid"),
        ("an id that is too long", {"/id": "https://badges.example/" + "x" * 3_000}, BROKEN, "schema:id"),
    ]
]

CASES = [*UNDEFINED_TERMS, *TYPES, *CONTEXTS, *KEYWORDS, *SPELLINGS, *VALUES, *ADDRESSES, *SIZES]

# What only the letters of JSON can say: a piece of the good badge's text, and what stands in its place.
TEXTS = [
    ("a number beyond all", '"creditsAvailable":1.5', '"creditsAvailable":1e400', "malformed_json"),
    ("a whole number beyond all readers", '"creditsAvailable":1.5', f'"creditsAvailable":{2**53}', "malformed_json"),
    ("a number of many digits", '"creditsAvailable":1.5', '"creditsAvailable":' + "9" * 400, "malformed_json"),
    ("not a number", '"creditsAvailable":1.5', '"creditsAvailable":NaN', "malformed_json"),
    ("without an end", '"creditsAvailable":1.5', '"creditsAvailable":-Infinity', "malformed_json"),
    ("a number with a plus", '"creditsAvailable":1.5', '"creditsAvailable":+1.5', "malformed_json"),
    ("a number with noughts", '"creditsAvailable":1.5', '"creditsAvailable":01.5', "malformed_json"),
    ("a member twice", '"inLanguage":"en"', '"inLanguage":"en","inLanguage":"de"', "malformed_json"),
    (
        "a member twice, once escaped",
        '"inLanguage":"en"',
        '"inLanguage":"en","in\\u004canguage":"de"',
        "malformed_json",
    ),
    ("half a pair", '"inLanguage":"en"', '"inLanguage":"\\ud800"', "malformed_json"),
    ("half a pair as a name", '"inLanguage":"en"', '"\\udc00":"en"', "malformed_json"),
    ("a comment", '"inLanguage":"en"', '/* x */"inLanguage":"en"', "malformed_json"),
    ("a comma too many", '"inLanguage":"en"', '"inLanguage":"en",', "malformed_json"),
    ("single quotes", '"inLanguage":"en"', "'inLanguage':'en'", "malformed_json"),
    ("an unescaped line end", '"inLanguage":"en"', '"inLanguage":"e\nn"', "malformed_json"),
    ("nesting without end", '"inLanguage":"en"', '"inLanguage":' + "[" * 5_000 + "]" * 5_000, "malformed_json"),
]
SAME_LETTERS = [
    ("escaped letters", '"inLanguage":"en"', '"in\\u004canguage":"\\u0065n"'),
    ("another way to write a number", '"creditsAvailable":1.5', '"creditsAvailable":15e-1'),
    ("another way with noughts", '"creditsAvailable":1.5', '"creditsAvailable":1.50000'),
    ("blanks", '"inLanguage":"en"', '\n\t "inLanguage" :\r\n "en" '),
]
