"""The admin as people use it: who sees what, who may do what, and what each page does."""
