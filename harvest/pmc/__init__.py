"""Full text in JATS, as PMC and publishers give it: articles, their references, and the sentences that cite."""
