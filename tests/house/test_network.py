"""`app/outbound/` is the only room that calls the network: one guard for all addresses."""

from __future__ import annotations

import ast

ROOM = "app/outbound/"
NETWORK = {
    "httpx", "httpcore", "requests", "urllib3", "aiohttp", "urllib.request", "http.client", "socket", "smtplib",
}  # fmt: skip
# Looking whether a port of this machine is free calls nobody.
ALLOWED = {("app/cli/demo/__init__.py", "socket")}


def network_elsewhere(sources: dict[str, str]) -> list[str]:
    """Imports of a network library outside the outbound room."""
    found = []
    for path, text in sources.items():
        for node in ast.walk(ast.parse(text)):
            names = imported(node) & NETWORK if not path.startswith(ROOM) else set()
            found += [f"{path}:{node.lineno} {name}" for name in names if (path, name) not in ALLOWED]
    return found


def imported(node: ast.AST) -> set[str]:
    """The modules that an import names, with all their parents."""
    match node:
        case ast.Import(names=names):
            full = [alias.name for alias in names]
        case ast.ImportFrom(module=str(module), names=names, level=0):
            full = [module, *(f"{module}.{alias.name}" for alias in names)]
        case _:
            return set()
    return {".".join(name.split(".")[: n + 1]) for name in full for n in range(name.count(".") + 1)}


def test_only_the_outbound_room_calls_the_network(app_sources: dict[str, str]):
    assert network_elsewhere(app_sources) == []


def test_a_call_from_another_room_is_found():
    bad = {"app/web/public.py": "import httpx\nfrom urllib import request\nimport socket as plug\nimport urllib.parse"}

    assert [finding.split()[1] for finding in network_elsewhere(bad)] == ["httpx", "urllib.request", "socket"]
