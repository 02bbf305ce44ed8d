"""What a page of FHIR costs among few people and among many."""
