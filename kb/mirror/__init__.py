"""A mirror of all of PubMed: a folder of records, an index and a citation graph; harvest.mirror builds it."""
