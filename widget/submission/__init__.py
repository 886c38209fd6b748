"""What readers do: submit, edit, delete; each judged, committed, then published."""
