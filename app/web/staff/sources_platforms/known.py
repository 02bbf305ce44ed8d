"""Every kind of source that the pages offer: one entry for each adapter, the usual ones first."""

from __future__ import annotations

from app.web.languages import marked as _
from app.web.staff.sources_fields import Field, Kind
from app.web.staff.sources_platforms import files
from app.web.staff.sources_platforms.shape import LEARNING_KIND, MAX_ITEMS, NAMESPACE, TIME_ZONE, Platform

PLATFORMS: dict[str, Platform] = {
    "canvas": Platform(
        _("Finished courses and grades, by Live Events. Signed by Instructure."),
        (
            Field(
                "root_account_uuid",
                _("Your account at Canvas"),
                _("The root_account_uuid in the metadata of any of your events: all customers share their keys."),
            ),
            Field(
                "jwks_url",
                _("Address of Canvas' keys"),
                _("Instructure's page about HTTPS delivery of Live Events names it. It begins with https."),
            ),
            Field(
                "jwks",
                _("The key set itself"),
                _("Pasted as JSON, where this service cannot fetch it."),
                Kind.DATA,
                is_rare=True,
            ),
            LEARNING_KIND,
        ),
        is_common=True,
    ),
    "moodle": Platform(
        _("Finished courses and grades, sent by a plug-in that you install in Moodle."),
        (
            Field(
                "host",
                _("Host name of your Moodle"),
                _("Without https and without a path. Events of another host, such as a copy for trials, are ignored."),
                is_required=True,
                placeholder="lms.example.org",
            ),
            Field(
                "grade_maximums",
                _("Points that are everything"),
                _('By the id of the grade item, as JSON: {"41": 50}. Moodle does not say them.'),
                Kind.DATA,
                is_rare=True,
            ),
            Field(
                "guest_user_id", _("Id of the site's guest"), _("1 if empty. The guest earns nothing."), is_rare=True
            ),
            LEARNING_KIND,
            MAX_ITEMS,
        ),
        ways={
            "bearer": (
                _("With the plug-in tool_trigger"),
                _("Recommended: it sends addresses, and tries again when something fails."),
            ),
            "body_token": (
                _("With the plug-in local_webhooks"),
                _("Quicker to set up. It sends ids only, once, and never again."),
            ),
        },
        is_common=True,
    ),
    "openedx": Platform(
        _("Certificates and passing grades, by the plug-in openedx-webhooks or from the event bus."),
        (
            Field(
                "host",
                _("Host name of your site"),
                _("Without https and without a path: events name only a container."),
                is_required=True,
                placeholder="courses.example.org",
            ),
            Field(
                "certificate_modes",
                _("Enrolment modes that count"),
                _("One a line, such as verified; all if empty."),
                Kind.LIST,
                is_rare=True,
            ),
            LEARNING_KIND,
            MAX_ITEMS,
        ),
        ways={
            "basic": (
                _("User and password within the address"),
                _("For the plug-in, which cannot set a header."),
            ),
        },
        is_common=True,
    ),
    "generic": Platform(
        _("Anything that can post JSON: bridges, automation services, scripts, and systems that have no entry here."),
        (
            NAMESPACE,
            TIME_ZONE,
            Field(
                "score_unit",
                _("Scores without a unit are"),
                "",
                Kind.CHOICE,
                (("", _("refused")), ("fraction", _("fractions: 1 is everything")), ("percent", _("percentages"))),
                is_rare=True,
            ),
            Field(
                "epoch_unit",
                _("Times that are bare numbers are"),
                "",
                Kind.CHOICE,
                (
                    ("", _("refused")),
                    ("seconds", _("seconds since 1970")),
                    ("milliseconds", _("milliseconds since 1970")),
                    ("microseconds", _("microseconds since 1970")),
                ),
                is_rare=True,
            ),
            Field(
                "event_names",
                _("The sender's names for events"),
                _('As JSON: {"course.done": "completed"}.'),
                Kind.DATA,
                is_rare=True,
            ),
            LEARNING_KIND,
            MAX_ITEMS,
        ),
        is_common=True,
    ),
    "xapi": Platform(
        _("Statements of a learning record store, of cmi5 courses, or of Moodle's plug-in Logstore xAPI."),
        (
            TIME_ZONE,
            Field(
                "waivers",
                _("Courses that were waived"),
                "",
                Kind.CHOICE,
                (("", _("do not count")), ("accept", _("count as completed"))),
                is_rare=True,
            ),
            Field(
                "not_applicable",
                _("Courses whose moveOn is NotApplicable"),
                "",
                Kind.CHOICE,
                (("", _("do not count")), ("accept", _("count"))),
                is_rare=True,
            ),
            Field(
                "batches",
                _("A bad statement in a batch"),
                "",
                Kind.CHOICE,
                (("", _("fails alone")), ("all_or_none", _("spoils the batch"))),
                is_rare=True,
            ),
            Field(
                "verbs",
                _("More verbs"),
                _("A JSON object from IRIs to completed, passed, failed or progress."),
                Kind.DATA,
                is_rare=True,
            ),
            Field(
                "activity_types",
                _("More types of activities"),
                _("A JSON object from IRIs to course, module, assessment, programme, block or other."),
                Kind.DATA,
                is_rare=True,
            ),
            LEARNING_KIND,
            MAX_ITEMS,
        ),
        sent_to="xapi",
    ),
    "caliper": Platform(
        _("Grades from a Caliper sensor, such as Blackboard's. Every rule for it asks for a score."),
        (
            Field(
                "namespace",
                _("Name of the system"),
                _("Whose ids the sensor sends; what the envelope names if empty."),
                is_rare=True,
            ),
            LEARNING_KIND,
            MAX_ITEMS,
        ),
        sent_to="caliper",
    ),
    "lti": Platform(
        _("Badges within the course, for teachers and learners: Canvas, Moodle, Blackboard, Brightspace, Open edX."),
        (),
        title=_("LTI 1.3 (badges within the course)"),
        is_common=True,
    ),
    "docebo": Platform(
        _("Finished courses, by a webhook of Docebo."),
        (TIME_ZONE, LEARNING_KIND, MAX_ITEMS),
    ),
    "cornerstone": Platform(
        _("Finished trainings, in batches, by a webhook of Cornerstone."),
        (LEARNING_KIND, MAX_ITEMS),
    ),
    "thinkific": Platform(
        _("Finished courses, by a signed webhook of Thinkific."),
        (LEARNING_KIND,),
        ways={"hmac": (_("Signed by Thinkific"), _("With your site's API key, or your app's client secret."))},
        makes_secret=frozenset({"hmac"}),
    ),
    "scormcloud": Platform(
        _("The state of each registration, posted by SCORM Cloud whenever it changes."),
        (
            Field(
                "app_id",
                _("Id of your application at SCORM Cloud"),
                _("Learners and courses have the ids that you gave them in it."),
                is_required=True,
            ),
            Field(
                "test_ids",
                _("Ids that are for trying things out"),
                _("Of registrations, courses or learners, one a line. They earn nothing."),
                Kind.LIST,
                is_rare=True,
            ),
            LEARNING_KIND,
        ),
    ),
    "csv": files.FILES,
}
