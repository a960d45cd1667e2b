"""Why a KPI changed: its factors, the mix of its groups, and the few segments that explain most."""
