"""Raw rows as they came, mapped into the canonical tables; what does not fit is quarantined with its reason."""
