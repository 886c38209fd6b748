"""Finds plugins, asks them one at a time under a deadline, and keeps their settings."""
