"""Files that a person names: what they are, and their content as records or seeds."""
