"""From the raw files of Indonesian governments to one validated, published database."""
