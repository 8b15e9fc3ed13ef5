"""What is counted, and how. Each section is one module; its docstrings are the definitions."""
