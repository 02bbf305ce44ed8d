"""The doors, one per audience: authentication, caching and limits follow from who calls."""
