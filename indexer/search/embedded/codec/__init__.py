"""The file format: one file of arrays per segment, mapped and never unpickled. The format is described in docs/format.md."""
