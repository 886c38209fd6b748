"""Who is told of what by mail: subscribing, what follows a decision, and the mails themselves."""
