"""Related studies and suggestions: features, comparison, ranking, reasons."""
