const DAY = 86_400_000;

/** Whole local days from `then` to `now`: 0 today, 1 yesterday. */
function daysApart(then: Date, now: Date): number {
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  return Math.round((midnight(now) - midnight(then)) / DAY);
}

/** For lists: the time today, "Yesterday", the weekday within a week, otherwise the date. */
export function shortTime(at: Date, now: Date, language: string): string {
  const days = daysApart(at, now);
  if (days === 0) return clockTime(at, language);
  if (days === 1)
    return capital(new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-1, 'day'));
  if (days > 1 && days < 7) return at.toLocaleDateString(regional(language), { weekday: 'short' });
  if (at.getFullYear() === now.getFullYear())
    return at.toLocaleDateString(regional(language), { day: 'numeric', month: 'short' });
  return at.toLocaleDateString(regional(language), { day: 'numeric', month: 'short', year: 'numeric' });
}

/** The time alone, where the day is plain: "16:20". */
export function clockTime(at: Date, language: string): string {
  return at.toLocaleTimeString(regional(language), { timeStyle: 'short' });
}

/** For a sentence: "today, 16:20", "yesterday, 16:20", "3 June, 16:20". */
export function sentenceTime(at: Date, now: Date, language: string): string {
  const days = daysApart(at, now);
  const time = clockTime(at, language);
  if (days === 0 || days === 1) {
    return `${new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-days, 'day')}, ${time}`;
  }
  return `${dayAndMonth(at, now, language)}, ${time}`;
}

/** "22 February", with the year when it is more than ten months away. */
export function dayAndMonth(at: Date, now: Date, language: string): string {
  const near = Math.abs(at.getTime() - now.getTime()) < 300 * DAY;
  const year = near ? {} : ({ year: 'numeric' } as const);
  return at.toLocaleDateString(regional(language), { day: 'numeric', month: 'long', ...year });
}

/** Everything, for titles and evidence. */
export function fullTime(at: Date, language: string): string {
  return at.toLocaleString(regional(language), { dateStyle: 'full', timeStyle: 'medium' });
}

/** The person's own variant of the language, so that dates look the way they write them. */
function regional(language: string): string {
  return navigator.languages.find((known) => known.split('-')[0] === language) ?? language;
}

function capital(text: string): string {
  return text.slice(0, 1).toLocaleUpperCase() + text.slice(1);
}
