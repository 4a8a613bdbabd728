"""Building a mirror of PubMed (kb.mirror) from the files that NLM publishes, by Dask."""
