"""The console scripts: argv in, service out, exit status back."""
