"""The fast path's only refusal. It is an answer inside this room, not an error that anybody meets."""

from __future__ import annotations


class Unsupported(Exception):
    """The fast path does not answer for this document or these contexts; ask PyLD, which also names what is wrong."""
