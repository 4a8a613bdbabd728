"""Search: from what is typed to articles and facets."""
