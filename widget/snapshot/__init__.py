"""A thread's public page: built once for each version, encoded, and handed out as bytes."""
