"""Search: random compositions of the catalogue's functions, judged, and shrunk where they fail."""
