"""/api/v1/: where the lists are, for people and scripts that begin there."""

from rest_framework.permissions import IsAuthenticated
from rest_framework.routers import APIRootView


class Root(APIRootView):
    """Tells addresses only, so that whoever has signed in may ask; each list asks for its own permission."""

    permission_classes = [IsAuthenticated]
