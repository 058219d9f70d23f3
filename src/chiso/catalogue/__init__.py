"""The catalogue: the law as data, read with line numbers and validated whole."""
