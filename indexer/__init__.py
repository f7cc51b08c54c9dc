"""The index: how documents are read, broken into paragraphs, written, and searched."""
