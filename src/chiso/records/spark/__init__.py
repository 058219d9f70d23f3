"""Records too many for one computer: read, typed and kept by Spark, counted where they lie."""
