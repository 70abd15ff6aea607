"""What tests share: a real Redis, a real PostgreSQL, and Stockura's own processes.

What a test file usually wants, all of it fixtures:

- ``redis_server``  the real Redis of this test run, empty at the start of each test; it can be paused and
  restarted;
- ``redis_client``  a redis-py client connected to it;
- ``stack``         real beats, workers and web servers on the test database (see
  ``tests.support.stack.Stack``);

and one function to import: ``tests.support.waiting.wait_until``.

Every folder but ``tests/pure`` has an empty Redis behind each test without asking for it. Tests that touch
the database say so as everywhere in pytest-django (``pytestmark = pytest.mark.django_db``); ``stack`` says
it for them.
"""
