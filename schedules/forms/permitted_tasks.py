"""A form that refuses what calls a task which the person may not use."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from schedules.task_catalogue import problem_with_permission


class PermittedTasks(forms.BaseForm):
    """Knows its ``user``, whom the admin sets on the form's class; without one nobody is refused."""

    user: Any = None

    def refuse_tasks_of_others(self, field: str, *tasks: str | None) -> None:
        """Say at ``field`` which permission is missing for the tasks, the saved one and the chosen one."""
        if self.user is None:
            return
        for task in dict.fromkeys(filter(None, tasks)):
            if refused := problem_with_permission(self.user, task):
                self.add_error(field if field in self.fields else None, ValidationError(refused, code="not_permitted"))
                return
