"""How fast the project is, beside what people use today and what the machine can do."""
