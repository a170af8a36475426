/** Dates for log lines, in UTC: a world's nodes have no time zone. */

const DAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];
const MONTHS = [
  ['Jan', 31],
  ['Feb', 28],
  ['Mar', 31],
  ['Apr', 30],
  ['May', 31],
  ['Jun', 30],
  ['Jul', 31],
  ['Aug', 31],
  ['Sep', 30],
  ['Oct', 31],
  ['Nov', 30],
  ['Dec', 31],
] as const;

/** Unix seconds as ctime prints them: `Sun Nov 22 14:12:37 2026`, the day padded with a blank. */
export function dateText(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const rest = seconds - days * 86_400;
  let year = 1970;
  let dayOfYear = days;
  while (dayOfYear >= yearDays(year)) {
    dayOfYear -= yearDays(year);
    year += 1;
  }
  let month = 0;
  while (dayOfYear >= monthDays(year, month)) {
    dayOfYear -= monthDays(year, month);
    month += 1;
  }
  const time = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60];
  const clock = time.map((part) => String(part).padStart(2, '0')).join(':');
  const day = String(dayOfYear + 1).padStart(2, ' ');
  return `${DAYS[days % 7]} ${MONTHS[month]![0]} ${day} ${clock} ${year}`;
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function yearDays(year: number): number {
  return isLeap(year) ? 366 : 365;
}

function monthDays(year: number, month: number): number {
  return MONTHS[month]![1] + (month === 1 && isLeap(year) ? 1 : 0);
}
