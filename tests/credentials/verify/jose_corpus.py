"""Hostile tokens, as data: how each is made, and which check must say what of it.

`signer` names a key of the cast in `test_jose_corpus.py`; unless `header` says otherwise, the token states that key's
algorithm and name. A header member of None is left out. `says` is `check:code`, or `good` for the honest ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Token:
    """One token."""

    name: str
    says: str
    signer: str = "rs256"
    header: dict[str, Any] = field(default_factory=dict)
    raw_header: str | None = None  # instead of the header; `KID` and `ALG` stand for those of the signer
    claims: dict[str, Any] = field(default_factory=dict)  # changes; None leaves a claim out
    raw_claims: str | None = None  # instead of the claims; `CLAIMS` stands for the members of honest ones
    signature: str = "good"
    bend: str = "none"  # what is done to the finished token

    def __str__(self) -> str:
        return self.name


UNREADABLE, ALG, HEADER = "format:token_malformed", "format:alg_not_allowed", "format:header_not_allowed"
TYPE, CHANGED, WEAK = "format:token_type", "proof:signature_invalid", "proof:key_unacceptable"
NOT_ITS_ALG, DIFFERS, STRANGER = "proof:alg_not_allowed", "proof:claims_differ", "issuer:issuer_differs"
NOT_PUBLISHED, NAMELESS, BAD_JWK = "issuer:key_not_published", "issuer:key_malformed", "proof:key_malformed"

HONEST = [
    Token("the issuer's RS256 token", "good"),
    Token("the issuer's ES256 token", "good", signer="es256"),
    Token("the issuer's ES384 token", "good", signer="es384"),
    Token("the issuer's EdDSA token", "good", signer="eddsa"),
    Token("EdDSA under its newer name", "good", signer="eddsa", header={"alg": "Ed25519"}),
    *(Token(f"{alg} by an RSA key for any", "good", signer=f"rsa {alg}")
      for alg in ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")),
    Token("the other half of an ECDSA pair", "good", signer="es256", signature="high s"),
    Token("no type", "good", header={"typ": None}),
    Token("another type of credentials", "good", header={"typ": "vc+jwt"}),
    Token("a content type", "good", header={"cty": "vc"}),
    Token("blanks around the JSON", "good", raw_header=' {"alg": "ALG", "kid": "KID" } '),
    Token("a line feed behind it", "good", bend="line feed behind"),
    Token("the key beside its name", "good", header={"jwk": "SIGNER"}),
]  # fmt: skip

ALGORITHMS = [
    *(Token(f"alg {alg!r}", ALG, header={"alg": alg})
      for alg in ("none", "None", "nOnE", "NONE", "", " ", "HS256", "HS384", "HS512", "hs256", "rs256", "RS256 ",
                  " RS256",
                  "RS256\x00", "\uff32\uff33\uff12\uff15\uff16", "RS256\u200b", "RS1", "PS1", "ES256K", "ES512",
                  "Ed448",
                  "ML-DSA-44", "RSA1_5", "RSA-OAEP-256", "dir", "A128KW", "ECDH-ES", "A256GCM", "*", "any",
                  "RS256,none",
                  256, 0, True, 1.5, [], ["RS256"], {}, {"alg": "RS256"})),
    Token("alg none without signature", ALG, header={"alg": "none"}, signature="empty"),
    Token("no alg", ALG, header={"alg": None}),
    Token("alg null", ALG, raw_header='{"alg":null,"kid":"KID"}'),
    Token("no alg and no signature", ALG, header={"alg": None}, signature="empty"),
    *(Token(f"HS256 with the {secret} as the secret", ALG, header={"alg": "HS256"}, signature=f"hmac {secret}")
      for secret in ("pem", "pem without line end", "der", "pkcs1", "ssh", "jwk", "modulus", "empty secret")),
    *(Token(f"RS256 in name and HMAC with the {secret}", CHANGED, signature=f"hmac {secret}")
      for secret in ("pem", "der", "jwk", "modulus")),
    *(Token(f"{alg} by a key that says RS256", NOT_ITS_ALG, header={"alg": alg}, signature=f"as {alg}")
      for alg in ("RS384", "RS512", "PS256", "PS384", "PS512")),
    *(Token(f"{alg} in the name of an RS256 key", NOT_ITS_ALG, header={"alg": alg})
      for alg in ("ES256", "ES384", "EdDSA", "Ed25519")),
    *(Token(f"{alg} in the name of a P-256 key", NOT_ITS_ALG, signer="es256", header={"alg": alg})
      for alg in ("RS256", "PS256", "ES384", "EdDSA")),
    Token("ES256 in the name of a P-384 key", NOT_ITS_ALG, signer="es384", header={"alg": "ES256"}),
    Token("RS256 in the name of an Ed25519 key", NOT_ITS_ALG, signer="eddsa", header={"alg": "RS256"}),
    Token("PS256 in name, PKCS#1 v1.5 in fact", CHANGED, signer="rsa RS256", header={"alg": "PS256"}),
    Token("RS256 in name, PSS in fact", CHANGED, signer="rsa PS256", header={"alg": "RS256"}),
    Token("RS384 in name, SHA-256 in fact", CHANGED, signer="rsa RS256", header={"alg": "RS384"}),
    Token("PS512 in name, SHA-256 in fact", CHANGED, signer="rsa PS256", header={"alg": "PS512"}),
    Token("PSS without salt", CHANGED, signer="rsa PS256 without salt"),
]  # fmt: skip

HEADERS = [
    *(Token(f"header {next(iter(member))} = {next(iter(member.values()))}", HEADER, header=member)
      for member in ({"jku": "https://evil.example/jwks"}, {"x5u": "https://evil.example/chain"}, {"x5c": ["MII"]},
                     {"x5c": []}, {"x5t": "a"}, {"x5t#S256": "a"}, {"crit": ["b64"]}, {"crit": []}, {"crit": ["exp"]},
                     {"crit": "alg"}, {"crit": ["alg", "kid", "typ"]}, {"b64": False}, {"b64": True}, {"zip": "DEF"},
                     {"enc": "A256GCM"}, {"epk": {}}, {"apu": "a"}, {"p2s": "a"}, {"p2c": 1}, {"iv": "a"}, {"tag": "a"},
                     {"nonce": "1"}, {"url": "https://evil.example"}, {"": ""}, {"ALG": "none"}, {"Kid": "x"},
                     {"aIg": "none"}, {"key": {}}, {"keys": []}, {"kid": 7}, {"kid": []}, {"kid": {"id": "x"}},
                     {"jwk": "x"}, {"jwk": []}, {"jwk": 1}, {"cty": "JWT"}, {"cty": "application/jwt"}, {"cty": 1})),
    Token("kid null", HEADER, raw_header='{"alg":"ALG","kid":null}'),
    Token("jwk null", HEADER, raw_header='{"alg":"ALG","kid":"KID","jwk":null}'),
    *(Token(f"typ {typ!r}", TYPE, header={"typ": typ})
      for typ in ("at+jwt", "dpop+jwt", "secevent+jwt", "logout+jwt", "JOSE", "vp+jwt", "", 7, [], "JWT\u200b",
                  " JWT")),
    Token("typ null", TYPE, raw_header='{"alg":"ALG","kid":"KID","typ":null}'),
]  # fmt: skip

SPELLINGS = [
    Token("alg twice", UNREADABLE, raw_header='{"alg":"ALG","alg":"none","kid":"KID"}'),
    Token("alg twice, once escaped", UNREADABLE, raw_header='{"alg":"ALG","\\u0061lg":"none","kid":"KID"}'),
    Token("kid twice", UNREADABLE, raw_header='{"alg":"ALG","kid":"KID","kid":"x"}'),
    Token("iss twice", UNREADABLE, raw_claims='{CLAIMS,"iss":"did:web:evil.example"}'),
    Token("a member twice deep inside", UNREADABLE, raw_claims='{CLAIMS,"x":[{"a":1,"a":2}]}'),
    *(Token(f"claims with {value[:12]}", UNREADABLE, raw_claims=f'{{CLAIMS,"x":{value}}}')
      for value in ("NaN", "Infinity", "-Infinity", "1e400", "9007199254740993", "1" * 5_000, "01", "+1", ".5", "0x10",
                    '"\\ud800"', '"\\x41"', '"\t"', "'a'", "[1,]", "/**/1", "tru", "[" * 100, "{}}{")),
    *(Token(f"claims {text[:20]!r}", UNREADABLE, raw_claims=text)
      for text in ("", "null", "[]", "[1]", '"text"', "1", "true", "{", "{}{}", "eyJhbGciOiJub25lIn0.e30.")),
    *(Token(f"header {text[:20]!r}", UNREADABLE, raw_header=text)
      for text in ("null", "[]", '"RS256"', "1", "{", '{"alg":"ALG"}{}', '{"alg":"ALG",}', "{'alg':'ALG'}",
                   "\ufeff{}")),
    Token("a byte order mark before the header", UNREADABLE, raw_header='\ufeff{"alg":"ALG","kid":"KID"}'),
    Token("a byte order mark before the claims", UNREADABLE, raw_claims="\ufeff{CLAIMS}"),
    Token("claims in UTF-16", UNREADABLE, raw_claims="UTF-16"),
    Token("claims in Latin-1", UNREADABLE, raw_claims="LATIN-1"),
    *(Token(f"token with {bend}", UNREADABLE, bend=bend)
      for bend in ("padding behind", "padding in the claims", "four parts", "five parts", "no signature part",
                   "two dots", "a stray bit in the header",
                   "a stray bit in the signature", "the other alphabet", "a zero-width blank", "percent signs")),
    *(Token(f"token with {bend}", "format:none", bend=bend)  # not even taken for a token
      for bend in ("padding in the header", "a blank inside", "a line feed inside")),
    Token("a full-width dot", UNREADABLE, bend="a full-width dot"),
    Token("no signature", CHANGED, signature="empty"),
]  # fmt: skip

SIGNATURES = [
    *(Token(f"RSA signature: {how}", CHANGED, signature=how)
      for how in ("zeros", "ones", "a bit flipped", "the last bit flipped", "one byte short", "one byte long",
                  "a zero before it", "twice", "of other claims")),
    *(Token(f"ES256 signature: {how}", CHANGED, signer="es256", signature=how)
      for how in ("der", "zeros", "r zero", "s zero", "r is the order", "s is the order", "r and s swapped", "ones",
                  "a bit flipped", "one byte short", "one byte long", "a zero before it", "a zero between",
                  "twice", "empty")),
    *(Token(f"ES384 signature: {how}", CHANGED, signer="es384", signature=how)
      for how in ("der", "zeros", "a bit flipped", "r and s swapped")),
    *(Token(f"EdDSA signature: {how}", CHANGED, signer="eddsa", signature=how)
      for how in ("zeros", "ones", "s plus the order", "a bit flipped", "one byte short", "one byte long", "empty")),
]  # fmt: skip

CLAIMS = [
    *(Token(f"claim {next(iter(change))} = {next(iter(change.values()))!r}", DIFFERS, claims=change)
      for change in ({"iss": "did:web:evil.example"}, {"iss": ["did:web:badges.example:issuers:st-elsewhere"]},
                     {"iss": None},
                     {"iss": {"id": "did:web:badges.example:issuers:st-elsewhere"}}, {"iss": ""},
                     {"iss": "did:web:badges.example:issuers:st-elsewhere#"},
                     {"iss": "DID:WEB:badges.example:issuers:st-elsewhere"}, {"jti": "https://badges.example/b/x"},
                     {"jti": None},
                     {"jti": 1}, {"sub": "urn:x:1"}, {"sub": ""}, {"nbf": 0}, {"nbf": -1}, {"nbf": "1772355900"},
                     {"nbf": 1772355900.0}, {"nbf": True}, {"nbf": [1]}, {"nbf": None}, {"exp": 0},
                     {"exp": 9_999_999_999},
                     {"exp": "2403820800"}, {"exp": 2403820800.5}, {"exp": None}, {"exp": False})),
    Token("the issuer of another badge, honestly claimed", STRANGER, claims={"iss": "did:web:evil.example",
          "issuer": "EVIL"}),
]  # fmt: skip

KEYS = [
    *(Token(f"kid {kid[:60]!r}", NOT_PUBLISHED, header={"kid": kid})
      for kid in ("../../keys/x", "/etc/passwd", "file:///etc/passwd", "' OR 1=1--", "https://evil.example/key",
                  "#key", "key",
                  "did:web:badges.example:issuers:st-elsewhere", "did:web:badges.example:issuers:st-elsewhere#",
                  "did:web:badges.example:issuers:st-elsewhere#other", "${jndi:ldap://evil.example}", "*", "0")),
    *(Token(f"kid {kid[:60]!r} of length {len(kid)}", NAMELESS, header={"kid": kid})
      for kid in ("", "k" * 10_240, "a\nb", "a\x00b", "\u202eyek", "\ufeffkey")),
    *(Token(f"kid {kid[:60]!r}", STRANGER, header={"kid": kid})
      for kid in ("did:web:evil.example#k", "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
                  "did:web:badges.example:issuers:st-elsewherE#k", "did:web:badges.example#k", "did:jwk:e30#0",
                  "did:")),
    Token("no kid and no jwk", NAMELESS, header={"kid": None}),
    Token("another's key under its own name", STRANGER, signer="stranger"),
    Token("another's did:key", STRANGER, signer="stranger", header={"kid": "DID:KEY"}),
    Token("another's did:jwk", STRANGER, signer="stranger", header={"kid": "DID:JWK"}),
    Token("another's key under the issuer's name", CHANGED, signer="stranger", header={"kid": "ISSUER"}),
    Token("a key of another owner at an address", STRANGER, signer="another owner"),
    Token("another's key carried along", NOT_PUBLISHED, signer="stranger", header={"kid": None, "jwk": "SIGNER"}),
    Token("another's key carried under the issuer's name", "proof:key_differs", signer="stranger",
          header={"kid": "ISSUER", "jwk": "SIGNER"}),
    Token("the issuer's key carried, another's used", CHANGED, signer="stranger", header={"kid": "ISSUER",
          "jwk": "ISSUER"}),
    *(Token(f"carried: {name}", BAD_JWK, header={"kid": None, "jwk": name})
      for name in ("nothing", "oct", "private", "1024 bits", "e 3", "e 1", "even", "small factor", "close primes",
                   "for encryption", "only for signing", "alg none", "off the curve", "no coordinate", "identity point",
                   "leading zero", "padded", "secp256k1", "Ed448")),
    *(Token(f"published: {name}", WEAK, signer=name)
      for name in ("1024 bits", "e 3", "e 1", "even", "small factor", "close primes", "private", "oct",
                   "for encryption",
                   "only for signing", "alg none", "off the curve", "identity point", "leading zero", "padded",
                   "nothing",
                   "secp256k1", "Ed448")),
    Token("a key that was withdrawn", "proof:key_revoked", signer="withdrawn"),
    Token("a key out of reach", "issuer:issuer_unreachable", signer="out of reach"),
]  # fmt: skip

HOSTILE = [*ALGORITHMS, *HEADERS, *SPELLINGS, *SIGNATURES, *CLAIMS, *KEYS]
