"""Printed references: year, title, place, identifiers, labels."""
