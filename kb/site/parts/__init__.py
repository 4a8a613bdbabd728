"""Parts that several pages share: cells, facets, results, links, sentences."""
