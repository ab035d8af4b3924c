import { SmtpError } from './errors.ts';
import type { SmtpReply } from './reply.ts';

const LF = 0x0a;
const CR = 0x0d;
const replyLine = /^([2-5][0-9]{2})([ -]|$)(.*)$/s;
const enhancedCode = /^([245]\.[0-9]{1,3}\.[0-9]{1,3})(?: |$)/;

/** Longest line taken from a server. RFC 5321 §4.5.3.1.5 asks for 512; real servers write more. */
const longestLine = 4096;
/** Most lines of one reply. */
const mostLines = 256;

/** Turns the bytes of a server into replies, whatever the chunks they come in. Throws SmtpError('protocol') on what is no SMTP reply. */
export class ReplyParser {
  #partial = '';
  #code = 0;
  #enhanced: string | null = null;
  #lines: string[] = [];

  /** True between two replies: nothing of another one has come yet. */
  get clean(): boolean {
    return this.#partial.length === 0 && this.#lines.length === 0;
  }

  *push(chunk: Buffer): Generator<SmtpReply> {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(LF, from);
      if (end < 0) break;
      const text =
        this.#partial + chunk.toString('latin1', from, end > from && chunk[end - 1] === CR ? end - 1 : end);
      this.#partial = '';
      from = end + 1;
      const reply = this.#line(text.endsWith('\r') ? text.slice(0, -1) : text);
      if (reply !== null) yield reply;
    }
    this.#partial += chunk.toString('latin1', from);
    if (this.#partial.length > longestLine) throw new SmtpError('protocol', 'reply line too long');
  }

  #line(text: string): SmtpReply | null {
    const match = text.length > longestLine ? null : replyLine.exec(text);
    if (match === null) throw new SmtpError('protocol', 'not an SMTP reply');
    const code = Number(match[1]);
    if (this.#lines.length > 0 && code !== this.#code)
      throw new SmtpError('protocol', 'reply code changes within a reply');
    if (this.#lines.length >= mostLines) throw new SmtpError('protocol', 'reply of too many lines');
    let line = Buffer.from(match[3] ?? '', 'latin1').toString('utf8'); // RFC 6531 §3.7.4.2: replies may hold UTF-8
    const enhanced = enhancedCode.exec(line);
    if (enhanced?.[1]?.[0] === String(code)[0] && enhanced?.[1] !== undefined) {
      if (this.#lines.length === 0) this.#enhanced = enhanced[1];
      line = line.slice(enhanced[0].length);
    }
    this.#code = code;
    this.#lines.push(line);
    if (match[2] === '-') return null;
    const reply = { code, enhanced: this.#enhanced, lines: this.#lines };
    this.#lines = [];
    this.#enhanced = null;
    return reply;
  }
}
