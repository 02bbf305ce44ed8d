"""A body as each platform sends one, with invented people, to try a source with before the platform sends anything."""

from __future__ import annotations

SAMPLES: dict[str, str] = {
    "generic": """{
  "id": "enrolment-4711-completed",
  "event": "completed",
  "learner": {"id": "57", "email": "mira.holm@hospital.example.org", "name": "Mira Holm"},
  "activity": {"id": "bls-2026", "name": "Basic Life Support", "type": "course"},
  "completed_at": "2026-03-02T10:15:00Z",
  "score": {"value": 18, "unit": "points", "maximum": 20}
}""",
    "canvas": """{
  "metadata": {
    "event_name": "course_completed",
    "event_time": "2026-03-02T10:15:26.615Z",
    "root_account_uuid": "YOUR-ROOT-ACCOUNT-UUID",
    "root_account_id": "21070000000000001",
    "user_id": "21070000000000123"
  },
  "body": {
    "course": {"id": "565", "name": "Basic Life Support"},
    "progress": {"completed_at": "2026-03-02T10:15:00.218Z", "requirement_count": 6, "requirement_completed_count": 6},
    "user": {"id": "123", "email": "mira.holm@hospital.example.org", "name": "Mira Holm"}
  }
}""",
    "moodle": """{
  "event": "course_completed",
  "user_id": "57",
  "user_email": "mira.holm@hospital.example.org",
  "user_name": "Mira Holm",
  "course_id": "12",
  "course_name": "Basic Life Support",
  "completed_at": "1772446501",
  "completion_id": "881"
}""",
    "openedx": """{
  "openedx_events.learning.data.CertificateData": {
    "user": {
      "id": 4,
      "is_active": true,
      "pii": {"username": "mholm", "email": "mira.holm@hospital.example.org", "name": "Mira Holm"}
    },
    "course": {"course_key": "course-v1:StAnna+BLS+2026", "display_name": "Basic Life Support"},
    "mode": "verified",
    "grade": "0.92",
    "download_url": "",
    "name": "Mira Holm",
    "current_status": "downloadable",
    "previous_status": "unavailable"
  },
  "event_metadata": {
    "id": "457f0c26-a1a5-11ed-afe6-0242ac140007",
    "event_type": "org.openedx.learning.certificate.created.v1",
    "minorversion": 0,
    "source": "openedx/lms/web",
    "sourcehost": "8616aa50f067",
    "time": "2026-03-02 10:15:26.615000+00:00"
  }
}""",
    "xapi": """{
  "id": "7d1e0cc2-6d1f-4f0b-9f43-2f1f0a5f0c11",
  "actor": {"name": "Mira Holm", "mbox": "mailto:mira.holm@hospital.example.org"},
  "verb": {"id": "http://adlnet.gov/expapi/verbs/passed", "display": {"en": "passed"}},
  "object": {
    "id": "https://lms.hospital.example.org/courses/bls",
    "definition": {
      "type": "http://adlnet.gov/expapi/activities/course",
      "name": {"en": "Basic Life Support"}
    }
  },
  "result": {"success": true, "completion": true, "score": {"scaled": 0.92}},
  "timestamp": "2026-03-02T10:15:00Z"
}""",
    "caliper": """{
  "sensor": "https://lms.hospital.example.org/",
  "sendTime": "2026-03-02T10:15:05.000Z",
  "dataVersion": "http://purl.imsglobal.org/ctx/caliper/v1p2",
  "data": [{
    "@context": "http://purl.imsglobal.org/ctx/caliper/v1p2",
    "id": "urn:uuid:a50ca17f-5971-47bb-8fca-4e6e6879001d",
    "type": "GradeEvent",
    "profile": "GradingProfile",
    "actor": "https://lms.hospital.example.org/users/1",
    "action": "Graded",
    "object": {
      "id": "https://lms.hospital.example.org/quizzes/355/attempts/9",
      "type": "Attempt",
      "assignee": {"id": "https://lms.hospital.example.org/users/57", "type": "Person", "name": "Mira Holm"},
      "assignable": {
        "id": "https://lms.hospital.example.org/quizzes/355",
        "type": "Assessment",
        "name": "BLS final test"
      },
      "count": 1
    },
    "generated": {
      "id": "https://lms.hospital.example.org/quizzes/355/attempts/9/score",
      "type": "Score",
      "scoreGiven": 18,
      "maxScore": 20
    },
    "group": "https://lms.hospital.example.org/courses/565",
    "eventTime": "2026-03-02T10:15:00.250Z"
  }]
}""",
    "docebo": """{
  "event": "course.enrollment.completed",
  "fired_by_batch_action": false,
  "message_id": "wh-20260302-101501-0001",
  "webhook_id": 3,
  "original_domain": "st-anna.docebosaas.com",
  "payload": {
    "fired_at": "2026-03-02 10:15:01",
    "user_id": 13115,
    "username": "mholm",
    "course_id": 297,
    "course_code": "BLS-26",
    "completion_date": "2026-03-02 10:14:58",
    "status": "completed"
  }
}""",
    "cornerstone": """{
  "records": [
    {
      "value": {
        "headers": {"messageId": "8f7e6d5c-4b3a-4291-8080-7f6e5d4c3b2a", "corpName": "st-anna"},
        "lmsEventsCase": "TrainingCompleted",
        "trainingCompleted": {
          "data": {
            "eventId": "3b6f2c10-9a4d-4e0b-8c77-2d1e0f9a8b7c",
            "trainingId": "5f0d7e3c-1b2a-4c5d-8e9f-a0b1c2d3e4f5",
            "trainingTitle": "Basic Life Support",
            "targetUserGuid": "0c9a5b1e-77d2-4f7e-9d86-6f1f0e2a9b11",
            "targetUserFirstName": "Mira",
            "targetUserLastName": "Holm",
            "trainingRegistrationNumber": 1,
            "trainingActionDateTimestamp": "2026-03-02T10:14:58.973Z"
          }
        }
      },
      "offset": 168,
      "timestamp": "2026-03-02T10:15:00.000Z"
    }
  ],
  "sessionId": "s-1",
  "attemptNumber": 1,
  "subscriptionId": "sub-1"
}""",
    "thinkific": """{
  "id": "20260302101501000000000000000001",
  "resource": "enrollment",
  "action": "completed",
  "tenant_id": "59",
  "created_at": "2026-03-02T10:15:01.000Z",
  "payload": {
    "id": 4,
    "course": {"id": 25, "name": "Basic Life Support"},
    "user": {"id": 94, "email": "mira.holm@hospital.example.org", "first_name": "Mira", "last_name": "Holm"},
    "percentage_completed": "1.0",
    "completed_at": "2026-03-02T10:14:58.000Z"
  }
}""",
    "scormcloud": """{
  "id": "reg-1",
  "instance": 0,
  "updated": "2026-03-02T10:12:37.000Z",
  "registrationCompletion": "COMPLETED",
  "registrationSuccess": "PASSED",
  "score": {"scaled": 93},
  "totalSecondsTracked": 812,
  "completedDate": "2026-03-02T10:12:00.000Z",
  "course": {"id": "bls", "version": 0, "title": "Basic Life Support"},
  "learner": {"id": "e77", "email": "mira.holm@hospital.example.org", "firstName": "Mira", "lastName": "Holm"}
}""",
    "csv": """email,name,external_id,course_id,completed_at,score,status
mira.holm@hospital.example,"Holm, Mira",4711,BLS,2026-03-02,92.5,passed
""",
}
