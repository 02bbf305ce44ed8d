"""Public addresses beside the same bytes from memory, in the same server."""
