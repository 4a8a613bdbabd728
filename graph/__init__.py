"""litkb graph: from rows to a citation graph, to numbers, to files."""
