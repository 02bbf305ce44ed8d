"""Lanyard: a self-hosted Open Badges service. The plan of the house is in docs/architecture.md."""
