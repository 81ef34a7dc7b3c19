"""Servers on loopback that speak the protocols of the sources, and misbehave when a test tells them to."""
