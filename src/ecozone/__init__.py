"""Geospatial control zones and ecological red lines."""
