"""Comments from elsewhere."""
