"""A program of its own: PDF on standard input, attached files on standard output. See `app.credentials.bounded`.

Each file is four bytes of length, most significant first, and the content.
"""

from __future__ import annotations

import io
import itertools
import logging
import resource
import struct
import sys
from collections.abc import Iterator

from pypdf import Configuration, PdfReader, apply_configuration

MAX_ATTACHMENTS = 20
MAX_ATTACHMENT_BYTES = 5 * 1_048_576
MAX_TOTAL_BYTES = 12 * 1_048_576
MAX_MEMORY_BYTES = 536_870_912
MAX_PROCESSOR_SECONDS = 5

LIMITS = Configuration(
    maximum_declared_stream_length=MAX_ATTACHMENT_BYTES,
    array_based_stream_maximum_output_length=MAX_ATTACHMENT_BYTES,
    zlib_maximum_output_length=MAX_ATTACHMENT_BYTES,
    zlib_maximum_recovery_input_length=0,
    lzw_maximum_output_length=MAX_ATTACHMENT_BYTES,
    run_length_maximum_output_length=MAX_ATTACHMENT_BYTES,
    brotli_maximum_output_length=MAX_ATTACHMENT_BYTES,
    stream_filters_maximum_length=4,
    stream_decoding_work_maximum_length=4 * MAX_ATTACHMENT_BYTES,
    array_maximum_element_count=20_000,
    dictionary_maximum_element_count=20_000,
    jbig2dec_binary=None,  # no other program is ever run
    disable_legacy_handling=True,
)


def attachments(document: bytes) -> Iterator[bytes]:
    """The files that are attached to the document as a whole: the first twenty, twelve mebibytes together at most."""
    reader = PdfReader(io.BytesIO(document), root_object_recovery_limit=1_000, xref_stream_maximum_entries=100_000)
    if reader.is_encrypted:
        sys.exit("a password is needed")
    total = 0
    for attached in itertools.islice(reader.attachment_list, MAX_ATTACHMENTS):
        content = attached.content
        total += len(content)
        if total > MAX_TOTAL_BYTES:
            break
        if len(content) <= MAX_ATTACHMENT_BYTES:
            yield content


def main() -> None:
    """Write out what is attached to the document on standard input."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_PROCESSOR_SECONDS, MAX_PROCESSOR_SECONDS))
    logging.disable(logging.CRITICAL)
    document = sys.stdin.buffer.read()
    with apply_configuration(LIMITS):
        for content in attachments(document):
            sys.stdout.buffer.write(struct.pack(">I", len(content)) + content)


if __name__ == "__main__":
    main()
