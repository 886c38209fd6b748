"""Plain values and rules: no Flask, no SQLAlchemy, no clock of its own."""
