"""The pages, one module each: the values that a template shows."""
