"""litkb harvest: from a source (PubMed, a file) to records, to rows."""
