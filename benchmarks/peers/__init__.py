"""Engines side by side: the same records, the same questions, the same work, in one run."""
