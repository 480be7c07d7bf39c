/** The two events that carry Timeback's numbers. */
export type TimebackEventType = "ActivityEvent" | "TimeSpentEvent";

/** The profile of those events; an event without a profile counts as one of them. */
export const TIMEBACK_PROFILE = "TimebackProfile";

/** The 15 profiles of IMS Caliper 1.2: their events are valid, and skipped. */
export const STANDARD_PROFILES: ReadonlySet<string> = new Set([
  "AnnotationProfile",
  "AssessmentProfile",
  "AssignableProfile",
  "FeedbackProfile",
  "ForumProfile",
  "GeneralProfile",
  "GradingProfile",
  "MediaProfile",
  "ReadingProfile",
  "ResourceManagementProfile",
  "SearchProfile",
  "SessionProfile",
  "SurveyProfile",
  "ToolLaunchProfile",
  "ToolUseProfile",
]);

/** The event types of IMS Caliper 1.1 (with the two it deprecates) and 1.2. */
export const STANDARD_EVENT_TYPES: ReadonlySet<string> = new Set([
  "AnnotationEvent",
  "AssessmentEvent",
  "AssessmentItemEvent",
  "AssignableEvent",
  "Event",
  "FeedbackEvent",
  "ForumEvent",
  "GradeEvent",
  "MediaEvent",
  "MessageEvent",
  "NavigationEvent",
  "OutcomeEvent",
  "QuestionnaireEvent",
  "QuestionnaireItemEvent",
  "ReadingEvent",
  "ResourceManagementEvent",
  "SearchEvent",
  "SessionEvent",
  "SurveyEvent",
  "SurveyInvitationEvent",
  "ThreadEvent",
  "ToolLaunchEvent",
  "ToolUseEvent",
  "ViewEvent",
]);
