"""`demo` fills an empty platform; `simulate` gives any brand traffic."""
