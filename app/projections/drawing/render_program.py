"""A program of its own: SVG on standard input, PNG on standard output. See `app.credentials.bounded`."""

from __future__ import annotations

import resource
import sys

import resvg_py

MAX_MEMORY_BYTES = 1_073_741_824
MAX_PROCESSOR_SECONDS = 20


def main(width: int, height: int) -> None:
    """Render what stands on standard input at this size in pixels."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_PROCESSOR_SECONDS, MAX_PROCESSOR_SECONDS))
    text = sys.stdin.buffer.read().decode()
    picture = resvg_py.svg_to_bytes(svg_string=text, width=width, height=height, skip_system_fonts=True)
    sys.stdout.buffer.write(bytes(picture))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
