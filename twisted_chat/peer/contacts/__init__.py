"""Who is who: those whom a peer has to do with, and what each is to the person."""
