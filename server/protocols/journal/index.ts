export {
  composeJournalReport,
  type JournalReport,
  type JournaledEnvelope,
} from './compose-journal-report.ts';
