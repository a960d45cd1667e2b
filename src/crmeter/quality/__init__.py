"""Data quality: rules on every table, what each load makes of them, and customers that are probably one."""
