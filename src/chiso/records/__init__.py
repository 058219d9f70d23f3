"""Records: exports recognised by their headings, typed cell by cell, every row accounted for."""
