"""PubMed XML to records and back."""
