"""The stylesheet is whole: every brace closes, every token is there, and colours stand nowhere but among the tokens."""

from __future__ import annotations

import re
from pathlib import Path

STYLE = Path(__file__).resolve().parents[2] / "app" / "web" / "static" / "style.css"
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(")


def faults(style: str) -> list[str]:
    """What is wrong with a stylesheet, with the line."""
    found, depth, layer = [], 0, ""
    defined = set(re.findall(r"(--[\w-]+)\s*:", style))
    for number, line in enumerate(re.sub(r"/\*.*?\*/", _blank, style, flags=re.DOTALL).splitlines(), 1):
        if line.startswith("@layer") and "{" in line:
            layer = line.split()[1]
            found += [f"{number} a layer begins inside of something"] if depth else []
        found += [f"{number} no token {name}" for name in re.findall(r"var\((--[\w-]+)", line) if name not in defined]
        found += [f"{number} a colour of its own"] if layer not in {"tokens", "print"} and COLOUR.search(line) else []
        depth += line.count("{") - line.count("}")
    return found + ([f"the end: {depth} braces are open"] if depth else [])


def _blank(comment: re.Match[str]) -> str:
    return "\n" * comment[0].count("\n")


def test_the_stylesheet_is_whole():
    assert faults(STYLE.read_text()) == []


def test_each_fault_of_a_stylesheet_is_found():
    bad = "@layer parts {\n .a { color: #fff; }\n .b { color: var(--no); }\n@layer states {\n}\n"

    assert faults(bad) == [
        "2 a colour of its own",
        "3 no token --no",
        "4 a layer begins inside of something",
        "the end: 1 braces are open",
    ]
