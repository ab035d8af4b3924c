/** Limits of reading one message. */
export const bodyLimits = {
  /** Parts of all levels together. */
  parts: 1000,
  /** Levels of multiparts. */
  nesting: 100,
  /** Header bytes of all parts together. */
  headerBytes: 1024 * 1024,
  /** Characters of text, and of HTML, that are shown; the rest can be had as the raw message. */
  shownCharacters: 1024 * 1024,
  /** Characters of text that are searched. */
  searchedCharacters: 256 * 1024,
};

export interface BodyPart {
  /** Names the part within its message. */
  readonly partId: string;
  /** Without path and control characters; '' when there is none. */
  readonly filename: string;
  /** Lower case, as declared. */
  readonly contentType: string;
  /** Bytes, decoded. */
  readonly size: number;
  /** The HTML shows it in its place. */
  readonly inline: boolean;
  /** Without angle brackets. */
  readonly cid: string | null;
}

export interface ReadableBody {
  readonly text: string;
  /** Sanitised. */
  readonly html: string | null;
  readonly blockedRemote: number;
  /** Text or HTML was longer than bodyLimits.shownCharacters. */
  readonly truncated: boolean;
  readonly attachments: readonly BodyPart[];
}

export interface BodyDigest {
  readonly text: string;
  readonly preview: string;
  readonly attachments: readonly BodyPart[];
}

export interface PartContent {
  readonly part: BodyPart;
  readonly content: Uint8Array;
}

export type BodyProblem =
  | 'too-many-parts' // bodyLimits.parts
  | 'too-deep' // bodyLimits.nesting
  | 'headers-too-large' // bodyLimits.headerBytes
  | 'too-slow' // took longer than the parser's time limit
  | 'too-much-memory' // took more memory than the parser has
  | 'too-busy' // too many messages are waiting to be read
  | 'unparsable'; // the MIME reader gave up for another reason
