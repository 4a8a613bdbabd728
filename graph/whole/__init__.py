"""Measures of all of PubMed, over the links of a mirror or over its citations as Parquet."""
