"""One module a format: what goes into a file, as text, piece by piece."""
