"""From a saved or deleted row to the mirror and the ledger. Short on purpose: what happens stands in services."""

from typing import Any

from django.db.models.signals import post_delete, post_save, pre_delete
from django.dispatch import receiver
from django.utils import timezone

from schedules.models import APIEndpoint, APIEndpointSchedule, ExceptionalDay
from schedules.services import mirroring
from schedules.services.calling_off import call_off_all_of


@receiver(post_save, sender=APIEndpointSchedule)
def push_schedule(instance: APIEndpointSchedule, raw: bool = False, **kwargs: Any) -> None:
    if not raw:  # A fixture's rows may point at rows not loaded yet; the next reconcile takes them in.
        mirroring.push_on_commit([instance.pk])


@receiver(pre_delete, sender=APIEndpointSchedule)
def call_off_what_was_asked_of_schedule(instance: APIEndpointSchedule, **kwargs: Any) -> None:
    # Here, and not in a service: an endpoint that is deleted takes its schedules along.
    call_off_all_of(instance.pk, now=timezone.now())


@receiver(post_delete, sender=APIEndpointSchedule)
def remove_schedule(instance: APIEndpointSchedule, **kwargs: Any) -> None:
    mirroring.remove_on_commit([instance.pk])


@receiver(post_save, sender=APIEndpoint)
def push_schedules_of_endpoint(instance: APIEndpoint, raw: bool = False, **kwargs: Any) -> None:
    if not raw:
        mirroring.push_on_commit(mirroring.endpoint_saved(instance))


@receiver(post_save, sender=ExceptionalDay)
@receiver(post_delete, sender=ExceptionalDay)
def push_schedules_of_exchange(instance: ExceptionalDay, raw: bool = False, **kwargs: Any) -> None:
    if not raw:
        mirroring.push_on_commit(mirroring.schedules_asking(instance.exchange))
