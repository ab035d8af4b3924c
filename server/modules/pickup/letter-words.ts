import type { LetterKind } from './letter.ts';

/** What a letter says, in English and then in Spanish. Calm, plain, without a word about health. */
export interface LetterWords {
  readonly subject: string;
  readonly english: LetterBody;
  readonly spanish: LetterBody;
}

export interface LetterBody {
  /** Before the link or the code. */
  readonly opening: string;
  /** The label of the link; none where there is no link. */
  readonly link?: string;
  /** After it, a paragraph each. */
  readonly closing: readonly string[];
}

export interface LetterFacts {
  readonly organizationName: string;
  /** Last day on which it can be read. */
  readonly availableUntil?: Date;
}

const longDate = { dateStyle: 'long', timeZone: 'UTC' } as const;
const inEnglish = new Intl.DateTimeFormat('en-US', longDate);
const inSpanish = new Intl.DateTimeFormat('es-US', longDate);

const english = {
  howItWorks:
    'You need no account and no password. We will send a code to this address to make sure that it is you.',
  until: (date: Date) => `The message can be read until ${inEnglish.format(date)}.`,
  unexpected: (name: string) =>
    `If you did not expect this, you need not do anything. ${name} never asks for a password by email.`,
};

const spanish = {
  howItWorks:
    'No necesita cuenta ni contraseña. Enviaremos un código a esta dirección para comprobar que es usted.',
  until: (date: Date) => `El mensaje se puede leer hasta el ${inSpanish.format(date)}.`,
  unexpected: (name: string) =>
    `Si no esperaba este correo, no tiene que hacer nada. ${name} nunca pide contraseñas por correo.`,
};

type Writer = (facts: LetterFacts) => LetterWords;

function aboutMessage(
  subject: (name: string) => string,
  openings: { en: (name: string) => string; es: (name: string) => string },
): Writer {
  return ({ organizationName: name, availableUntil }) => ({
    subject: subject(name),
    english: {
      opening: openings.en(name),
      link: 'Read the message',
      closing: [
        english.howItWorks,
        ...(availableUntil === undefined ? [] : [english.until(availableUntil)]),
        english.unexpected(name),
      ],
    },
    spanish: {
      opening: openings.es(name),
      link: 'Leer el mensaje',
      closing: [
        spanish.howItWorks,
        ...(availableUntil === undefined ? [] : [spanish.until(availableUntil)]),
        spanish.unexpected(name),
      ],
    },
  });
}

export const letterWords: Record<LetterKind, Writer> = {
  notice: aboutMessage((name) => `You have a secure message from ${name}`, {
    en: (name) => `${name} has sent you a secure message.`,
    es: (name) => `${name} le ha enviado un mensaje seguro.`,
  }),
  reminder: aboutMessage((name) => `A secure message from ${name} is waiting for you`, {
    en: (name) => `${name} has sent you a secure message, and it is still waiting for you.`,
    es: (name) => `${name} le ha enviado un mensaje seguro que todavía le espera.`,
  }),
  access: ({ organizationName: name }) => ({
    subject: `Your link to secure messages from ${name}`,
    english: {
      opening: `Here is the link you asked for.`,
      link: 'Open your messages',
      closing: [english.howItWorks, english.unexpected(name)],
    },
    spanish: {
      opening: `Este es el enlace que ha pedido.`,
      link: 'Abrir sus mensajes',
      closing: [spanish.howItWorks, spanish.unexpected(name)],
    },
  }),
  code: ({ organizationName: name }) => ({
    subject: `Your code for ${name}`,
    english: {
      opening: 'Your code is:',
      closing: ['It is good for 10 minutes. Nobody will ever ask you for it by phone or email.'],
    },
    spanish: {
      opening: 'Su código es:',
      closing: ['Es válido durante 10 minutos. Nadie se lo pedirá nunca por teléfono ni por correo.'],
    },
  }),
  'lock-warning': ({ organizationName: name }) => ({
    subject: `Wrong codes were entered for ${name}`,
    english: {
      opening: `Somebody entered a wrong code five times while trying to read secure messages from ${name} to this address.`,
      closing: [
        'Nothing was shown to them and nothing is lost. Signing in is closed for 15 minutes; after that, use the link in the first message again.',
      ],
    },
    spanish: {
      opening: `Alguien ha introducido cinco veces un código incorrecto al intentar leer los mensajes seguros de ${name} para esta dirección.`,
      closing: [
        'No se le ha mostrado nada y nada se ha perdido. El acceso queda cerrado durante 15 minutos; después, use de nuevo el enlace del primer mensaje.',
      ],
    },
  }),
};
