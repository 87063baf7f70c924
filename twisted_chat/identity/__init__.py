"""Who somebody is: keys, how they are proven and shown, and which of them are known."""
