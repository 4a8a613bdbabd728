"""The commands on the citation graph."""
