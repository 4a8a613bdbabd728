"""The select behind every number that a page shows."""
