"""Tests of unattended runs."""
