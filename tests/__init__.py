"""Tests of chiso."""
