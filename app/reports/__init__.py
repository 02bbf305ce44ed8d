"""Read-only reports over the database, one file each, independent of each other."""
