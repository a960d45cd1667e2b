"""Customer lifetime value: what each customer is expected to bring from now on. Estimates of a model, never KPIs."""
