/** What the parser's thread is asked. */
export interface ParseJob {
  readonly want: 'body' | 'digest' | 'part';
  readonly raw: Uint8Array;
  readonly partId?: string;
}
