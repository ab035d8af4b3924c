export { readFeedbackReport, type FeedbackReport, type FeedbackType } from './feedback-report.ts';
