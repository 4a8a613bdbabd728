"""Which article is meant: by an identifier, a title, a printed reference."""
