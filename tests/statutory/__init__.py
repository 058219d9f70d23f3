"""Tests of the statutory forms."""
