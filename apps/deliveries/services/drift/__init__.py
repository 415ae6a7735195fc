"""Endpoints that answer otherwise than they used to."""
