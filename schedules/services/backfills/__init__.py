"""Running a past period: what would be run (``planning``), asking for it (``asking``), sending it (``advancing``)."""
