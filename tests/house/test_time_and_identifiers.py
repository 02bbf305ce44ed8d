"""Time and identifiers come from `app/clock.py` only, so that a test can hand in both."""

from __future__ import annotations

import ast

CLOCK = "app/clock.py"
# Nonces and secrets are no identifiers; each place is named with its reason.
ALLOWED = {
    ("app/cli/demo/stage.py", "secrets.token_urlsafe"): "the secret of a demonstration",
    ("app/issuing/access.py", "secrets.choice"): "the part of an API key that may be seen",
    ("app/issuing/access.py", "secrets.token_urlsafe"): "the secret of an API key",
    ("app/issuing/accounts/identities.py", "secrets.token_urlsafe"): "state, nonce and verifier of a sign-in elsewhere",
    ("app/issuing/accounts/passkeys.py", "secrets.token_bytes"): "the challenges of passkeys",
    ("app/issuing/accounts/second_factors.py", "secrets.choice"): "recovery codes",
    ("app/issuing/accounts/tokens.py", "secrets.token_urlsafe"): "the tokens of cookies and mailed links",
    ("app/issuing/badge_connect/clients.py", "secrets.token_urlsafe"): "the secrets of programs that holders let in",
    ("app/issuing/badge_connect/profiles.py", "uuid"): "an account's id in the form that profiles have",
    ("app/issuing/badge_connect/profiles.py", "uuid.UUID"): "an account's id in the form that profiles have",
    ("app/issuing/badge_connect/tokens.py", "secrets.token_urlsafe"): "the tokens of programs that holders let in",
    ("app/issuing/claim_links.py", "secrets.token_urlsafe"): "the tokens of claim links",
    ("app/issuing/endorsement_requests.py", "secrets.token_urlsafe"): "the tokens of requests to who is elsewhere",
    ("app/issuing/endpoints/secrets.py", "secrets.token_bytes"): "the secrets of an endpoint",
    ("app/issuing/health_records/tokens.py", "secrets.token_urlsafe"): "the access tokens of health-record systems",
    ("app/issuing/hosts/connecting.py", "secrets.token_urlsafe"): "the verifier of a question to a host",
    ("app/issuing/lti/launches.py", "secrets.token_urlsafe"): "the question of a launch",
    ("app/issuing/lti/platforms.py", "secrets.token_urlsafe"): "the token of an invitation",
    ("app/issuing/outbox.py", "random"): "the jitter between two attempts",
    ("app/issuing/outbox.py", "random.uniform"): "the jitter between two attempts",
    ("app/issuing/sources.py", "secrets.token_bytes"): "the shared secret of a source",
    ("app/issuing/status_lists.py", "secrets.token_bytes"): "the key that shuffles the indexes of a list",
    ("app/issuing/wallets/offers.py", "secrets.randbelow"): "the code that a wallet asks its user for",
    ("app/issuing/wallets/offers.py", "secrets.token_urlsafe"): "the codes and tokens of offers to wallets",
    ("app/keystores/files.py", "secrets.token_hex"): "the name of a file that is about to be renamed",
    ("app/keystores/sealing.py", "os.urandom"): "the nonce of AES-GCM",
    ("app/projections/ctdl.py", "uuid"): "identifiers that follow from an address alone",
    ("app/projections/ctdl.py", "uuid.NAMESPACE_URL"): "identifiers that follow from an address alone",
    ("app/projections/ctdl.py", "uuid.uuid5"): "identifiers that follow from an address alone",
    ("app/web/counting.py", "secrets.token_bytes"): "the key of a day, under which verifiers are known again",
    ("app/keystores/envelope.py", "os.urandom"): "data keys, and the nonces of AES-GCM",
}
MODULES = {"uuid", "random"}
CALLS = {
    "time.time", "time.time_ns", "time.localtime", "time.gmtime",
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today",
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.date.today",
    "os.urandom", "os.getrandom",
}  # fmt: skip


def other_clocks(sources: dict[str, str]) -> list[str]:
    """Places that make a time, an identifier or a random value by themselves."""
    return [
        f"{path}:{line} {name}"
        for path, line, name in sources_of_chance(sources)
        if path != CLOCK and (path, name) not in ALLOWED
    ]


def sources_of_chance(sources: dict[str, str]) -> list[tuple[str, int, str]]:
    """Every place, as path, line and the full name of what is used, whatever the import calls it."""
    found = []
    for path, text in sources.items():
        tree = ast.parse(text)
        real_names = {
            a.asname: a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names if a.asname
        }
        for node in ast.walk(tree):
            found += [(path, node.lineno, name) for name in names_of_forbidden_sources(node, real_names)]
    return found


def names_of_forbidden_sources(node: ast.AST, real_names: dict[str, str]) -> list[str]:
    """What the node takes from a source of time or chance: `uuid`, `datetime.now`, `secrets.token_hex` …"""
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names if alias.name in MODULES]
        case ast.ImportFrom(module=module, names=names):
            whole = [str(module)] if module in MODULES else []
            return whole + [n for n in (f"{module}.{alias.name}" for alias in names) if is_forbidden(n)]
        case ast.Attribute():
            first, _, rest = ast.unparse(node).partition(".")
            return [name for name in [f"{real_names.get(first, first)}.{rest}"] if is_forbidden(name)]
        case _:
            return []


def is_forbidden(name: str) -> bool:
    """Whether a dotted name makes a time or a random value."""
    return name in CALLS or name.startswith(("secrets.token", "secrets.randb", "secrets.choice", "uuid.", "random."))


def test_only_the_clock_makes_times_and_identifiers(app_sources: dict[str, str]):
    assert other_clocks(app_sources) == []


def test_each_other_clock_is_found():
    bad = "import uuid\nfrom time import time\nnow = datetime.now(UTC)\nkey = secrets.token_hex(8)\n"

    assert [finding.split()[1] for finding in other_clocks({"app/issuing/awards.py": bad})] == [
        "uuid", "time.time", "datetime.now", "secrets.token_hex",
    ]  # fmt: skip


def test_another_name_hides_nothing():
    bad = "import secrets as chance\nkey = chance.token_bytes(16)\n"

    assert other_clocks({"app/issuing/awards.py": bad}) == ["app/issuing/awards.py:2 secrets.token_bytes"]


def test_every_exception_is_still_needed(app_sources: dict[str, str]):
    used = {(path, name) for path, _, name in sources_of_chance(app_sources)}

    assert set(ALLOWED) - used == set()


def test_measuring_a_duration_is_no_clock():
    assert other_clocks({"app/worker.py": "import time\nstart = time.monotonic()\ntime.sleep(1)\n"}) == []
