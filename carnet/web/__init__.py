"""The screens, split by who walks in. A view reads a form, calls one operation or query, and shows the answer."""
