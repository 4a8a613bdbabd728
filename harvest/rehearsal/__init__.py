"""A local PubMed for tests, teaching and the demonstration, with faults on demand and made-up fields."""
