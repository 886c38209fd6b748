"""What this server asks of others, on addresses that it may be given by somebody else."""
