"""Charts as plain Vega-Lite dicts, drawn to SVG. Text of users goes in as data, never into an expression."""
