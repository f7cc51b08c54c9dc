"""How well the ranking finds what judges found relevant, beside a plain BM25, and what each of its features costs."""
