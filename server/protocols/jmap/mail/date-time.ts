import { withoutComments } from '#protocols/mime/comments.ts';

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
// RFC 5322 §3.3 and §4.3, comments already removed
const mailDate =
  /^(?:[A-Za-z]{3,9}\s*,?\s*)?(\d{1,2})\s+([A-Za-z]{3})[A-Za-z]*\s+(\d{2,4})\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(?:([+-])(\d{2}):?(\d{2})|([A-Za-z]{1,5}))?\s*$/;
/** Characters, comments included. */
const longestDate = 500;
const zones = new Map([
  ['EST', -300],
  ['EDT', -240],
  ['CST', -360],
  ['CDT', -300],
  ['MST', -420],
  ['MDT', -360],
  ['PST', -480],
  ['PDT', -420],
]);

/** A date of mail as RFC 3339 in the offset it was written with (RFC 8621 §4.1.2.5), or null. */
export function readMailDate(value: string): string | null {
  // The pattern knows several places for the same blanks: longer text than a date has would cost much.
  const match = value.length > longestDate ? null : mailDate.exec(withoutComments(value).trim());
  if (match === null) return null;
  const [
    ,
    day = '',
    monthName = '',
    yearText = '',
    hour = '',
    minute = '',
    second = '0',
    sign,
    offsetHours = '0',
    offsetMinutes = '0',
    zone = '',
  ] = match;
  const month = months.indexOf(monthName.toLowerCase());
  const year = fullYear(yearText);
  const offset =
    sign === undefined
      ? (zones.get(zone.toUpperCase()) ?? 0)
      : (Number(offsetHours) * 60 + Number(offsetMinutes)) * (sign === '-' ? -1 : 1);
  const time = new Date(
    Date.UTC(year, month, Number(day), Number(hour), Number(minute), Math.min(59, Number(second))),
  );
  const isReal =
    month >= 0 &&
    time.getUTCDate() === Number(day) &&
    Number(hour) < 24 &&
    Number(minute) < 60 &&
    Math.abs(offset) < 1440;
  if (!isReal || year < 1900 || year > 9999) return null;
  return `${time.toISOString().slice(0, 19)}${formatOffset(offset, ':', 'Z')}`;
}

function fullYear(text: string): number {
  const year = Number(text);
  if (text.length === 2) return year < 50 ? 2000 + year : 1900 + year; // RFC 5322 §4.3
  return text.length === 3 ? 1900 + year : year;
}

/** An RFC 3339 date as mail writes it (RFC 5322 §3.3), in its own offset; null when it is none. */
export function writeMailDate(value: string): string | null {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|([+-])(\d\d):(\d\d))$/i.exec(value);
  if (match === null) return null;
  const [, local = '', sign = '+', hours = '0', minutes = '0'] = match;
  const time = new Date(`${local}Z`);
  if (Number.isNaN(time.getTime()) || time.toISOString().slice(0, 19) !== local.toUpperCase()) return null;
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  const month = months[time.getUTCMonth()] ?? '';
  const date = `${days[time.getUTCDay()]}, ${time.getUTCDate()} ${month.charAt(0).toUpperCase()}${month.slice(1)} ${time.getUTCFullYear()}`;
  return `${date} ${local.slice(11)} ${formatOffset(offset, '', '+0000')}`;
}

function formatOffset(minutes: number, colon: string, zero: string): string {
  if (minutes === 0) return zero;
  const two = (n: number) => String(n).padStart(2, '0');
  const absolute = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(absolute / 60))}${colon}${two(absolute % 60)}`;
}
