import { readBer, type BerNode } from './ber.ts';
import { CmsError } from './errors.ts';
import { element as encode, tags } from './der.ts';

/** Structures around content; the content itself is not bound by it. */
const largestStructure = 4 * 1024 * 1024;

/** An element that was read, with the readers for each type. Each throws CmsError when the element is not that. */
export class Element {
  readonly #bytes: Buffer;
  readonly #node: BerNode;

  constructor(bytes: Buffer, node: BerNode) {
    this.#bytes = bytes;
    this.#node = node;
  }

  /** The element that takes all of `bytes`. */
  static read(bytes: Buffer): Element {
    const node = readBer(bytes);
    if (node === null) throw new CmsError('malformed');
    return new Element(bytes, node);
  }

  get tag(): number {
    return this.#node.tag;
  }

  /** Reads the elements within, one after the other. */
  get fields(): Fields {
    return new Fields(this.members);
  }

  get members(): Element[] {
    return this.#node.children.map((child) => new Element(this.#bytes, child));
  }

  /** Content octets of a primitive element. */
  get content(): Buffer {
    if ((this.tag & 0x20) !== 0) throw new CmsError('malformed');
    return this.#bytes.subarray(this.#node.contentStart, this.#node.contentEnd);
  }

  /** The element as bytes with definite lengths: as it stands wherever it has them already. */
  get der(): Buffer {
    if (this.#node.end - this.#node.start > largestStructure) throw new CmsError('too-large');
    if (this.#node.definite) return this.#bytes.subarray(this.#node.start, this.#node.end);
    return Buffer.concat(encode(this.tag, ...this.members.map((member) => [member.der])));
  }

  /** The same with another identifier octet, as signed attributes are hashed: RFC 5652 §5.4. */
  derAs(tag: number): Buffer {
    const copy = Buffer.from(this.der);
    copy[0] = tag;
    return copy;
  }

  /** An octet string, primitive or in pieces (X.690 §8.7), whatever its own tag is. */
  get octetPieces(): Buffer[] {
    if ((this.tag & 0x20) === 0) return [this.content];
    return this.members.flatMap((member) => {
      if ((member.tag & ~0x20) !== tags.octetString) throw new CmsError('malformed');
      return member.octetPieces;
    });
  }

  /** The same as one buffer, for what is short. */
  get octets(): Buffer {
    const pieces = this.octetPieces;
    const [only] = pieces;
    return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
  }

  /** A bit string of whole octets. */
  get bits(): Buffer {
    if (this.tag !== tags.bitString || this.content[0] !== 0) throw new CmsError('malformed');
    return this.content.subarray(1);
  }

  get oid(): string {
    const { content } = this;
    if (this.tag !== tags.oid || content.length === 0 || content.length > 64) throw new CmsError('malformed');
    const arcs: number[] = [];
    let arc = 0;
    for (const byte of content) {
      arc = arc * 128 + (byte & 0x7f);
      if (arc > 0x7fffffff) throw new CmsError('malformed');
      if (byte < 0x80) {
        arcs.push(arc);
        arc = 0;
      }
    }
    const [head = 0, ...rest] = arcs;
    const first = Math.min(2, Math.floor(head / 40));
    return [first, head - first * 40, ...rest].join('.');
  }

  /** An integer from 0 to 2^31 - 1. */
  get integer(): number {
    const { content } = this;
    if (this.tag !== tags.integer || content.length === 0 || content.length > 4)
      throw new CmsError('malformed');
    const value = content.readIntBE(0, content.length);
    if (value < 0) throw new CmsError('malformed');
    return value;
  }

  /** UTCTime or GeneralizedTime in seconds and UTC: RFC 5652 §11.3. */
  get time(): Date {
    const text = this.content.toString('latin1');
    const isUtc = this.tag === tags.utcTime && /^\d{12}Z$/.test(text);
    if (!isUtc && !(this.tag === tags.generalizedTime && /^\d{14}Z$/.test(text)))
      throw new CmsError('malformed');
    const century = Number(text.slice(0, 2)) < 50 ? '20' : '19';
    const [year, rest] = isUtc
      ? [century + text.slice(0, 2), text.slice(2)]
      : [text.slice(0, 4), text.slice(4)];
    const [month, day, hour, minute, second] = rest.match(/\d\d/g) ?? [];
    const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
    if (Number.isNaN(at.getTime())) throw new CmsError('malformed');
    return at;
  }
}

/** The elements of a SEQUENCE, taken in their order. */
export class Fields {
  readonly #members: Element[];
  #next = 0;

  constructor(members: Element[]) {
    this.#members = members;
  }

  /** The next element, with one of `tags` if some are given; throws CmsError when it is not there. */
  take(...tags: readonly number[]): Element {
    const next = this.#members[this.#next];
    if (next === undefined || (tags.length > 0 && !tags.includes(next.tag))) throw new CmsError('malformed');
    this.#next += 1;
    return next;
  }

  /** The next element when it has one of `tags`; null, and nothing taken, otherwise. */
  takeIf(...tags: readonly number[]): Element | null {
    const next = this.#members[this.#next];
    if (next === undefined || (tags.length > 0 && !tags.includes(next.tag))) return null;
    this.#next += 1;
    return next;
  }

  /** Throws CmsError when something is left. */
  end(): void {
    if (this.#next < this.#members.length) throw new CmsError('malformed');
  }
}
