"""Tests of the lists of late records."""
