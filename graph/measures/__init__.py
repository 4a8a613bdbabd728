"""Measures of the citation graph, one subject a module."""
