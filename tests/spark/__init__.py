"""Differential tests of the Spark engine; they need pyspark and Java 17."""
