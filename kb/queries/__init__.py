"""Every select that the code owns, one subject a module; the functions are read_*."""
