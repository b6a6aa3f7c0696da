"""Who asks and what they may do: accounts, dated grants (role and scope), sessions, tokens, one-time codes."""
