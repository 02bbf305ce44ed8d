"""THE LETTERBOX: one adapter per kind of source. A new one is a file, a line in ADAPTERS and a test."""

from app.lms import (
    caliper,
    canvas,
    cornerstone,
    csv,
    docebo,
    generic,
    lti,
    moodle,
    openedx,
    scormcloud,
    thinkific,
    xapi,
)
from app.lms.base import Adapter

ADAPTERS: dict[str, Adapter] = {
    caliper.ADAPTER.name: caliper.ADAPTER,
    canvas.ADAPTER.name: canvas.ADAPTER,
    csv.ADAPTER.name: csv.ADAPTER,
    generic.ADAPTER.name: generic.ADAPTER,
    lti.ADAPTER.name: lti.ADAPTER,
    xapi.ADAPTER.name: xapi.ADAPTER,
    cornerstone.ADAPTER.name: cornerstone.ADAPTER,
    docebo.ADAPTER.name: docebo.ADAPTER,
    thinkific.ADAPTER.name: thinkific.ADAPTER,
    moodle.ADAPTER.name: moodle.ADAPTER,
    openedx.ADAPTER.name: openedx.ADAPTER,
    scormcloud.ADAPTER.name: scormcloud.ADAPTER,
}
