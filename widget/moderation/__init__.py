"""The pipeline that judges submissions, and the decisions that people make."""
