"""The bank: every exercise done wrong in known ways (mistakes) and done right in many styles (variants)."""

from autograder.bank.registry import Replacement, mistake, mistakes_of, reference_names, variant, variants_of

__all__ = ["Replacement", "mistake", "mistakes_of", "reference_names", "variant", "variants_of"]
