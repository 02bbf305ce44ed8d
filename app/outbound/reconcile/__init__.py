"""Platforms that can be asked for what their pushes may have lost. A new one is a file, a line here and a test."""

from app.outbound.reconcile.asking import Asker, origin_of
from app.outbound.reconcile.base import Page, Reconciler
from app.outbound.reconcile.canvas import CanvasReconciler
from app.outbound.reconcile.moodle import MoodleReconciler
from app.outbound.reconcile.xapi import XapiReconciler

RECONCILERS: dict[str, Reconciler] = {
    each.source_type: each for each in (CanvasReconciler(), MoodleReconciler(), XapiReconciler())
}

__all__ = ["RECONCILERS", "Asker", "Page", "Reconciler", "origin_of"]
