"""The only room that calls the network: guarded fetches of foreign documents, and mail."""
