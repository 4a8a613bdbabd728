"""Networks and lists of works as files."""
