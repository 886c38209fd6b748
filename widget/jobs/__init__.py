"""What happens after the answer: jobs from the outbox, each once, tried again when they fail."""
