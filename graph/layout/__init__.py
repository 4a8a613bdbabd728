"""Where works stand on a map."""
