"""Seeded synthetic exports: realistic case files that count to published figures, and templates."""

from chiso.synthetic.generator import DEFAULT_SEED, write_samples, write_templates

__all__ = ["DEFAULT_SEED", "write_samples", "write_templates"]
