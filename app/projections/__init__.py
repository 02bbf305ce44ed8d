"""The shop window: pure views of facts for people and other ecosystems. No database, network, clock or framework."""
