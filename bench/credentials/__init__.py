"""The credential workshop on one core: issuing, verifying, status lists and pictures, each beside its floor."""
