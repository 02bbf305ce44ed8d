"""The closed lists of the data model. Source: OB 3.0 data model, enumerations and JSON Schema of 2026."""

from __future__ import annotations

ACHIEVEMENT_TYPES = frozenset(
    [
        "Achievement",
        "ApprenticeshipCertificate",
        "Assessment",
        "Assignment",
        "AssociateDegree",
        "Award",
        "Badge",
        "BachelorDegree",
        "Certificate",
        "CertificateOfCompletion",
        "Certification",
        "CommunityService",
        "Competency",
        "Course",
        "CoCurricular",
        "Degree",
        "Diploma",
        "DoctoralDegree",
        "Fieldwork",
        "GeneralEducationDevelopment",
        "JourneymanCertificate",
        "LearningProgram",
        "License",
        "Membership",
        "ProfessionalDoctorate",
        "QualityAssuranceCredential",
        "MasterCertificate",
        "MasterDegree",
        "MicroCredential",
        "ResearchDoctorate",
        "SecondarySchoolDiploma",
    ]
)
RESULT_TYPES = frozenset(
    [
        "GradePointAverage",
        "LetterGrade",
        "Percent",
        "PerformanceLevel",
        "PredictedScore",
        "RawScore",
        "Result",
        "RubricCriterion",
        "RubricCriterionLevel",
        "RubricScore",
        "ScaledScore",
        "Status",
    ]
)
RESULT_STATUSES = frozenset(["Completed", "Enrolled", "Failed", "InProgress", "OnHold", "Provisional", "Withdrew"])
TARGET_TYPES = frozenset(
    [
        "ceasn:Competency",
        "ceterms:Credential",
        "CFItem",
        "CFRubric",
        "CFRubricCriterion",
        "CFRubricCriterionLevel",
        "CTDL",
    ]
)
# `name` is missing on purpose: older schemas refuse it, and `ext:name` is accepted by all.
IDENTITY_TYPES = frozenset(
    [
        "sourcedId",
        "systemId",
        "productId",
        "userName",
        "accountId",
        "emailAddress",
        "nationalIdentityNumber",
        "isbn",
        "issn",
        "lisSourcedId",
        "oneRosterSourcedId",
        "sisSourcedId",
        "ltiContextId",
        "ltiDeploymentId",
        "ltiToolId",
        "ltiPlatformId",
        "ltiUserId",
        "identifier",
    ]
)
CLOSED_CLASSES = {
    "IdentityObject": frozenset({"type", "hashed", "identityHash", "identityType", "salt"}),
    "Image": frozenset({"id", "type", "caption"}),
    "IdentifierEntry": frozenset({"type", "identifier", "identifierType"}),
    "GeoCoordinates": frozenset({"type", "latitude", "longitude"}),
    "1EdTechJsonSchemaValidator2019": frozenset({"id", "type"}),
    # Older published schemas close these two as well.
    "AchievementSubject": frozenset(
        [
            "id",
            "type",
            "activityEndDate",
            "activityStartDate",
            "creditsEarned",
            "achievement",
            "identifier",
            "image",
            "licenseNumber",
            "narrative",
            "result",
            "role",
            "source",
            "term",
        ]
    ),
    "BitstringStatusListEntry": frozenset(["id", "type", "statusPurpose", "statusListIndex", "statusListCredential"]),
}
