"""The workshop: pure functions on documents. No database, network, clock or framework in here."""
