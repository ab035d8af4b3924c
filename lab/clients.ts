import { createTransport } from 'nodemailer';

/** A message as a person would write it; or `raw`, which is sent as it is. */
export interface Letter {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject?: string;
  readonly text?: string;
  readonly html?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly attachments?: readonly { filename: string; content: string | Buffer; contentType?: string }[];
  readonly raw?: string | Buffer;
}

/** What the server said. */
export type SendResult =
  | {
      readonly ok: true;
      readonly accepted: readonly string[];
      readonly rejected: readonly string[];
      readonly response: string;
    }
  | { readonly ok: false; readonly code: number | null; readonly response: string };

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Sends from outside into a mail exchanger, as a server of somebody else would: TLS where it is
 * offered, whatever the certificate. It is nodemailer: a stranger to our engine.
 */
export function sendAsStranger(
  mx: ServerAddress,
  letter: Letter,
  options: { tls?: 'if-offered' | 'never' } = {},
): Promise<SendResult> {
  return send(
    {
      ...mx,
      name: 'mx.stranger.test',
      ignoreTLS: options.tls === 'never',
      tls: { rejectUnauthorized: false },
    },
    letter,
  );
}

/** A mail program: signs in, demands TLS and a good certificate. */
export interface MailProgram {
  readonly server: ServerAddress;
  /** TLS from the first byte (port 465) instead of STARTTLS (port 587). Default false. */
  readonly implicitTls?: boolean;
  readonly username: string;
  readonly password: string;
  /** The name in the server's certificate, and the authority (PEM) that signed it. */
  readonly certificate: { readonly name: string; readonly authority: string };
}

/** Submits as a mail program does (RFC 6409). */
export function submitAsMailProgram(program: MailProgram, letter: Letter): Promise<SendResult> {
  const { server, implicitTls = false, username, password, certificate } = program;
  return send(
    {
      ...server,
      secure: implicitTls,
      requireTLS: !implicitTls,
      auth: { user: username, pass: password },
      tls: { ca: certificate.authority, servername: certificate.name },
    },
    letter,
  );
}

async function send(
  transport: Exclude<Parameters<typeof createTransport>[0], string | undefined>,
  letter: Letter,
): Promise<SendResult> {
  const { from, to, raw, headers, attachments, ...content } = letter;
  const envelope = { from, to: [...to] };
  const mail =
    raw !== undefined
      ? { envelope, raw }
      : { ...content, from, to: [...to], headers: { ...headers }, attachments: [...(attachments ?? [])] };
  const connection = createTransport(transport);
  try {
    const { accepted, rejected, response } = await connection.sendMail(mail);
    return { ok: true, accepted: accepted.map(String), rejected: rejected.map(String), response };
  } catch (error) {
    const { responseCode, response, message } = error as Error & { responseCode?: number; response?: string };
    return { ok: false, code: responseCode ?? null, response: response ?? message };
  } finally {
    connection.close();
  }
}
