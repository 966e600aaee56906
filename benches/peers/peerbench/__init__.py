"""Peers of gleaner, side by side: installing, measuring, three comparisons, and the table. `../run` is the way in."""
