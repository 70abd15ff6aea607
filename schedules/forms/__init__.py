"""Forms of the pages: what people type, turned into what the models hold. No rule of time is decided here."""
