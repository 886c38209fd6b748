"""Measurements that back what the documentation says; each is one command."""
