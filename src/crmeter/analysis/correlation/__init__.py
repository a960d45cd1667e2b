"""Whether one KPI goes with another: of customers, of segments, over periods."""
