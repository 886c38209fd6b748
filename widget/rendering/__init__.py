"""From a text as written to the only HTML that leaves."""
