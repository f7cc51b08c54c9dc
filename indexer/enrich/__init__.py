"""Enrichment: what is found out about documents from their text."""
