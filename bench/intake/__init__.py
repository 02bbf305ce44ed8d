"""What arrives: deliveries of a platform at a fixed rate, and a backlog, each beside a floor of the same minute."""
