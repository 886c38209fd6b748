"""The only package that speaks SQLAlchemy. Takes and returns domain values."""
