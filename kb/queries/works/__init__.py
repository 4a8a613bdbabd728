"""Single works and articles: their records, links, measures and surroundings."""
