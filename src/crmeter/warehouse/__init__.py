"""The engine: the warehouse file, how it is published and read, its history, and what is derived from it."""
