"""Whether a file is what was written: invariants, seals, and problems in words."""
