"""What holds for loans without any database: balances over dated movements, dates, commitments, who settles what."""
