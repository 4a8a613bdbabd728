"""What exports read: a selection of works, its nodes and edges."""
