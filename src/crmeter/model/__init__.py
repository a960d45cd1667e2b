"""The canonical tables, and what is derived from them before anything is measured: spells and populations."""
