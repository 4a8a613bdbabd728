"""References as text that reference managers read: one module a format, kb.formats.registry finds them."""
