"""What each source is asked and what its responses mean: E-utilities, ECitMatch, iCite."""
