"""Comparing two boards."""
